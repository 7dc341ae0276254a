#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "census/postgres.h"
#include "collect/postgres/reading.h"
#include "link/postgres/rows.h"

namespace plimsoll {

/// A hypertable, or the one that holds a continuous aggregate's rows.
struct HypertableFacts {
  std::string schema;
  std::string name;
  std::optional<std::string> aggregate_view;
  std::string time_type;  ///< "timestamp with time zone", "bigint", …
  Hypertable shape;       ///< without its chunks
};

struct ChunkSize {
  Bytes heap, index, toast;
};

/// What TimescaleDB's views say. `chunks` by qualified name of the hypertable.
struct TimescaleFacts {
  std::optional<Timescale> extension;
  std::vector<HypertableFacts> hypertables;
  std::unordered_map<std::string, std::vector<Chunk>> chunks;
  std::unordered_map<std::string, ChunkSize> chunk_sizes;    ///< of hypertables that compress
  std::unordered_map<std::string, std::int64_t> row_counts;  ///< of hypertables that compress
  std::vector<Job> jobs;
};

TimescaleFacts collect_timescale(Reading& reading);

// Pure readers of the views' rows.
Timescale parse_timescale(const postgres::Row& row);
TimescaleEdition parse_license(std::string_view license);
std::vector<HypertableFacts> parse_hypertables(const postgres::Rows& rows);
std::unordered_map<std::string, std::vector<Chunk>> parse_chunks(const postgres::Rows& rows);
std::vector<Job> parse_jobs(const postgres::Rows& rows);

}  // namespace plimsoll
