#include "app/planner.h"

#include <chrono>

#include "collect/postgres/definition.h"
#include "link/postgres/link.h"
#include "plan/idle_rules.h"

namespace plimsoll {
namespace {

constexpr std::chrono::milliseconds kConnecting{3000};

bool is_wanted(const Policy& policy, const Table& table) {
  const TableRule* rule = rule_for_table(policy, table.schema, table.name);
  return rule != nullptr && std::holds_alternative<Seconds>(rule->keep);
}

/// The first way in that answers, as in the census.
std::optional<postgres::Link> link_to(const Targets& targets, const std::string& name) {
  for (const auto& server : targets.postgres) {
    if (server.name != name) continue;
    auto link = postgres::Link::connect({server.url, server.password, {}, "plimsoll"}, kConnecting);
    if (link) return std::move(*link);
  }
  return std::nullopt;
}

}  // namespace

std::vector<TableDefinition> read_definitions(const Targets& targets, const Census& census,
                                              const Policy& policy, std::vector<Gap>& gaps) {
  std::vector<TableDefinition> definitions;
  for (const auto& server : census.postgres) {
    std::optional<postgres::Link> link;
    for (const Table& table : server.tables) {
      if (!is_wanted(policy, table)) continue;
      if (!link) link = link_to(targets, server.target);
      if (!link) break;
      auto definition = collect_definition(*link, server.target, {table.schema, table.name});
      if (definition) {
        definitions.push_back(std::move(*definition));
      } else {
        gaps.push_back({"postgres/" + server.target,
                        say("definition of {}", "definición de {}", {table.qualified()}),
                        definition.error().what, definition.error().hint});
      }
    }
  }
  return definitions;
}

Planned plan_now(const FoundTargets& found, const CensusOptions& options, Instant now) {
  Census census = take_census(found.targets, options, now);
  census.gaps.insert(census.gaps.begin(), found.gaps.begin(), found.gaps.end());
  const auto definitions = read_definitions(found.targets, census, found.policy, census.gaps);
  Planned planned{make_plan(census, found.policy, definitions), idle_rules(found.policy, census)};
  if (found.targets.docker && !found.targets.docker->compose_file.empty())
    add_compose_steps(planned.plan, census, found.policy, found.targets.docker->compose_file);
  return planned;
}

}  // namespace plimsoll
