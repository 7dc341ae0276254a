#include "policy/policy.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

template <typename Rule>
Rule rule(std::string pattern) {
  Rule made;
  made.pattern = std::move(pattern);
  return made;
}

template <typename Rule>
std::string pattern_of(const Rule* found) {
  return found == nullptr ? "none" : found->pattern;
}

TEST(RuleForTable, exact_before_pattern_longer_before_shorter_star_last) {
  Policy policy;
  for (const char* pattern :
       {"*", "scan_*", "scan_results", "scan_res*", "audit.scan_results", "audit.*", "events_?"}) {
    policy.tables.push_back(rule<TableRule>(pattern));
  }
  const auto found = [&](const char* schema, const char* name) {
    return pattern_of(rule_for_table(policy, schema, name));
  };
  EXPECT_EQ(found("public", "scan_results"), "scan_results");
  EXPECT_EQ(found("audit", "scan_results"), "audit.scan_results");
  EXPECT_EQ(found("public", "scan_results_old"), "scan_res*");
  EXPECT_EQ(found("public", "scan_log"), "scan_*");
  EXPECT_EQ(found("audit", "log"), "audit.*");
  EXPECT_EQ(found("public", "events_1"), "events_?");
  EXPECT_EQ(found("public", "events_12"), "*");
}

TEST(RuleForTable, a_pattern_with_a_schema_speaks_for_no_other) {
  Policy policy;
  policy.tables = {rule<TableRule>("public.ticks")};
  EXPECT_EQ(rule_for_table(policy, "archive", "ticks"), nullptr);
  EXPECT_EQ(rule_for_table(policy, "public", "ticks"), &policy.tables[0]);
}

TEST(RuleForStream, of_two_patterns_of_one_length_the_first_written) {
  Policy policy;
  policy.streams = {rule<StreamRule>("stream:*"), rule<StreamRule>("*:trades"),
                    rule<StreamRule>("stream:x")};
  EXPECT_EQ(pattern_of(rule_for_stream(policy, "stream:trades")), "stream:*");
  EXPECT_EQ(pattern_of(rule_for_stream(policy, "stream:x")), "stream:x");
  EXPECT_EQ(pattern_of(rule_for_stream(policy, "a:trades")), "*:trades");
  EXPECT_EQ(rule_for_stream(policy, "other"), nullptr);
}

TEST(RuleForKeys, a_family_is_covered_by_a_wider_pattern_and_by_no_narrower) {
  Policy policy;
  policy.keys = {rule<KeyRule>("rvol:*"), rule<KeyRule>("rvol:hist:avg:*")};
  EXPECT_EQ(pattern_of(rule_for_keys(policy, "rvol:hist:avg:*")), "rvol:hist:avg:*");
  EXPECT_EQ(pattern_of(rule_for_keys(policy, "rvol:hist:*")), "rvol:*");
  EXPECT_EQ(rule_for_keys(policy, "*"), nullptr);
}

TEST(RuleForContainer, by_service_then_by_name_and_star_hides_neither) {
  Policy policy;
  for (const char* pattern : {"*", "redis", "tradeul_redis", "tradeul_scanner"}) {
    policy.containers.push_back(rule<ContainerRule>(pattern));
  }
  const auto found = [&](const char* service, const char* name) {
    return pattern_of(rule_for_container(policy, service, name));
  };
  EXPECT_EQ(found("redis", "tradeul_redis"), "redis");
  EXPECT_EQ(found("scanner", "tradeul_scanner"), "tradeul_scanner");
  EXPECT_EQ(found("", "tradeul_redis"), "tradeul_redis");
  EXPECT_EQ(found("", "other"), "*");
  EXPECT_EQ(rule_for_container({}, "redis", "redis"), nullptr);
}

TEST(ParseSpan, takes_whole_numbers_of_one_unit) {
  EXPECT_EQ(parse_span("90s"), Seconds{90});
  EXPECT_EQ(parse_span("15m"), Seconds{900});
  EXPECT_EQ(parse_span("36h"), Seconds{129'600});
  EXPECT_EQ(parse_span("7d"), Seconds{604'800});
  EXPECT_EQ(parse_span("2w"), Seconds{1'209'600});
  EXPECT_EQ(parse_span("0d"), Seconds{0});
  EXPECT_EQ(parse_span("36525d"), Seconds{std::int64_t{36'525} * 86'400});
  for (const char* text :
       {"", "7", "d", "-7d", "+7d", "1.5d", "7 d", " 7d", "7d ", "7days", "7D", "1d12h", "7y",
        "1e3s", "36526d", "99999999999999999w", "999999999999999999999d",
        "\xC2\xB2"
        "d"}) {
    EXPECT_FALSE(parse_span(text)) << text;
  }
}

TEST(ParseSize, takes_powers_of_1024_in_the_ways_docker_and_redis_write_them) {
  EXPECT_EQ(parse_size("1048576"), 1_MiB);
  EXPECT_EQ(parse_size("10b"), 10_B);
  EXPECT_EQ(parse_size("64k"), 64_KiB);
  EXPECT_EQ(parse_size("512M"), 512_MiB);
  EXPECT_EQ(parse_size("64MB"), 64_MiB);
  EXPECT_EQ(parse_size("64MiB"), 64_MiB);
  EXPECT_EQ(parse_size("4G"), 4_GiB);
  EXPECT_EQ(parse_size("2gb"), 2_GiB);
  EXPECT_EQ(parse_size("1T"), 1024_GiB);
  EXPECT_EQ(parse_size("0"), 0_B);
  EXPECT_EQ(parse_size("8388607T"), Bytes{std::int64_t{8'388'607} << 40});
  for (const char* text : {"", "G", "-1G", "1.5G", "1 G", "4Gb/s", "4P", "4bb", "4mm", "4i",
                           "8388608T", "999999999999999999999", "0x10", "1e9"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Policy, is_empty_where_it_bounds_nothing) {
  Policy policy;
  policy.maintenance.calendar = "XNYS";
  EXPECT_TRUE(policy.empty());
  policy.redis = RedisRule{};
  EXPECT_FALSE(policy.empty());
  EXPECT_EQ((RuleOrigin{"plimsoll.yaml", 12}.text()), "plimsoll.yaml:12");
}

}  // namespace
}  // namespace plimsoll
