#pragma once

#include <string>
#include <vector>

#include "plan/change.h"

// What partitions are called, and how their bounds are written.
namespace plimsoll {

/// Ranges of `width` from `from` (as it is; aligned by the caller) up to and including the one that
/// holds the instant before `until`: scan_results_p20251111, or scan_results_p2025111106 where the
/// width is not whole days. Names fit PostgreSQL's 63 bytes: the table's part is cut, and told
/// apart from another table's by a hash of its whole name. Empty where `width` is not positive or
/// `until` is not after `from`.
std::vector<NamedRange> partitions_for(const TableName& table, Instant from, Instant until,
                                       Seconds width);

/// The name of the partition that begins at `begin`.
TableName partition_name(const TableName& table, Instant begin, Seconds width);

/// `table`'s name followed by `suffix`, cut as above: "scan_results" and "_old".
std::string name_with_suffix(const std::string& name, const std::string& suffix);

/// A bound as a SQL literal of the axis' type: '2025-11-11 00:00:00+00', '2025-11-11', 1762819200.
/// A date is the day the instant lies in.
std::string bound_literal(const TimeAxis& axis, Instant instant);

/// The largest multiple of `width` since 1970 that is not after `instant`.
Instant floor_to(Instant instant, Seconds width);

}  // namespace plimsoll
