#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "census/table_definition.h"
#include "plan/change.h"

namespace plimsoll {

/// A plain table becomes a partitioned one without copying, in SQL.
struct PartitioningScript {
  /// Beside the writers. [0, build): the new parent with all that the table has, in one
  /// transaction; then the CHECK that makes attaching free, in another; the last statement proves
  /// it, by reading the table once.
  std::vector<std::string> prepare;
  std::size_t build = 0;
  std::vector<std::string> swap;  ///< one transaction; the first statement locks
  std::vector<std::string> tidy;  ///< each alone
};

/// Pure. Errors: unsupported, with the reason why it could not be exact.
Result<PartitioningScript> partitioning_script(const TableDefinition& definition,
                                               const PartitionTable& change);

/// What the new parent is called until the swap: `scan_results__plimsoll`.
TableName parent_in_waiting(const TableName& table);

/// What stands in the comment of the CHECK: two plans with different ends differ in it.
std::string until_mark(const PartitionTable& change);

/// Undoes what `prepare` did: gone, with its partitions.
std::string drop_parent_in_waiting(const TableName& table);
std::string drop_until_constraint(const TableName& table);

/// What a partitioned table lacks, or has too much, of what the plain one was, a line each. A
/// parent in waiting has other names, and views and sequences come with the swap: those are
/// compared only where both tables have one name.
std::vector<std::string> differences(const TableDefinition& plain,
                                     const TableDefinition& partitioned);

}  // namespace plimsoll
