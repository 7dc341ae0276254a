#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "census/store.h"

namespace plimsoll {

/// A PostgreSQL or Redis process that runs in a container of this host.
struct ServerProcess {
  TargetKind kind{};
  std::string container_id;
  std::optional<int> port;  ///< as it says itself; 0: it listens on no port
};

/// Looks through `proc`, once for all containers: names of all processes, and of the few that are
/// servers their cgroup, command line and PostgreSQL's postmaster.pid. What may not be read is
/// left out.
std::vector<ServerProcess> find_server_processes(const std::filesystem::path& proc);

/// Whether `pid` is here and belongs to that container.
bool process_is_of_container(const std::filesystem::path& proc, int pid, std::string_view id);

/// "redis-server *:6391 [cluster]", "valkey-server 127.0.0.1:6379", "redis-server [::1]:6379".
std::optional<int> parse_redis_title(std::string_view title);

/// The fourth line of postmaster.pid.
std::optional<int> parse_postmaster_port(std::string_view text);

/// The 64 hexadecimal digits in a process' cgroup that are its container's id; empty: none.
std::string container_id_in(std::string_view cgroup);

}  // namespace plimsoll
