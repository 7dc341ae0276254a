#include <algorithm>
#include <map>

#include "plan/drafting.h"
#include "plan/words.h"

namespace plimsoll {

Draft::Draft(const Census& census, const Policy& policy,
             const std::vector<TableDefinition>& definitions, const PlanOptions& options)
    : census_{census},
      policy_{policy},
      definitions_{definitions},
      options_{options},
      diagnosis_{diagnose(census)} {}

const TableDefinition* Draft::definition(const std::string& target, const TableName& table) const {
  const auto at = std::find_if(definitions_.begin(), definitions_.end(), [&](const auto& each) {
    return each.target == target && each.table == table;
  });
  return at == definitions_.end() ? nullptr : &*at;
}

bool Draft::found(Rule rule, const ResourceId& store) const {
  return std::any_of(
      diagnosis_.findings.begin(), diagnosis_.findings.end(),
      [&](const Finding& finding) { return finding.rule == rule && finding.store == store; });
}

std::size_t Draft::add(Stage stage, Step step) {
  if (step.words.empty()) step.words = words_of(step.change);
  drafted_.push_back({stage, std::move(step), {}});
  return drafted_.size() - 1;
}

void Draft::after(std::size_t step, std::size_t earlier) {
  drafted_[step].after.push_back(earlier);
}
void Draft::refuse(Refusal refusal) { refusals_.push_back(std::move(refusal)); }
void Draft::gap(Gap gap) { gaps_.push_back(std::move(gap)); }

Plan Draft::take() {
  std::vector<std::size_t> order(drafted_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // Bound first; within a stage what is small before what is large, so that a surprise stays small.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t i) {
      return std::pair{drafted_[i].stage, drafted_[i].step.frees.value_or(Bytes{}).count()};
    };
    return key(a) < key(b);
  });
  std::map<std::size_t, int> number;
  for (std::size_t i = 0; i < order.size(); ++i) number[order[i]] = static_cast<int>(i) + 1;
  Plan plan;
  for (const std::size_t at : order) {
    Step step = std::move(drafted_[at].step);
    step.number = number[at];
    for (const std::size_t earlier : drafted_[at].after) step.after.push_back(number[earlier]);
    plan.steps.push_back(std::move(step));
  }
  plan.refusals = std::move(refusals_);
  plan.gaps = std::move(gaps_);
  return plan;
}

Text wish_of(const RuleOrigin& origin, const Text& wish) {
  return say("{} wants {}", "{} pide {}", {origin.text(), wish});
}

namespace {

/// A clone has its original's system_identifier, so the address is part of it.
std::string identity_of(const PostgresCensus& server, const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    if (target.kind != TargetKind::postgres || target.name != server.target) continue;
    return server.system_identifier + "@" + target.address.substr(target.address.find('@') + 1);
  }
  return server.system_identifier;
}

}  // namespace

Plan make_plan(const Census& census, const Policy& policy,
               const std::vector<TableDefinition>& definitions, const PlanOptions& options) {
  Draft draft{census, policy, definitions, options};
  for (const auto& server : census.postgres) plan_tables(draft, server);
  for (const auto& server : census.redis) {
    plan_streams(draft, server);
    plan_keys(draft, server);
    plan_redis_memory(draft, server);
  }
  if (census.docker) plan_containers(draft, *census.docker);
  Plan plan = draft.take();
  plan.taken_at = census.taken_at;
  plan.expires_at = census.taken_at + options.valid_for;
  for (const auto& server : census.postgres)
    plan.targets.push_back(
        {TargetKind::postgres, server.target, identity_of(server, census.targets)});
  for (const auto& server : census.redis)
    plan.targets.push_back({TargetKind::redis, server.target, server.run_id});
  if (census.docker)
    plan.targets.push_back({TargetKind::docker, census.docker->target, census.docker->engine});
  plan.gaps.insert(plan.gaps.end(), census.gaps.begin(), census.gaps.end());
  plan.hash = hash_of(plan);
  return plan;
}

}  // namespace plimsoll
