#include "history/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"

namespace plimsoll::sqlite {
namespace {

constexpr std::string_view kFull = "there is no room left";

struct Words {
  ErrorCode code;
  Text why;
  Text hint;
};

Words words_of(int code, const std::string& said) {
  switch (code) {
    case SQLITE_FULL:
      return {ErrorCode::unreachable, say(kFull, "no queda espacio"),
              say("make room on its disk, or give it more: nothing is done without a journal",
                  "libere espacio en su disco o déle más: nada se hace sin diario")};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::conflict,
              say("another process is writing", "otro proceso está escribiendo"),
              say("try again in a moment", "inténtelo de nuevo en un momento")};
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return {ErrorCode::denied, verbatim(said),
              say("may this user write the file and its folder?",
                  "¿puede este usuario escribir el fichero y su carpeta?")};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          ErrorCode::malformed, verbatim(said),
          say("move the file away: a new one is made", "aparte el fichero: se creará uno nuevo")};
    default:
      return {ErrorCode::unreachable, verbatim(said), {}};
  }
}

Error error_of(const std::string& path, int code, const std::string& said) {
  Words words = words_of(code & 0xFF, printable(said));
  return Error{words.code,
               say("the file {}: {}", "el fichero {}: {}", {printable(path), words.why}),
               std::move(words.hint)};
}

/// SQLite makes its files with the umask's mode; this one is nobody else's business.
Result<void> make_private(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
  std::error_code failed;
  if (!folder.empty() && !std::filesystem::exists(folder, failed)) {
    if (std::filesystem::create_directories(folder, failed)) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    }
  }
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failure(error_of(path, SQLITE_CANTOPEN, std::strerror(errno)));
  const int changed = ::fchmod(fd, 0600);
  ::close(fd);
  if (changed != 0) return failure(error_of(path, SQLITE_PERM, std::strerror(errno)));
  return {};
}

}  // namespace

void Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
void Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

bool is_full(const Error& error) { return error.what.en.ends_with(kFull); }

Result<Database> Database::open(const std::string& path, std::chrono::milliseconds busy_timeout) {
  if (auto ready = make_private(path); !ready) return failure(std::move(ready.error()));
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  Database database{std::unique_ptr<sqlite3, Close>{raw}, path};
  if (code != SQLITE_OK) return failure(database.error(code));
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(busy_timeout.count()));
  return database;
}

Error Database::error(int code) const {
  return error_of(path_, code, handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code));
}

Result<void> Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(error(code));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  if (code != SQLITE_OK) return failure(error(code));
  return Statement{*this, raw};
}

Result<std::int64_t> Database::number(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return failure(std::move(statement.error()));
  const auto row = statement->step();
  if (!row) return failure(row.error());
  return *row ? statement->integer(0) : 0;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text(handle_.get(), ++bound_, text.data() == nullptr ? "" : text.data(),
                    static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind(std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), ++bound_, number);
  return *this;
}
Statement& Statement::bind(std::optional<std::int64_t> number) {
  if (number) return bind(*number);
  sqlite3_bind_null(handle_.get(), ++bound_);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(database_->error(code));
}

Result<void> Statement::finish() {
  const auto row = step();
  if (!row) return failure(row.error());
  return {};
}

std::string Statement::text(int column) const {
  const auto* raw = sqlite3_column_text(handle_.get(), column);
  if (raw == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return std::string{reinterpret_cast<const char*>(raw), size};  // SQLite's text is unsigned char
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
std::optional<std::int64_t> Statement::integer_or_null(int column) const {
  if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

}  // namespace plimsoll::sqlite
