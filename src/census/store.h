#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/language.h"
#include "base/result.h"

namespace plimsoll {

/// "postgres/main/table/public.scan_results": kind of target, its name, kind of store, the server's
/// name for it. Stable between censuses; the last part is raw (it may hold spaces, quotes,
/// newlines), so print it with printable().
using ResourceId = std::string;

/// Where a growth rate comes from; said with every rate.
enum class GrowthSource {
  chunk_ranges,      ///< sizes and ranges of a hypertable's closed chunks
  partition_ranges,  ///< the same of partitions
  column_histogram,  ///< pg_stats histogram of the time column
  row_range,         ///< rows between the oldest and the newest instant of the time column
  tuple_counters,    ///< pg_stat n_tup_ins/n_tup_del since the statistics' reset
  stream_ids,        ///< milliseconds in the first and last id of a stream, and entries-added
  two_samples,       ///< read twice, `window` apart
};
std::string_view name_of(GrowthSource source);

/// How fast a store grows: the slope over a stated window.
struct GrowthRate {
  std::optional<double> bytes_per_day;
  std::optional<double> items_per_day;
  Seconds window{};  ///< the stretch of time the slope was taken over
  GrowthSource source{};
};

enum class BoundKind {
  unknown,           ///< could not be read
  none,              ///< read, and there is none
  retention,         ///< rows or chunks older than `value` are dropped
  stream_cap,        ///< trimmed to a number of entries; seen from outside, kept by whoever writes
  ttl,               ///< the key or all keys of the family expire
  maxmemory,         ///< Redis refuses or evicts above it
  memory_limit,      ///< HostConfig.Memory
  log_rotation,      ///< max-size × max-file of a container's log
  retained_wal_cap,  ///< max_slot_wal_keep_size
  capacity,          ///< the size of a file system
  by_nature,         ///< does not grow with time: a lookup table, a fixed set
};
std::string_view name_of(BoundKind kind);

struct Bound {
  BoundKind kind = BoundKind::unknown;
  std::string value;   ///< "7 days", "10000 entries", "4294967296"; empty for unknown and none
  std::string keeper;  ///< who keeps it: "timescaledb job 1000", "the writer (inferred)", "cgroup"
};

/// One line of the census: anything that can grow.
struct Store {
  ResourceId id;
  std::string kind;  ///< "hypertable", "table", "stream", "container_log", …
  std::optional<Bytes> bytes;
  std::optional<std::int64_t> items;  ///< rows, entries, keys, files
  bool items_exact = false;           ///< counted, rather than estimated
  std::optional<Instant> oldest;
  std::optional<Instant> newest;
  std::optional<GrowthRate> growth;
  Bound bound;
  SizeBound line = Unknown{};  ///< the size at which something gives way: limit, maxmemory, what
                               ///< the disk still takes
};

/// Time until a store that grows at `growth` reaches `line`. Empty when either is unknown or
/// unlimited, when it does not grow, or when the answer is beyond ten years. Zero when it is
/// already there.
std::optional<Seconds> time_to_line(const Store& store);

/// What could not be seen, and what would show it. Never acted on; always reported.
struct Gap {
  std::string target;  ///< "postgres/main"
  Text what;           ///< "WAL directory"
  Text why;            ///< "permission denied for function pg_ls_waldir"
  Text hint;           ///< "GRANT pg_monitor TO plimsoll"
};

enum class TargetKind { postgres, redis, docker, host };
std::string_view name_of(TargetKind kind);

struct Target {
  std::string name;  ///< "main"
  TargetKind kind{};
  std::string address;  ///< as connected to, redacted
  std::string version;  ///< "15.20", "7.0.15", "valkey 8.1.1"; empty when unreachable
  std::string edition;  ///< "timescaledb 2.19.3 apache", "podman", ""; free words
  bool reachable = false;
};

}  // namespace plimsoll
