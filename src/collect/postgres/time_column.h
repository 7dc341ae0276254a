#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "census/postgres.h"
#include "collect/postgres/growth.h"
#include "collect/postgres/parse.h"
#include "collect/postgres/reading.h"
#include "collect/postgres/relations.h"
#include "collect/postgres/tables.h"

namespace plimsoll {

struct TimeCandidate {
  std::string name;
  std::string type;  ///< "timestamp with time zone", "date", "bigint", …
  int position = 0;
  bool not_null = false;
  bool in_key = false;  ///< leads the partition key
  bool indexed = false;
  bool readable = true;

  bool is_integer() const { return type == "bigint" || type == "integer"; }
};

using CandidatesByTable = std::unordered_map<Oid, std::vector<TimeCandidate>>;
CandidatesByTable parse_time_candidates(const postgres::Rows& rows);

/// The column that says when a row is from: the hypertable's own dimension, the partition key, else
/// the likeliest by index, constraint and name. Columns that move (updated_at) or lie ahead
/// (expires_at) are none. Pure.
const TimeCandidate* choose_time_column(const std::vector<TimeCandidate>& candidates,
                                        const std::string& dimension);

/// pg_stats of one column as instants. Integers get the unit of their largest value.
struct ColumnSpread {
  TimeSpread spread;
  std::optional<EpochUnit> unit;
};
ColumnSpread parse_spread(const postgres::Row& row, bool integer, Instant now);

/// Finds each draft's time column, its oldest and newest instant, and its growth.
void collect_times(Reading& reading, const CandidatesByTable& candidates,
                   std::vector<TableDraft>& drafts, const PostgresCensus& census);

}  // namespace plimsoll
