#pragma once

#include "apply/timescale/hypertable.h"

namespace plimsoll::timescale {

/// What must be the same of a hypertable when another takes its name, as statements for the other
/// one, and what stands in the way of that.
struct HypertableDefinition {
  std::vector<std::string> columns;     ///< in order, those that are written (not generated)
  std::vector<std::string> statements;  ///< keys, indexes, options, comments, grants, owner
  std::vector<std::string> views;       ///< CREATE OR REPLACE VIEW …, for after the swap
  std::vector<std::pair<std::string, std::string>> sequences;  ///< owned: quoted name, column
  std::vector<std::string> jobs;  ///< community: the retention policy again, for after the swap
  std::vector<Text> blockers;     ///< what cannot be carried over
  bool time_index = false;        ///< an index leads with the time column
  std::string text;               ///< all of it, to see whether it changed since
};

/// `replacement` is where the other hypertable stands until the swap. Reads only.
Result<HypertableDefinition> read_definition(PostgresServer& server, const HypertableFacts& facts,
                                             const TableName& replacement);

}  // namespace plimsoll::timescale
