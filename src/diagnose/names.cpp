#include "diagnose/finding.h"

namespace plimsoll {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      return "critical";
  }
  return "";
}

// The names in JSON are the enumerators' own: written once, by the preprocessor.
#define PLIMSOLL_RULE(name) \
  case Rule::name:          \
    return #name
std::string_view name_of(Rule rule) {
  switch (rule) {
    PLIMSOLL_RULE(hypertable_without_retention);
    PLIMSOLL_RULE(retention_overdue);
    PLIMSOLL_RULE(retention_interval_too_coarse);
    PLIMSOLL_RULE(retention_job_unhealthy);
    PLIMSOLL_RULE(retention_integer_time);
    PLIMSOLL_RULE(retention_window_too_long);
    PLIMSOLL_RULE(compression_missing);
    PLIMSOLL_RULE(table_only_grows);
    PLIMSOLL_RULE(default_partition_fills);
    PLIMSOLL_RULE(partitions_missing);
    PLIMSOLL_RULE(chunk_in_future);
    PLIMSOLL_RULE(table_never_read);
    PLIMSOLL_RULE(dead_tuples_held);
    PLIMSOLL_RULE(slot_holds_wal);
    PLIMSOLL_RULE(archiver_failing);
    PLIMSOLL_RULE(index_unused);
    PLIMSOLL_RULE(index_invalid);
    PLIMSOLL_RULE(tool_leftover);
    PLIMSOLL_RULE(costly_statement);
    PLIMSOLL_RULE(stream_uncapped);
    PLIMSOLL_RULE(stream_cap_cannot_bite);
    PLIMSOLL_RULE(stream_orphan);
    PLIMSOLL_RULE(pending_entries_leaking);
    PLIMSOLL_RULE(pending_entries_dangling);
    PLIMSOLL_RULE(consumers_dead);
    PLIMSOLL_RULE(unread_entries_trimmed);
    PLIMSOLL_RULE(keys_without_ttl);
    PLIMSOLL_RULE(maxmemory_missing);
    PLIMSOLL_RULE(maxmemory_too_near_limit);
    PLIMSOLL_RULE(eviction_drops_streams);
    PLIMSOLL_RULE(server_without_password);
    PLIMSOLL_RULE(container_without_limit);
    PLIMSOLL_RULE(container_near_limit);
    PLIMSOLL_RULE(container_oom_killed);
    PLIMSOLL_RULE(container_restarting);
    PLIMSOLL_RULE(log_without_rotation);
    PLIMSOLL_RULE(volume_unused);
    PLIMSOLL_RULE(bounds_contradict);
    PLIMSOLL_RULE(file_system_filling);
  }
  return "";
}
#undef PLIMSOLL_RULE

}  // namespace plimsoll
