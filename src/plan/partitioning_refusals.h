#pragma once

#include <optional>

#include "base/language.h"
#include "census/table_definition.h"
#include "plan/change.h"

namespace plimsoll {

/// Why a partitioned table could not be exactly what the plain one is; empty when it can.
std::optional<Text> why_not_partitioned(const TableDefinition& definition,
                                        const PartitionTable& change);

}  // namespace plimsoll
