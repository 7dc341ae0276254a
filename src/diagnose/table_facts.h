#pragma once

#include <optional>
#include <string>

#include "census/census.h"
#include "diagnose/diagnose.h"
#include "diagnose/evidence.h"

// What several rules ask of one table. All pure; nothing here decides what is a finding.
namespace plimsoll {

/// "scan_results", "audit.log": without the schema everybody uses, safe to print.
std::string label(const Table& table);

/// The name that policies and drop_chunks take: a continuous aggregate's own, not that of its
/// materialization.
std::string policy_name(const Table& table);

/// Its policy_retention job, scheduled or not; null where there is none.
const Job* retention_job(const PostgresCensus& server, const Table& table);

bool is_apache(const PostgresCensus& server);

/// Whether rows keep coming: the measured rate, unless the counters of at least a day contradict it
/// (a lookup table with an `updated_at` looks like a log to its time column) or its newest row is
/// more than a week old. Empty: not known.
std::optional<bool> keeps_growing(const PostgresCensus& server, const Table& table);

std::optional<double> bytes_per_day(const Table& table);

/// Of all tables that keep growing, together.
double total_bytes_per_day(const PostgresCensus& server);

/// A starting point, not a truth: options.suggested_retention, or 30 days for a table that gains
/// little (less than options.worth_reporting a day, or than a twentieth of what all tables of the
/// server gain) or whose rows already span more than 30 days.
Seconds suggested_window(const Table& table, double server_bytes_per_day,
                         const DiagnoseOptions& options);

/// Largest chunk interval or partition width in time; empty for integers and unknown.
std::optional<Seconds> interval_of(const Hypertable& hypertable);
std::optional<Seconds> widest_partition(const PartitionedTable& partitioned);

struct Overdue {
  std::int64_t count = 0;
  std::optional<Bytes> bytes;  ///< empty when a size among them is unknown
  std::optional<Instant> oldest;
};
/// Only what lies wholly before `cut`: retention works on whole chunks.
Overdue chunks_before(const Hypertable& hypertable, Instant cut);
Overdue partitions_before(const PartitionedTable& partitioned, Instant cut);

/// The part of the rows older than `cut`, taking them as spread evenly over the table's period.
std::optional<double> share_before(const Table& table, Instant cut);

/// What the table holds once rows leave after `window`, a chunk of `interval` at a time: the most
/// of it, just before a chunk goes.
std::optional<Bytes> steady_state(const Table& table, Seconds window, Seconds interval);

/// Milliseconds and the like since 1970 as the time column's type says; empty when it does not say.
std::optional<std::int64_t> epoch_units_per_second(const Table& table);

/// bytes, rows, oldest, newest, growth.
Evidence table_evidence(const PostgresCensus& server, const Table& table);

}  // namespace plimsoll
