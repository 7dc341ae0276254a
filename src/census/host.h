#pragma once

#include <optional>
#include <string>
#include <vector>

#include "census/store.h"

namespace plimsoll {

/// One device that holds files, once, however often it is mounted.
struct FileSystem {
  std::string mount_point;  ///< the shortest one
  std::string device;
  std::string type;
  Bytes size;
  Bytes used;
  Bytes available;  ///< to an ordinary user
  std::optional<std::int64_t> inodes,
      inodes_free;  ///< empty where the file system has none to run out of
  bool read_only = false;
};

struct HostCensus {
  std::string target = "host";
  Instant taken_at{};
  std::optional<Bytes> memory_total, memory_available, swap_total, swap_used;
  std::optional<Seconds> uptime;
  std::optional<int> cores;
  std::optional<double> load_1m;
  std::optional<std::int64_t> oom_kills;  ///< /proc/vmstat oom_kill, since boot
  std::vector<FileSystem> file_systems;
};

}  // namespace plimsoll
