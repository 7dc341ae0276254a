#include "history/migrations.h"

#include <array>
#include <string>

#include "base/text.h"

namespace plimsoll {
namespace {

// Never edited once released: what changes is a new one at the end.
constexpr std::array kMigrations{
    // 1. Instants are microseconds since 1970, UTC; before and after are JSON objects.
    R"sql(
CREATE TABLE plans (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  json TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER,
  host TEXT NOT NULL,
  user TEXT NOT NULL,
  pid INTEGER NOT NULL,
  state TEXT NOT NULL
);
CREATE TABLE steps (
  plan_id INTEGER NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  resource TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  begun_at INTEGER,
  ended_at INTEGER,
  what_en TEXT NOT NULL DEFAULT '',
  what_es TEXT NOT NULL DEFAULT '',
  hint_en TEXT NOT NULL DEFAULT '',
  hint_es TEXT NOT NULL DEFAULT '',
  freed_bytes INTEGER,
  before TEXT NOT NULL DEFAULT '{}',
  after TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (plan_id, number)
) WITHOUT ROWID;
CREATE TABLE phases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plan_id INTEGER NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  phase TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX phases_of_step ON phases (plan_id, number, id);
)sql"};

}  // namespace

Result<void> migrate_journal(sqlite::Database& database) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return failure(version.error());
  if (*version > static_cast<std::int64_t>(kMigrations.size())) {
    return failure(
        ErrorCode::unsupported,
        say("the journal {} was written by a newer plimsoll (version {} of its tables)",
            "el diario {} fue escrito por un plimsoll más nuevo (versión {} de sus tablas)",
            {printable(database.path()), *version}),
        say("use that plimsoll, or another journal file",
            "use ese plimsoll, u otro fichero de diario"));
  }
  for (auto next = static_cast<std::size_t>(*version); next < kMigrations.size(); ++next) {
    std::string sql{"BEGIN IMMEDIATE;"};
    sql.append(kMigrations.at(next)).append("PRAGMA user_version = ");
    sql.append(std::to_string(next + 1)).append(";COMMIT;");
    if (auto done = database.run(sql); !done) {
      static_cast<void>(database.run("ROLLBACK"));  // the first error is the one to tell
      return done;
    }
  }
  return {};
}

}  // namespace plimsoll
