#include "plan/idle_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/config.h"
#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

std::vector<std::string> idle_of(const std::string& sections, const Census& census) {
  const auto config = parse_config("version: 1\n" + sections, "/etc/plimsoll.yaml");
  if (!config) ADD_FAILURE() << config.error().what.en;
  std::vector<std::string> lines;
  for (const Text& text : idle_rules(config.value().policy, census)) {
    EXPECT_FALSE(text.es.empty());
    lines.push_back(text.en);
  }
  return lines;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(IdleRules, a_rule_that_matches_nothing_is_named_with_its_line) {
  const Census census = document_stack(noon());
  EXPECT_THAT(
      idle_of("tables:\n  scan_results: { keep: 7d }\n  scan_result: { keep: 7d }\n"
              "  \"volume_*\": { keep: 30d }\n  audit.log: { keep: 7d }\n  \"*\": { unbounded: "
              "report }\n"
              "streams:\n  \"snapshots:*\": { maxlen: 5 }\n  \"snapshot:*\": { maxlen: 5 }\n"
              "keys:\n  \"metadata:*\": { ttl: 1h }\n  \"nothing:*\": { ttl: 1h }\n"
              "containers:\n  redis: { limit: 2G }\n  tradeul_timescale: { limit: 2G }\n  web: { "
              "limit: 2G }\n",
              census),
      ElementsAre("plimsoll.yaml:4: 'scan_result' matches no table",
                  "plimsoll.yaml:6: 'audit.log' matches no table",
                  "plimsoll.yaml:10: 'snapshot:*' matches no stream",
                  "plimsoll.yaml:13: 'nothing:*' matches no keys",
                  "plimsoll.yaml:17: 'web' matches no container"));
}

TEST(IdleRules, nothing_is_said_of_what_was_not_seen) {
  const std::string file =
      "tables:\n  gone: { keep: 7d }\nstreams:\n  gone: { maxlen: 5 }\ncontainers:\n  gone: { "
      "limit: 1G }\n";
  EXPECT_THAT(idle_of(file, Census{}), IsEmpty());
  Census census = document_stack(noon());
  for (Target& target : census.targets) target.reachable = false;
  EXPECT_THAT(idle_of(file, census), IsEmpty());
  Census sampled = census_of(a_redis());
  sampled.redis.front().scanned_share = 0.2;
  EXPECT_THAT(idle_of(file, sampled), IsEmpty());
}

TEST(IdleRules, an_acceptance_of_no_finding_is_a_mistype) {
  Policy policy;
  policy.accept = {{"stream_uncapt", "", "known", {"plimsoll.yaml", 3}},
                   {"stream_uncapped", "", "known", {"plimsoll.yaml", 4}}};
  const auto idle = idle_rules(policy, Census{});
  ASSERT_EQ(idle.size(), 1U);
  EXPECT_EQ(idle.front().en, "plimsoll.yaml:3: there is no finding called 'stream_uncapt'");
}

}  // namespace
}  // namespace plimsoll
