#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "census/census.h"
#include "census/table_definition.h"
#include "plan/step.h"
#include "policy/policy.h"

namespace plimsoll {

/// A wish of the policy that is not carried out, and why. The next best remedy, if there is one, is
/// a step.
struct Refusal {
  ResourceId resource;
  Text what;
  Text why;
  Text instead;  ///< what can be done; may be empty
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Who a plan was made for: it is stale anywhere else.
struct PlanTarget {
  TargetKind kind{};
  std::string name;
  std::string identity;  ///< PostgreSQL: system_identifier/timeline@server/database, Redis:
                         ///< run_id, so a failover makes it another; Docker: the engine's name
  friend bool operator==(const PlanTarget&, const PlanTarget&) = default;
};

struct Plan {
  std::string hash;    ///< of everything below; hexadecimal SHA-256
  Instant taken_at{};  ///< of the census
  Instant expires_at{};
  std::vector<PlanTarget> targets;
  std::vector<Step> steps;
  std::vector<Refusal> refusals;
  std::vector<Gap> gaps;
};

struct PlanOptions {
  Seconds valid_for = std::chrono::hours{24};
  Seconds partitions_ahead = Days{35};  ///< what comes next has a place for so long
};

/// Pure. `definitions` are those of the plain tables the policy bounds (collect_definitions()); a
/// table without one is refused with a gap. A resource with an Unknown fact gets no step.
/// Law: planning on a census that shows the plan carried out gives no steps.
Plan make_plan(const Census& census, const Policy& policy,
               const std::vector<TableDefinition>& definitions, const PlanOptions& options = {});

/// "plimsoll.plan/1". Round-trips: parse_plan(to_json(plan)) == plan.
std::string to_json(const Plan& plan);
/// Errors: malformed (no plan, another schema, edited: the hash does not fit).
Result<Plan> parse_plan(std::string_view json);
std::string hash_of(const Plan& plan);

}  // namespace plimsoll
