#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/postgres/link.h"
#include "writer/table_bound.h"
#include "writer/table_shape.h"

namespace plimsoll {

/// [begin, end) of a partition; empty begin: from the beginning of time.
struct PartitionRange {
  std::string schema;
  std::string name;
  std::optional<Instant> begin;
  Instant end{};
  std::string bound;  ///< in the server's words
};

/// "scan_results_p20251111", "…_p2025111106" where `width` is no whole days: as the guard calls
/// them (plan/partition_names), cut to PostgreSQL's 63 bytes in the same way.
std::string partition_name(const std::string& table, Instant begin, Seconds width);

/// The largest multiple of `width` since 1970 that is not after `instant`.
Instant floor_to(Instant instant, Seconds width);

/// What is missing in `ranges` (sorted) for every instant of [first, last]: pieces of a grid of
/// `width` since 1970, cut where a range that is there begins or ends. Pure.
std::vector<PartitionRange> missing_ranges(const std::vector<PartitionRange>& ranges, Instant first,
                                           Instant last, Seconds width);

/// The partitions of one declaratively partitioned table, as the server showed them last.
class Partitions {
 public:
  Partitions(const TableShape& shape, const TableBound& bound) : shape_{shape}, bound_{bound} {}

  Result<void> load(postgres::Link& link);
  bool covers(Instant first, Instant last) const;
  /// Makes what is missing, each as a table of its own that is then attached (SHARE UPDATE
  /// EXCLUSIVE on the parent: nobody waits). Where somebody else made one meanwhile that is as
  /// good. Returns how many were made here. Errors: conflict (a lock), denied, malformed (its rows
  /// lie in a default partition).
  Result<int> make(postgres::Link& link, Instant first, Instant last,
                   std::chrono::milliseconds lock_timeout);
  /// Drops those that end at or before `cut`, oldest first; how many. Each is looked at again in
  /// the transaction that drops it.
  Result<int> drop_until(postgres::Link& link, Instant cut, std::chrono::milliseconds lock_timeout);

 private:
  const TableShape& shape_;
  const TableBound& bound_;
  std::vector<PartitionRange> ranges_;  ///< sorted
};

}  // namespace plimsoll
