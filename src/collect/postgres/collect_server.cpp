#include "collect/postgres/stages.h"
#include "link/postgres/probes.h"

namespace plimsoll {
namespace {

/// A socket's peer may have been vouched for by the system; over TCP nothing but a certificate or
/// Kerberos stands in for a password.
void tell_password(Reading& reading, PostgresCensus& census) {
  const auto& facts = reading.facts();
  if (facts.used_password) {
    census.password_required = true;
  } else if (!facts.unix_socket) {
    const auto rows = reading.ask(postgres::kLetInWithoutPassword);
    if (!rows || rows->empty()) return;
    const auto vouched = (*rows)[0].boolean("vouched_for");
    if (vouched == false) census.password_required = false;
  }
}

}  // namespace

Result<Target> collect_server(Reading& reading, PostgresCensus& census, std::int64_t& block_size) {
  const auto rows = reading.attempt(postgres::kServer);
  if (!rows) return failure(rows.error());
  if (rows->empty()) {
    return failure(ErrorCode::malformed, say("the server said nothing of itself",
                                             "el servidor no dijo nada de sí mismo"));
  }
  const auto row = (*rows)[0];
  census.target = reading.options().target;
  census.version_num = static_cast<int>(row.integer("version_num").value_or(0));
  census.database = row.text("database");
  census.data_directory = row.text("data_directory");
  census.in_recovery = row.flag("in_recovery");
  census.started_at = row.instant("started_at");
  census.stats_since = row.instant("stats_since");
  census.taken_at = row.instant("taken_at")
                        .value_or(std::chrono::floor<std::chrono::microseconds>(
                            std::chrono::system_clock::now()));
  block_size = row.integer("block_size").value_or(8192);
  reading.rights = {row.flag("superuser"), row.flag("sees_all_stats"), row.flag("owns_database"),
                    row.flag("sees_files")};

  Target target;
  target.name = reading.options().target;
  target.kind = TargetKind::postgres;
  target.address = reading.facts().role + '@' + reading.facts().server + '/' + census.database;
  target.version = row.text("version");
  target.reachable = true;
  tell_password(reading, census);
  return target;
}

void collect_databases(Reading& reading, PostgresCensus& census) {
  if (const auto rows = reading.ask(postgres::kControl); rows && !rows->empty()) {
    census.system_identifier = (*rows)[0].text("system_identifier");
  }
  if (const auto rows = reading.ask(postgres::kDatabaseSize); rows && !rows->empty()) {
    census.database_bytes = (*rows)[0].bytes("bytes");
  }
  const auto others = reading.ask(postgres::kOtherDatabases);
  if (!others || others->empty()) return;
  census.other_databases_bytes = (*others)[0].bytes("bytes");
  if ((*others)[0].integer("hidden").value_or(0) > 0) {
    census.other_databases_bytes.reset();  // a part would pass for the whole
    reading.add_hidden_gap(postgres::kOtherDatabases);
  }
}

}  // namespace plimsoll
