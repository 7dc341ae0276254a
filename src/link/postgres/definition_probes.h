#pragma once

#include "link/postgres/probe.h"

namespace plimsoll::postgres {

// What collect_definition() asks of one table. Each but the first takes its oid as $1.

extern const Probe kDefinitionTable;        ///< $1 schema, $2 name: one row, or none
extern const Probe kDefinitionColumns;      ///< in their order
extern const Probe kDefinitionIndexes;      ///< key_columns are separated by U+001F
extern const Probe kDefinitionConstraints;  ///< check, foreign key and exclusion
extern const Probe kDefinitionTriggers;
extern const Probe kDefinitionViews;
extern const Probe kDefinitionStatements;  ///< kind, subject, statement: grants, policies, …
extern const Probe kDefinitionRelatives;   ///< kind, name: whatever else hangs on it

}  // namespace plimsoll::postgres
