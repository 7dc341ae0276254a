#pragma once

#include <optional>

#include "diagnose/wording.h"
#include "plan/drafting.h"

// What the planners of plain, partitioned and hypertables share.
namespace plimsoll {

/// A table of the census and the rule that asks for its window.
struct TableWish {
  const PostgresCensus& server;
  const Table& table;
  const TableRule& rule;
  Seconds keep;
  const TableDefinition* definition = nullptr;  ///< never null in a planner
  TimeAxis axis{};
  ResourceId id() const { return id_of(server, table); }
  TableName name() const { return {table.schema, table.name}; }
};

void plan_plain_table(Draft& draft, const TableWish& wish);
void plan_partitions(Draft& draft, const TableWish& wish, const PartitionedTable& partitioned);
void plan_hypertable(Draft& draft, const TableWish& wish, const Hypertable& hypertable);

/// target, resource and why are filled in.
Step step_for(const TableWish& wish, Change change);
void refuse(Draft& draft, const TableWish& wish, Text why, Text instead = {});

/// The last boundary of `width` (counted from 1970) at or before `at`.
Instant floored(Instant at, Seconds width);
/// Rows before it go. Of a date column the day is kept whole.
Instant cut_of(const TableWish& wish, Instant now);
/// As the rule says; else a seventh of the window, in whole hours, days or 30 days.
Seconds width_of(const TableWish& wish);

/// The axis the rule, or else the census, names; its type from the definition, its units from what
/// the census made of it. Errors: unsupported, with the reason and what to write instead.
Result<TimeAxis> axis_of(const TableWish& wish);
/// A bound of a partition or chunk on that axis; empty where it is open or no instant.
std::optional<Instant> instant_on(const TimeAxis& axis, const RangeValue& value);

Text counted_partitions(std::int64_t count);
/// "about 57,000 rows from … to …".
Text rows_going(const LosesRange& loss);

/// How many partitions are made ahead: for options.partitions_ahead, seven at least and 200 at
/// most.
std::int64_t partitions_ahead(const Draft& draft, Seconds width);

/// An estimate for whatever copies, reads or writes so many bytes.
Seconds at_rate(Bytes bytes, double megabytes_per_second);

struct OldPartition {
  TableName name;
  TimeRange range;
  std::optional<Bytes> bytes;
  std::optional<Instant> oldest, newest;
};
/// ReplacePartition for an old partition that is mostly expired; empty where it would not pay.
std::optional<Step> replace_step(Draft& draft, const TableWish& wish, const OldPartition& old);

}  // namespace plimsoll
