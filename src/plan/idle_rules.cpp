#include "plan/idle_rules.h"

#include <algorithm>

#include "base/text.h"
#include "diagnose/finding.h"

namespace plimsoll {
namespace {

bool all_answered(const Census& census, TargetKind kind) {
  bool any = false;
  for (const Target& target : census.targets) {
    if (target.kind != kind) continue;
    if (!target.reachable) return false;
    any = true;
  }
  return any;
}

bool all_keys_seen(const Census& census) {
  return std::all_of(census.redis.begin(), census.redis.end(),
                     [](const RedisCensus& server) { return server.scanned_share >= 1; });
}

/// A policy of this rule alone, so that it is matched as it will be.
template <typename Rule>
Policy only(std::vector<Rule> Policy::*section, const Rule& rule) {
  Policy policy;
  (policy.*section).push_back(rule);
  return policy;
}

bool speaks(const TableRule& rule, const Census& census) {
  const Policy policy = only(&Policy::tables, rule);
  return std::any_of(census.postgres.begin(), census.postgres.end(), [&](const auto& server) {
    return std::any_of(server.tables.begin(), server.tables.end(), [&](const Table& table) {
      return rule_for_table(policy, table.schema, table.name) != nullptr;
    });
  });
}

bool speaks(const StreamRule& rule, const Census& census) {
  const Policy policy = only(&Policy::streams, rule);
  return std::any_of(census.redis.begin(), census.redis.end(), [&](const auto& server) {
    return std::any_of(server.streams.begin(), server.streams.end(), [&](const Stream& stream) {
      return rule_for_stream(policy, stream.key) != nullptr;
    });
  });
}

bool speaks(const KeyRule& rule, const Census& census) {
  const Policy policy = only(&Policy::keys, rule);
  return std::any_of(census.redis.begin(), census.redis.end(), [&](const auto& server) {
    return std::any_of(
        server.families.begin(), server.families.end(),
        [&](const KeyFamily& family) { return rule_for_keys(policy, family.pattern) != nullptr; });
  });
}

bool speaks(const ContainerRule& rule, const Census& census) {
  const Policy policy = only(&Policy::containers, rule);
  const auto& containers = census.docker->containers;
  return std::any_of(containers.begin(), containers.end(), [&](const Container& container) {
    return rule_for_container(policy, container.compose_service, container.name) != nullptr;
  });
}

bool is_rule(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Rule::file_system_filling); ++i) {
    if (name_of(static_cast<Rule>(i)) == name) return true;
  }
  return false;
}

template <typename Rule>
void add_idle(std::vector<Text>& idle, const std::vector<Rule>& rules, const Census& census,
              const Text& nothing) {
  for (const Rule& rule : rules) {
    if (rule.pattern == "*" || speaks(rule, census)) continue;
    idle.push_back(
        say("{}: '{}' {}", "{}: '{}' {}", {rule.origin.text(), printable(rule.pattern), nothing}));
  }
}

}  // namespace

std::vector<Text> idle_rules(const Policy& policy, const Census& census) {
  std::vector<Text> idle;
  if (all_answered(census, TargetKind::postgres))
    add_idle(idle, policy.tables, census,
             say("matches no table", "no corresponde a ninguna tabla"));
  if (all_answered(census, TargetKind::redis) && all_keys_seen(census)) {
    add_idle(idle, policy.streams, census,
             say("matches no stream", "no corresponde a ningún stream"));
    add_idle(idle, policy.keys, census, say("matches no keys", "no corresponde a ninguna clave"));
  }
  if (all_answered(census, TargetKind::docker) && census.docker)
    add_idle(idle, policy.containers, census,
             say("matches no container", "no corresponde a ningún contenedor"));
  for (const Acceptance& each : policy.accept) {
    if (is_rule(each.rule)) continue;
    idle.push_back(say("{}: there is no finding called '{}'",
                       "{}: no hay ningún hallazgo llamado '{}'",
                       {each.origin.text(), printable(each.rule)}));
  }
  return idle;
}

}  // namespace plimsoll
