#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"

// Pure parsers of files below /proc. What a file does not say stays empty.

namespace plimsoll {

struct MemoryFacts {
  std::optional<Bytes> total, available, swap_total, swap_used;
};

/// /proc/meminfo. Before Linux 3.14 there is no MemAvailable, and it stays unknown: MemFree is not
/// it.
MemoryFacts parse_meminfo(std::string_view text);

/// /proc/loadavg: "0.52 0.58 0.59 1/389 12345".
std::optional<double> parse_load_1m(std::string_view text);

/// /proc/uptime: "350735.47 234388.90".
std::optional<Seconds> parse_uptime(std::string_view text);

/// /proc/vmstat, "oom_kill 3", since boot. From Linux 4.13.
std::optional<std::int64_t> parse_vmstat_oom_kills(std::string_view text);

}  // namespace plimsoll
