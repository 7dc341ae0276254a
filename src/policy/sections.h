#pragma once

#include "policy/config.h"
#include "policy/section.h"

// One reader a section of plimsoll.yaml, each in its own file. Inside this module alone.
// Errors of all: Mistake.
namespace plimsoll {

/// Of `file` its name alone.
RuleOrigin origin_of(const std::string& file, const YAML::Mark& mark);

Targets read_targets(const YAML::Node& node, const std::string& file);
std::vector<TableRule> read_tables(const YAML::Node& node, const std::string& file);
std::vector<StreamRule> read_streams(const YAML::Node& node, const std::string& file);
std::vector<KeyRule> read_keys(const YAML::Node& node, const std::string& file);
RedisRule read_redis(const YAML::Node& node, const std::string& file);
std::vector<ContainerRule> read_containers(const YAML::Node& node, const std::string& file);
std::vector<Acceptance> read_accept(const YAML::Node& node, const std::string& file);
Maintenance read_maintenance(const YAML::Node& node);
AlertSettings read_alerts(const YAML::Node& node, const std::string& file);
GuardSettings read_guard(const YAML::Node& node);

/// A `keep` of a table or stream: not zero, and a minute at least.
std::optional<Seconds> keep_span(const Section& rule);

/// What is allowed and unwise when `redis` and `containers` are seen together. `redis` is the node
/// of that section.
void warn_of_maxmemory(const Policy& policy, const YAML::Node& redis, const std::string& file,
                       std::vector<Text>& warnings);

}  // namespace plimsoll
