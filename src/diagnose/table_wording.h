#pragma once

#include <optional>
#include <string>
#include <vector>

#include "census/census.h"
#include "diagnose/wording.h"

namespace plimsoll {

/// "10.5 GB in 13 days, 807.6 MB/day more" as far as each is known; without the last for a table
/// that does not grow any more.
Text size_and_growth(const Table& table, bool growing = true);

/// "A starting point: 7 days. Keep what your readers look back at."
Text starting_point(Seconds window);

/// Words and commands of one remedy, with what they would give back.
struct Remedy {
  Text words;
  std::vector<std::string> commands;
  std::optional<Bytes> frees;
  std::optional<Bytes> steady_state;
};

Remedy bound_hypertable(const PostgresCensus& server, const Table& table,
                        const Hypertable& hypertable, Seconds window);
Remedy bound_partitioned(const PostgresCensus& server, const Table& table,
                         const PartitionedTable& partitioned, Seconds window);
Remedy bound_plain(const PostgresCensus& server, const Table& table, Seconds window);

/// lock_timeout and drop_chunks up to `window` ago; empty for integer time whose unit is not known.
std::vector<std::string> drop_chunks_commands(const Table& table, const Hypertable& hypertable,
                                              Seconds window, Instant now);

}  // namespace plimsoll
