#pragma once

#include <string>
#include <vector>

#include "apply/postgres/partition_facts.h"

namespace plimsoll {

/// CREATE TABLE … (LIKE parent …), with the parent's owner and privileges: not yet a partition, so
/// that no lock but ACCESS SHARE is taken on the parent. `options` is what stands after the
/// parentheses; without indexes where they are built later.
std::vector<std::string> standalone_table(const ParentFacts& parent, const TableName& parent_name,
                                          const TableName& name, bool with_indexes,
                                          const std::string& options = "");

/// SHARE UPDATE EXCLUSIVE on the parent.
std::string attachment(const TableName& parent, const TableName& name, const TimeRange& range,
                       const TimeAxis& axis);

}  // namespace plimsoll
