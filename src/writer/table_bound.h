#pragma once

#include <optional>

#include "base/result.h"
#include "policy/policy.h"
#include "writer/table_shape.h"

namespace plimsoll {

/// What the policy says of one table, as its writer keeps it.
struct TableBound {
  std::optional<Seconds> keep;  ///< empty: forever, and the operator says so
  Seconds width = kOneDay;      ///< of a partition or chunk: whole days or hours
  bool plain = false;           ///< must stay a plain table
};

/// Errors: malformed where no rule speaks for the table, it says nothing of `keep`, or its time
/// column is another one.
Result<TableBound> table_bound(const Policy& policy, const TableShape& shape);

}  // namespace plimsoll
