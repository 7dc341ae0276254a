#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace plimsoll {

/// A server of our own: started from Debian's binaries, in a folder of its own, on loopback or a
/// Unix socket only. The same two functions start the demo's servers and those of the contract
/// tests.
struct PrivateServer {
  std::filesystem::path directory;  ///< everything it writes is below
  std::string
      url;  ///< "postgresql://plimsoll@127.0.0.1:35123/tradeul", "redis://127.0.0.1:35124/0"
  int pid = 0;
};

struct PrivateServerOptions {
  std::vector<std::string> settings{};  ///< "shared_buffers=64MB"; for Redis "maxmemory 200mb"
  std::string database = "tradeul";     ///< PostgreSQL only
  std::string user = "tradeul_user";    ///< PostgreSQL only; superuser of its own cluster
  bool durable = false;                 ///< false: fsync off, for tests
  std::chrono::seconds patience{30};
  /// false: only a Unix socket in the folder, which no other user can enter. The URL is then
  /// "postgresql://user@/database?host=<folder>" or "unix:///<folder>/redis.sock?db=0".
  bool loopback = true;
  /// Asked for on loopback, and part of the URL. Empty: anyone on this machine may come in.
  std::string password{};
  /// The server ends when the thread that started it ends, however it ends. For tests.
  bool ends_with_caller = false;
  /// PostgreSQL only: a folder where the fresh cluster of initdb (1 to 2 s) is kept, and copied
  /// from the next time. Empty: initdb every time.
  std::filesystem::path fresh_clusters{};
};

/// Runs initdb and postgres; as root it does both as the system user `postgres` (PostgreSQL refuses
/// to run as root). Returns when the server answers. Errors: unsupported (binaries missing: the
/// hint names the package), timed_out, conflict (the folder is not empty), denied (that system user
/// cannot enter the folder), unreachable with the end of the server's log. After an error no server
/// is left running; the folder is left for whoever wants to read its log.
Result<PrivateServer> start_private_postgres(const std::filesystem::path& directory,
                                             const PrivateServerOptions& options = {});
/// As root it runs as the system user `redis`: a Redis without a password that writes files as root
/// would be a way to become root.
Result<PrivateServer> start_private_redis(const std::filesystem::path& directory,
                                          const PrivateServerOptions& options = {});

/// Fast shutdown of the server whose pid file lies in `directory`, by that pid and only when it is
/// that server; waits until it is gone. Already gone is success.
Result<void> stop_private_postgres(const std::filesystem::path& directory);
Result<void> stop_private_redis(const std::filesystem::path& directory);

/// The server of that folder, if it runs now.
bool is_private_server_running(const std::filesystem::path& directory);

}  // namespace plimsoll
