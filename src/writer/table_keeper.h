#pragma once

#include <vector>

#include "base/result.h"
#include "link/postgres/link.h"
#include "writer/bounded_table.h"
#include "writer/table_bound.h"

namespace plimsoll {

/// How a writer found its table, or made it.
struct FoundTable {
  TableKind kind = TableKind::unknown;
  bool made = false;
  bool server_drops = false;  ///< TimescaleDB has a retention policy for it
  std::vector<Text> warnings;
};

/// Makes the table with its retention if it is missing, and checks it if it is there.
/// Errors: unsupported (other columns or types, a missing key, partitioned by something else),
/// denied, and the connection's. Two writers may do it at once.
Result<FoundTable> find_or_make_table(postgres::Link& link, const TableShape& shape,
                                      const TableBound& bound);

/// Chunks of a hypertable that end at or before `cut`: what the guard does, too, where there is no
/// retention policy (the Apache licence has none). Returns how many.
Result<int> drop_chunks_until(postgres::Link& link, const TableShape& shape, Instant cut,
                              std::chrono::milliseconds lock_timeout);

}  // namespace plimsoll
