#include "apply/postgres/disk_space.h"

#include <filesystem>

namespace plimsoll {

std::optional<Bytes> free_disk(PostgresServer& server, const TableName& table) {
  namespace fs = std::filesystem;
  if (!server.local()) return std::nullopt;
  const auto rows = server.act(
      {.what = say("data directory", "directorio de datos"),
       .statements = {"SELECT s.setting, (SELECT pg_tablespace_location(CASE c.reltablespace"
                      " WHEN 0 THEN d.dattablespace ELSE c.reltablespace END)"
                      " FROM pg_class c, pg_database d WHERE c.oid = to_regclass($1)"
                      " AND d.datname = current_database()) AS tablespace"
                      " FROM pg_settings s WHERE s.name = 'data_directory'"},
       .values = {quoted(table)}});
  if (!rows || rows->empty()) return std::nullopt;
  const fs::path directory = (*rows)[0].text("setting");
  const fs::path tablespace = (*rows)[0].text("tablespace");
  std::error_code error;
  // A server in a container names a folder of its own; this one must be that of a running server.
  if (directory.empty() || !fs::exists(directory / "postmaster.pid", error)) return std::nullopt;
  const auto space = fs::space(tablespace.empty() ? directory : tablespace, error);
  if (error) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(space.available)};
}

}  // namespace plimsoll
