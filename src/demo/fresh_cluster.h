#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo/child_process.h"
#include "demo/private_server.h"
#include "demo/server_folder.h"

namespace plimsoll {

struct PostgresPrograms {
  std::filesystem::path initdb;
  std::filesystem::path postgres;
};

/// Debian keeps them out of PATH, one folder per major version: the newest is taken, then PATH.
/// Errors: unsupported, with the package's name.
Result<PostgresPrograms> find_postgres();

/// Those of the named server libraries that are installed beside the server.
std::vector<std::string> preloadable_libraries(const std::vector<std::string>& names);

/// A cluster in folder.data() with the user and the database of the options, not started: by initdb
/// and a single-user session, or copied from options.fresh_clusters where it was made before.
/// Errors: those of run_process; denied.
Result<void> make_cluster(const ServerFolder& folder, const PostgresPrograms& programs,
                          const std::optional<Account>& account,
                          const PrivateServerOptions& options);

}  // namespace plimsoll
