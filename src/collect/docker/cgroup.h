#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "collect/docker/sample.h"

namespace plimsoll {

/// The cgroup folders of one container, relative to where the hierarchies are mounted. On a hybrid
/// host memory and CPU are under version 1 although a version 2 tree exists beside them.
struct CgroupPaths {
  int version = 0;     ///< 1 or 2: who accounts for the memory
  std::string memory;  ///< "memory/docker/<id>" or "docker/<id>"
  std::string cpu;     ///< "cpu,cpuacct/docker/<id>"; version 2: the same as memory
  std::string pids;    ///< empty where there is no such controller
};

/// From /proc/<pid>/cgroup, cut behind the folder that carries the container's id, so that a
/// container with cgroups of its own inside is seen whole. Empty when no line names the id: then
/// the process id is another machine's, or was given away.
std::optional<CgroupPaths> parse_cgroup_paths(std::string_view text, std::string_view container_id);

/// memory.stat: version 2's anon, file, shmem and inactive_file, or version 1's total_rss,
/// total_cache, total_shmem and total_inactive_file. `usage` is memory.current or its elder.
ContainerMemory parse_memory_stat(std::string_view text, std::optional<Bytes> usage);

/// "oom_kill 3" of memory.events (2) or memory.oom_control (1, from Linux 4.13).
std::optional<std::int64_t> parse_oom_kills(std::string_view text);

/// "max" and what version 1 means by it (2^63 rounded down to a page) are Unbounded.
SizeBound parse_memory_max(std::string_view text);

struct CgroupRoots {
  std::filesystem::path proc = "/proc";
  std::filesystem::path cgroup = "/sys/fs/cgroup";
};

/// Reads what the container's main process `pid` stands in. Empty when that process is not here,
/// is not that container's, or its cgroup shows no memory. Cost: eight small files.
std::optional<ContainerSample> read_cgroup(const CgroupRoots& roots, int pid,
                                           std::string_view container_id);

}  // namespace plimsoll
