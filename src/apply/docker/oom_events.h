#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "collect/docker/cgroup.h"

namespace plimsoll {

/// How often the kernel found no memory for a container.
struct OomEvents {
  std::int64_t oom = 0;    ///< memory.events oom: asked and had to be refused; version 1 has none
  std::int64_t kills = 0;  ///< oom_kill: a process was ended
  friend bool operator==(const OomEvents&, const OomEvents&) = default;
};

/// Of memory.events (2) or memory.oom_control (1).
std::optional<OomEvents> parse_oom_events(std::string_view text);

/// Of the container whose main process is `pid`; empty where its cgroup cannot be seen here.
std::optional<OomEvents> read_oom_events(const CgroupRoots& roots, int pid,
                                         std::string_view container_id);

}  // namespace plimsoll
