#pragma once

#include <string>
#include <vector>

#include "app/census_taker.h"
#include "app/target_finder.h"
#include "plan/plan.h"

namespace plimsoll {

/// The definitions of the tables the policy bounds, read from their servers. One that cannot be
/// read is left out and becomes a gap: the planner then refuses the table.
std::vector<TableDefinition> read_definitions(const Targets& targets, const Census& census,
                                              const Policy& policy, std::vector<Gap>& gaps);

struct Planned {
  Plan plan;
  std::vector<Text> warnings;  ///< rules of the policy that match nothing
};
/// Census, definitions, plan, and the Compose file's steps: what `plan` shows and `apply` without a
/// file carries out. Reads only.
Planned plan_now(const FoundTargets& found, const CensusOptions& options, Instant now);

/// Steps that write the policy's container bounds into the Compose file (its unified diff is their
/// words), appended to the plan; none where it says them already. A file that cannot be read or
/// patched is a refusal.
void add_compose_steps(Plan& plan, const Census& census, const Policy& policy,
                       const std::string& compose_file);

}  // namespace plimsoll
