#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "policy/config.h"
#include "policy/known_keys.h"

namespace plimsoll {
namespace {

using Json = nlohmann::json;
using KeysByPath = std::map<std::string, std::set<std::string>>;

std::string file_of_source(const std::string& path) {
  std::ifstream file{std::string{PLIMSOLL_SOURCE_DIR} + "/" + path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Every mapping a schema describes, under the paths of known_keys(). A rule of "*" alone (that of
/// `tables`) is one of the rules.
void collect_keys(const Json& root, const Json& schema, const std::string& path,
                  KeysByPath& found) {
  if (schema.contains("$ref")) {
    const std::string ref = schema["$ref"].get<std::string>().substr(1);
    return collect_keys(root, root.at(Json::json_pointer{ref}), path, found);
  }
  for (const Json& either : schema.value("anyOf", Json::array())) {
    collect_keys(root, either, path, found);
  }
  if (schema.contains("items")) collect_keys(root, schema["items"], path, found);
  const Json rest = schema.value("additionalProperties", Json{});
  if (rest.is_object()) collect_keys(root, rest, path + ".*", found);
  if (!schema.contains("properties")) return;
  const bool closed = rest == Json(false);
  EXPECT_TRUE(closed || rest.is_object()) << path << " lets an editor pass any key";
  for (const auto& [key, value] : schema["properties"].items()) {
    if (closed) found[path].insert(key);
    collect_keys(root, value, path.empty() ? key : path + "." + key, found);
  }
}

TEST(PolicySchema, has_the_keys_that_the_reader_knows_and_no_other) {
  const Json schema = Json::parse(file_of_source("docs/schema/policy.schema.json"));
  KeysByPath in_schema;
  collect_keys(schema, schema, "", in_schema);
  KeysByPath known;
  for (const auto& [path, keys] : known_keys()) known[path] = {keys.begin(), keys.end()};
  EXPECT_EQ(in_schema, known);
}

TEST(PolicyOfTradeul, is_read_without_a_warning_and_has_the_documents_numbers) {
  const auto config = parse_config(file_of_source("deploy/tradeul/plimsoll.yaml"), "plimsoll.yaml");
  ASSERT_TRUE(config) << config.error().what.en;
  EXPECT_TRUE(config->warnings.empty()) << config->warnings.front().en;
  const Policy& policy = config->policy;
  EXPECT_EQ(std::get<Seconds>(rule_for_table(policy, "public", "scan_results")->keep), Days{7});
  EXPECT_EQ(rule_for_table(policy, "public", "scan_results")->chunk, Days{1});
  const TableRule* slots = rule_for_table(policy, "public", "volume_slots");
  EXPECT_EQ(slots->time, "date");
  EXPECT_EQ(std::get<Seconds>(slots->keep), Days{30});
  const std::map<std::string, std::int64_t> lengths{{"snapshots:raw", 10'000},
                                                    {"stream:ranking:deltas", 5'000},
                                                    {"stream:realtime:aggregates", 5'000},
                                                    {"tickers:filtered", 1'000},
                                                    {"polygon_ws:subscriptions", 2'000}};
  for (const auto& [stream, length] : lengths) {
    EXPECT_EQ(rule_for_stream(policy, stream)->maxlen, length) << stream;
  }
  const std::map<std::string, std::pair<Bytes, Bytes>> memory{{"timescaledb", {4_GiB, 2_GiB}},
                                                              {"redis", {2_GiB, 512_MiB}},
                                                              {"scanner", {1_GiB, 512_MiB}},
                                                              {"analytics", {1_GiB, 512_MiB}}};
  for (const auto& [service, sizes] : memory) {
    const ContainerRule* rule = rule_for_container(policy, service, "tradeul_" + service);
    EXPECT_EQ(rule->limit, sizes.first) << service;
    EXPECT_EQ(rule->reservation, sizes.second) << service;
    EXPECT_TRUE(rule->log_max_size) << service;
  }
  EXPECT_LT(*policy.redis->maxmemory, *rule_for_container(policy, "redis", "")->limit);
  EXPECT_DOUBLE_EQ(config->alerts.usage.fire_above, 0.8);
}

TEST(PolicyOfTradeul, has_a_rule_for_whatever_else_there_is) {
  const auto config = parse_config(file_of_source("deploy/tradeul/plimsoll.yaml"), "plimsoll.yaml");
  ASSERT_TRUE(config);
  EXPECT_EQ(rule_for_table(config->policy, "public", "new_table")->pattern, "*");
  EXPECT_TRUE(rule_for_stream(config->policy, "polygon_ws:quote_subscriptions")->max_bytes);
  EXPECT_TRUE(rule_for_container(config->policy, "api_gateway", "")->log_max_size);
}

}  // namespace
}  // namespace plimsoll
