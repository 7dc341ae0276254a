#include "apply/postgres/disk_space.h"

#include <filesystem>

namespace plimsoll {

std::optional<Bytes> free_disk(PostgresServer& server) {
  namespace fs = std::filesystem;
  if (!server.local()) return std::nullopt;
  const auto rows = server.act({.what = say("data directory", "directorio de datos"),
                                .statements = {"SELECT setting FROM pg_settings"
                                               " WHERE name = 'data_directory'"},
                                .values = {}});
  if (!rows || rows->empty()) return std::nullopt;
  const fs::path directory = (*rows)[0].text("setting");
  std::error_code error;
  // A server in a container names a folder of its own; this one must be that of a running server.
  if (directory.empty() || !fs::exists(directory / "postmaster.pid", error)) return std::nullopt;
  const auto space = fs::space(directory, error);
  if (error) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(space.available)};
}

}  // namespace plimsoll
