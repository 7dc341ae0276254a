#include "census/store.h"

namespace plimsoll {

std::string_view name_of(GrowthSource source) {
  switch (source) {
    case GrowthSource::chunk_ranges:
      return "chunk_ranges";
    case GrowthSource::partition_ranges:
      return "partition_ranges";
    case GrowthSource::column_histogram:
      return "column_histogram";
    case GrowthSource::row_range:
      return "row_range";
    case GrowthSource::tuple_counters:
      return "tuple_counters";
    case GrowthSource::stream_ids:
      return "stream_ids";
    case GrowthSource::two_samples:
      return "two_samples";
  }
  return "";
}

std::string_view name_of(BoundKind kind) {
  switch (kind) {
    case BoundKind::unknown:
      return "unknown";
    case BoundKind::none:
      return "none";
    case BoundKind::retention:
      return "retention";
    case BoundKind::stream_cap:
      return "stream_cap";
    case BoundKind::ttl:
      return "ttl";
    case BoundKind::maxmemory:
      return "maxmemory";
    case BoundKind::memory_limit:
      return "memory_limit";
    case BoundKind::log_rotation:
      return "log_rotation";
    case BoundKind::retained_wal_cap:
      return "retained_wal_cap";
    case BoundKind::capacity:
      return "capacity";
    case BoundKind::by_nature:
      return "by_nature";
  }
  return "";
}

std::string_view name_of(TargetKind kind) {
  switch (kind) {
    case TargetKind::postgres:
      return "postgres";
    case TargetKind::redis:
      return "redis";
    case TargetKind::docker:
      return "docker";
    case TargetKind::host:
      return "host";
  }
  return "";
}

}  // namespace plimsoll
