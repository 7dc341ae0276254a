#include "diagnose/under_policy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testing/census_builders.h"

namespace plimsoll {
namespace {

Table partitioned(Instant oldest) {
  PartitionedTable parts;
  parts.strategy = "range";
  for (int day = -20; day < 10; ++day) {
    Partition partition;
    partition.name = "public.ticks_p" + std::to_string(day + 20);
    partition.range_start = noon() + Days{day};
    partition.range_end = noon() + Days{day + 1};
    parts.partitions.push_back(partition);
  }
  return a_table("ticks")
      .with_bytes(1_GiB)
      .with_rows(1'000'000)
      .with_time("time", oldest, noon())
      .with_growth(80e6, 100'000, GrowthSource::partition_ranges)
      .written(1'000'000)
      .with_partitions(parts);
}

Policy keeping(Keep keep) {
  Policy policy;
  TableRule rule;
  rule.pattern = "ticks";
  rule.origin = {"plimsoll.yaml", 9};
  rule.keep = keep;
  policy.tables.push_back(rule);
  return policy;
}

bool still_found(const Census& census, const Policy& policy, Rule rule) {
  const Diagnosis left = under_policy(diagnose(census), census, policy);
  return std::any_of(left.findings.begin(), left.findings.end(),
                     [&](const Finding& finding) { return finding.rule == rule; });
}

TEST(UnderPolicy, a_table_within_its_window_is_no_finding_and_one_beyond_it_is) {
  const Census held = census_of(partitioned(noon() - Days{7}));
  const Census over = census_of(partitioned(noon() - Days{12}));
  ASSERT_TRUE(still_found(held, {}, Rule::table_only_grows)) << "without a policy it is one";
  EXPECT_FALSE(still_found(held, keeping(Days{7}), Rule::table_only_grows));
  EXPECT_TRUE(still_found(over, keeping(Days{7}), Rule::table_only_grows));
}

TEST(UnderPolicy, a_plain_table_is_not_bounded_by_a_wish) {
  const Table ticks = a_table("ticks")
                          .with_bytes(1_GiB)
                          .with_rows(1'000'000)
                          .with_time("time", noon() - Days{3}, noon())
                          .with_growth(80e6, 100'000, GrowthSource::column_histogram)
                          .written(1'000'000);
  const Census plain = census_of(ticks);
  EXPECT_TRUE(still_found(plain, keeping(Days{7}), Rule::table_only_grows));
  EXPECT_FALSE(still_found(plain, keeping(Forever{}), Rule::table_only_grows)) << "kept on purpose";
}

TEST(UnderPolicy, a_store_within_its_bound_shows_it) {
  const Census census = census_of(partitioned(noon() - Days{7}));
  const auto stores = stores_under_policy(census, keeping(Days{7}));
  const auto ticks = std::find_if(stores.begin(), stores.end(), [](const Store& store) {
    return store.id == "postgres/main/table/public.ticks";
  });
  ASSERT_NE(ticks, stores.end());
  EXPECT_EQ(ticks->bound.kind, BoundKind::retention);
  EXPECT_EQ(ticks->bound.value, "7 days");
  EXPECT_EQ(ticks->bound.keeper, "plimsoll.yaml:9");
}

TEST(UnderPolicy, a_stream_within_a_node_of_its_cap_is_no_finding) {
  Policy policy;
  StreamRule rule;
  rule.pattern = "ticks";
  rule.maxlen = 20'000;
  policy.streams.push_back(rule);
  RedisCensus server = a_redis();
  server.streams.push_back(a_stream("ticks").with_length(20'050).with_bytes(10_MiB));
  EXPECT_TRUE(still_found(census_of(server), {}, Rule::stream_uncapped));
  EXPECT_FALSE(still_found(census_of(server), policy, Rule::stream_uncapped));
  server.streams[0] = a_stream("ticks").with_length(30'000).with_bytes(15_MiB);
  EXPECT_TRUE(still_found(census_of(server), policy, Rule::stream_uncapped));
}

TEST(UnderPolicy, what_is_accepted_by_name_is_gone_and_nothing_else) {
  RedisCensus server = a_redis();
  server.maxmemory = Unbounded{};
  Policy policy;
  policy.accept.push_back({"maxmemory_missing", "redis/other*", "a test", {}});
  EXPECT_TRUE(still_found(census_of(server), policy, Rule::maxmemory_missing));
  policy.accept.push_back({"maxmemory_missing", "redis/main*", "a test", {}});
  EXPECT_FALSE(still_found(census_of(server), policy, Rule::maxmemory_missing));
}

}  // namespace
}  // namespace plimsoll
