#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apply/timescale/words.h"
#include "plan/step.h"

namespace plimsoll::timescale {

/// A hypertable as the server shows it now.
struct HypertableFacts {
  std::string oid;
  std::string extension_schema;  ///< where drop_chunks() and the others live
  std::string license;           ///< "apache", "timescale"
  bool in_recovery = false;
  TableName storage;  ///< itself; of a continuous aggregate: its materialization hypertable
  std::string column;
  std::string column_type;  ///< "timestamp with time zone", "bigint", …
  std::optional<Seconds> interval;
  std::optional<std::int64_t> integer_interval;
  std::string integer_now;  ///< function, without its schema; empty: none
  std::int64_t dimensions = 0;
  std::int64_t lock_budget = 0;  ///< entries of the shared lock table
  bool apache() const { return license == "apache"; }
  bool integer_time() const { return integer_interval.has_value(); }
};

/// Empty where there is no such hypertable or continuous aggregate.
Result<std::optional<HypertableFacts>> read_hypertable(PostgresServer& server,
                                                       const TableName& table);

/// The facts of a step's table; or the outcome, where the step is stale (another oid) or nothing
/// may be changed (a standby).
tl::expected<HypertableFacts, Outcome> facts_for(PostgresServer& server, const Step& step,
                                                 const TableName& table);

struct ChunkFacts {
  TableName name;
  std::string label;  ///< as drop_chunks() returns it
  TimeRange range;
  std::string dependents;  ///< views that stand on it; empty: none
  std::int64_t indexes = 0;
  bool frozen = false;
};

/// All chunks, oldest first. Integer ranges become instants by the axis' units.
Result<std::vector<ChunkFacts>> read_chunks(PostgresServer& server, const HypertableFacts& facts,
                                            const TimeAxis& axis);

/// Bytes of the database's files, measured by the server. Empty where it could not be.
std::optional<Bytes> database_bytes(PostgresServer& server);

// Words of SQL.
std::string sql_name(const TableName& table);         ///< "public"."scan_results"
std::string sql_regclass_of(const TableName& table);  ///< '"public"."scan_results"'::regclass
/// A value of the time column's own type: TimescaleDB takes no other in drop_chunks().
std::string sql_time(Instant instant, const HypertableFacts& facts, const TimeAxis& axis);
std::string sql_interval_of(Seconds length);
std::int64_t integer_time(Instant instant, const TimeAxis& axis);

}  // namespace plimsoll::timescale
