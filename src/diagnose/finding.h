#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/language.h"
#include "base/result.h"
#include "census/store.h"

namespace plimsoll {

enum class Severity { info, low, medium, high, critical };
std::string_view name_of(Severity severity);

/// What was found. The name in JSON is the enumerator's own.
enum class Rule {
  // PostgreSQL and TimescaleDB
  hypertable_without_retention,
  retention_overdue,              ///< the policy is there and rows older than it still are
  retention_interval_too_coarse,  ///< chunk interval ≥ window: nothing is ever eligible in time
  retention_job_unhealthy,  ///< failed, paused, never run, no scheduler, licence cannot run it
  retention_integer_time,
  retention_window_too_long,  ///< kept by if_not_exists or otherwise: what it allows does not fit
                              ///< the disk
  compression_missing,
  table_only_grows,  ///< plain or partitioned, no bound
  default_partition_fills,
  partitions_missing,  ///< none for what comes next
  chunk_in_future,
  table_never_read,
  dead_tuples_held,
  slot_holds_wal,
  archiver_failing,
  index_unused,
  index_invalid,
  tool_leftover,
  costly_statement,
  // Redis and Valkey
  stream_uncapped,
  stream_cap_cannot_bite,
  stream_orphan,
  pending_entries_leaking,
  pending_entries_dangling,
  consumers_dead,
  unread_entries_trimmed,
  keys_without_ttl,
  maxmemory_missing,
  maxmemory_too_near_limit,
  eviction_drops_streams,
  server_without_password,
  // Containers and host
  container_without_limit,
  container_near_limit,
  container_oom_killed,
  container_restarting,
  log_without_rotation,
  volume_unused,
  bounds_contradict,
  file_system_filling,
};
std::string_view name_of(Rule rule);

/// A number that decided a finding. Unknown is null in JSON, Unbounded is "unlimited".
using FactValue = std::variant<Unknown, Unbounded, std::int64_t, double, bool, Bytes, BytesPerDay,
                               Share, Seconds, Instant, std::string>;

struct Fact {
  std::string name;  ///< lower_snake_case, the field's own term: "entries_added", "drop_after"
  FactValue value;
  std::string unit;    ///< "bytes", "rows", "seconds", …; empty where the value says it
  std::string source;  ///< command or view and field: "XINFO STREAM length",
                       ///< "timescaledb_information.jobs.config"
  Instant read_at{};
};

/// One thing that grows without a bound, or a bound that does not hold. Everything shown anywhere
/// comes from here.
struct Finding {
  Rule rule{};
  Severity severity{};
  ResourceId store;
  Text title;                  ///< one line, names the store
  std::vector<Fact> evidence;  ///< what decided it, strongest first
  Text cause;                  ///< why it grows, two sentences at the most
  Text remedy;                 ///< what to do, and what it costs (locks, time, what is lost)
  std::vector<std::string>
      commands;                ///< the same in the server's own words; empty where it is not one
  std::optional<Bytes> frees;  ///< by the remedy carried out in full; empty where it can't be told
  std::optional<Bytes> steady_state;  ///< what the store will hold with the bound in place
  std::optional<BytesPerDay> stops;   ///< growth that ends with the remedy
};

/// "retention=7d" and the like, as the remedies of this diagnosis suggest it.
struct Diagnosis {
  std::vector<Finding> findings;  ///< severity first, then bytes that the store holds
  std::vector<Gap> gaps;          ///< the census' own, and the rules that could not look
};

}  // namespace plimsoll
