#pragma once

#include <chrono>
#include <optional>

#include "census/docker.h"

namespace plimsoll {

/// What a container uses at one moment, from its cgroup's files or from the engine's stats.
struct ContainerSample {
  std::chrono::nanoseconds read_at{};  ///< any clock, the same for all samples of a container
  ContainerMemory memory;
  SizeBound memory_limit_in_force = Unknown{};
  std::optional<std::chrono::nanoseconds> cpu_used;  ///< since it started
  /// The same at an earlier moment, where the source gives both at once.
  std::optional<std::chrono::nanoseconds> earlier_cpu_used, earlier_read_at;
  std::optional<std::int64_t> oom_kills;
  std::optional<std::int64_t> pids;
};

/// Of one core, between two samples: 6.71 is 671 %. Empty when time did not pass or the counter
/// went back (a restart in between).
std::optional<double> cpu_share_between(const ContainerSample& first, const ContainerSample& last);

/// Growth of the working set. Empty when it moved by less than kMemoryNoise: the kernel charges a
/// cgroup in batches of 64 pages per CPU, and over less than a second one batch already reads as
/// 30 GB a day of an idle server.
std::optional<GrowthRate> memory_growth_between(const ContainerSample& first,
                                                const ContainerSample& last);
inline constexpr Bytes kMemoryNoise = 16_MiB;

/// A slope from two sizes of one thing, `apart` from each other. Empty when no time passed.
std::optional<GrowthRate> growth_between(Bytes first, Bytes last, std::chrono::nanoseconds apart);

}  // namespace plimsoll
