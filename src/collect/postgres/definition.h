#pragma once

#include <string>

#include "base/result.h"
#include "census/table_definition.h"
#include "link/postgres/probe.h"

namespace plimsoll {

/// Everything that hangs on one table, plain or partitioned, from the catalogs alone: eight short
/// questions, no lock. Errors: as ProbeReader::read, and unsupported where there is no such table.
/// They are asked one after the other: whoever acts on the answer compares its fingerprint again.
Result<TableDefinition> collect_definition(postgres::ProbeReader& reader, const std::string& target,
                                           const TableName& table);

}  // namespace plimsoll
