#include <gtest/gtest.h>

#include <algorithm>

#include "plan/plan.h"
#include "plan/table_steps.h"
#include "tests/testing/census_builders.h"

namespace plimsoll {
namespace {

TableRule kept_for(std::string pattern, Seconds keep) {
  TableRule rule;
  rule.pattern = std::move(pattern);
  rule.origin = {"plimsoll.yaml", 3};
  rule.keep = keep;
  return rule;
}

StreamRule capped_at(std::string pattern, std::int64_t entries) {
  StreamRule rule;
  rule.pattern = std::move(pattern);
  rule.origin = {"plimsoll.yaml", 7};
  rule.maxlen = entries;
  return rule;
}

Policy policy_of(TableRule rule) {
  Policy policy;
  policy.tables.push_back(std::move(rule));
  return policy;
}
Policy policy_of(StreamRule rule) {
  Policy policy;
  policy.streams.push_back(std::move(rule));
  return policy;
}

/// A table as simple as can be: a time, a value, an index on the time.
TableDefinition defined(const std::string& name,
                        const std::string& type = "timestamp with time zone") {
  TableDefinition definition;
  definition.target = "main";
  definition.table = {"public", name};
  definition.oid = "16401";
  definition.owner = "app";
  definition.persistence = "p";
  definition.kind = "r";
  definition.access_method = "heap";
  definition.replica_identity = "d";
  ColumnDefinition time;
  time.name = "time";
  time.type = type;
  time.not_null = true;
  ColumnDefinition value;
  value.name = "value";
  value.type = "bigint";
  definition.columns = {time, value};
  return definition;
}

Table leaking() {
  return a_table("ticks")
      .with_bytes(1_GiB)
      .with_rows(1'300'000)
      .with_time("time", noon() - Days{13}, noon())
      .with_growth(80e6, 100'000, GrowthSource::column_histogram)
      .written(1'300'000);
}

std::vector<std::string> kinds_of(const Plan& plan) {
  std::vector<std::string> kinds;
  for (const Step& step : plan.steps) kinds.emplace_back(name_of(step.change));
  return kinds;
}

using Kinds = std::vector<std::string>;

TEST(PlanTables, a_plain_table_is_partitioned_first_and_emptied_after) {
  const Plan plan =
      make_plan(census_of(leaking()), policy_of(kept_for("ticks", Days{7})), {defined("ticks")});
  ASSERT_EQ(kinds_of(plan), (Kinds{"partition_table", "replace_partition"}));
  const auto& partition = std::get<PartitionTable>(plan.steps[0].change);
  EXPECT_EQ(partition.old_partition.name, "ticks_old");
  EXPECT_GE(partition.attach_until, noon() + std::chrono::hours{2});
  EXPECT_EQ(partition.partitions.front().range.begin, partition.attach_until);
  const auto& replace = std::get<ReplacePartition>(plan.steps[1].change);
  EXPECT_EQ(replace.cut, noon() - Days{7});
  EXPECT_EQ(replace.partition, partition.old_partition);
  EXPECT_FALSE(replace.partitions.front().range.begin) << "late rows still have a place";
  EXPECT_LE(replace.partitions.front().range.end - Days{1}, replace.cut);
  EXPECT_EQ(replace.partitions.back().range.end, partition.attach_until);
  EXPECT_EQ(plan.steps[1].after, std::vector<int>{1});
  EXPECT_TRUE(plan.steps[1].heavy);
  const auto& loss = std::get<LosesRange>(plan.steps[1].loss);
  EXPECT_EQ(loss.first, noon() - Days{13});
  EXPECT_LT(*loss.last, replace.cut);
}

TEST(PlanTables, the_ranges_that_replace_a_partition_cover_it_without_a_gap) {
  const Plan plan =
      make_plan(census_of(leaking()), policy_of(kept_for("ticks", Days{7})), {defined("ticks")});
  const auto& ranges = std::get<ReplacePartition>(plan.steps.at(1).change).partitions;
  for (std::size_t i = 1; i < ranges.size(); ++i)
    EXPECT_EQ(ranges[i].range.begin, ranges[i - 1].range.end);
}

TEST(PlanTables, kept_for_ever_and_unnamed_tables_are_left_alone) {
  TableRule forever = kept_for("ticks", Days{7});
  forever.keep = Forever{};
  EXPECT_TRUE(
      make_plan(census_of(leaking()), policy_of(forever), {defined("ticks")}).steps.empty());
  EXPECT_TRUE(
      make_plan(census_of(leaking()), policy_of(kept_for("trades", Days{7})), {}).steps.empty());
}

TEST(PlanTables, a_table_whose_definition_is_not_known_is_refused) {
  const Plan plan = make_plan(census_of(leaking()), policy_of(kept_for("ticks", Days{7})), {});
  EXPECT_TRUE(plan.steps.empty());
  ASSERT_EQ(plan.refusals.size(), 1U);
}

TEST(PlanTables, a_window_on_an_integer_that_is_no_epoch_is_refused) {
  const Plan plan = make_plan(census_of(leaking()), policy_of(kept_for("ticks", Days{7})),
                              {defined("ticks", "bigint")});
  EXPECT_TRUE(plan.steps.empty());
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_NE(plan.refusals[0].why.en.find("not known what a span of time is"), std::string::npos);
}

TEST(PlanTables, a_foreign_key_to_it_leaves_batches_as_the_next_remedy) {
  TableDefinition definition = defined("ticks");
  definition.referenced_by = {"public.orders"};
  const Plan plan =
      make_plan(census_of(leaking()), policy_of(kept_for("ticks", Days{7})), {definition});
  EXPECT_EQ(kinds_of(plan), Kinds{"delete_rows"});
  ASSERT_EQ(plan.refusals.size(), 1U);
}

TEST(PlanTables, a_replica_is_asked_for_nothing) {
  PostgresCensus server = a_postgres();
  server.in_recovery = true;
  server.tables.push_back(leaking());
  const Plan plan =
      make_plan(census_of(server), policy_of(kept_for("ticks", Days{7})), {defined("ticks")});
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_EQ(plan.refusals.size(), 1U);
}

Table partitioned(Instant first, int days, Bytes each) {
  PartitionedTable parts;
  parts.strategy = "range";
  parts.key = "RANGE (\"time\")";
  for (int day = 0; day < days; ++day) {
    Partition partition;
    partition.name = "public.ticks_p" + std::to_string(day);
    partition.range_start = first + Days{day};
    partition.range_end = first + Days{day + 1};
    partition.bytes = each;
    parts.partitions.push_back(partition);
  }
  return a_table("ticks")
      .with_bytes(1_GiB)
      .with_rows(1'300'000)
      .with_time("time", first, noon())
      .with_partitions(parts);
}

TEST(PlanPartitions, whole_expired_ones_go_and_what_comes_next_is_made) {
  const Instant today = floored(noon(), Days{1});
  const Plan plan = make_plan(census_of(partitioned(today - Days{13}, 14, 10_MiB)),
                              policy_of(kept_for("ticks", Days{7})), {defined("ticks")});
  ASSERT_EQ(kinds_of(plan), (Kinds{"create_partitions", "drop_partitions"}));
  const auto& drop = std::get<DropPartitions>(plan.steps[1].change);
  EXPECT_EQ(drop.partitions.size(), 6U)
      << "the day of the cut is partly inside the window and stays";
  EXPECT_EQ(plan.steps[1].frees, 60_MiB);
  const auto& ahead = std::get<CreatePartitions>(plan.steps[0].change).partitions;
  EXPECT_EQ(ahead.front().range.begin, today + Days{1});
  EXPECT_EQ(ahead.size(), 35U);
}

TEST(PlanPartitions, a_table_partitioned_by_something_else_is_refused) {
  for (const char* key :
       {"RANGE (id)", "RANGE (\"time\", symbol)", "RANGE (date_trunc('day', time))"}) {
    Table table = partitioned(floored(noon(), Days{1}) - Days{13}, 14, 10_MiB);
    std::get<PartitionedTable>(table.shape).key = key;
    const Plan plan =
        make_plan(census_of(table), policy_of(kept_for("ticks", Days{7})), {defined("ticks")});
    EXPECT_TRUE(plan.steps.empty()) << key;
    EXPECT_EQ(plan.refusals.size(), 1U) << key;
  }
}

TEST(PlanPartitions, a_table_within_its_window_needs_nothing) {
  const Instant today = floored(noon(), Days{1});
  const Plan plan = make_plan(census_of(partitioned(today - Days{7}, 30, 10_MiB)),
                              policy_of(kept_for("ticks", Days{7})), {defined("ticks")});
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_TRUE(plan.refusals.empty());
}

Plan plan_of_stream(Stream stream, StreamRule rule) {
  RedisCensus server = a_redis();
  server.streams.push_back(std::move(stream));
  return make_plan(census_of(server), policy_of(std::move(rule)), {});
}

TEST(PlanStreams, one_above_its_cap_is_trimmed_and_one_within_a_node_is_not) {
  const Plan plan =
      plan_of_stream(a_stream("ticks").with_length(12'480), capped_at("ticks", 2'000));
  ASSERT_EQ(kinds_of(plan), Kinds{"trim_stream"});
  EXPECT_EQ(std::get<LosesRange>(plan.steps[0].loss).items, 10'480);
  EXPECT_TRUE(plan_of_stream(a_stream("ticks").with_length(2'100), capped_at("ticks", 2'000))
                  .steps.empty());
}

TEST(PlanStreams, never_past_a_reader_unless_the_policy_says_so) {
  const Stream stream = a_stream("ticks")
                            .with_length(12'480)
                            .between(noon() - Days{1}, noon())
                            .with_group(a_group("readers")
                                            .delivered_up_to(id_at(noon() - Days{2}))
                                            .with_consumer("one", Seconds{3}));
  StreamRule rule = capped_at("ticks", 2'000);
  const Plan refused = plan_of_stream(stream, rule);
  EXPECT_TRUE(refused.steps.empty());
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_NE(refused.refusals[0].why.en.find("readers"), std::string::npos);
  rule.force_past_groups = true;
  EXPECT_EQ(kinds_of(plan_of_stream(stream, rule)), Kinds{"trim_stream"});
}

TEST(PlanRedis, maxmemory_below_what_is_used_is_refused) {
  RedisCensus server = a_redis();
  server.used_memory = 1_GiB;
  server.maxmemory = Unbounded{};
  Policy policy;
  policy.redis = RedisRule{{"plimsoll.yaml", 9}, 512_MiB, ""};
  const Plan refused = make_plan(census_of(server), policy, {});
  EXPECT_TRUE(refused.steps.empty());
  ASSERT_EQ(refused.refusals.size(), 1U);
  policy.redis->maxmemory = 2_GiB;
  EXPECT_EQ(kinds_of(make_plan(census_of(server), policy, {})), Kinds{"set_maxmemory"});
  server.maxmemory = 2_GiB;
  EXPECT_TRUE(make_plan(census_of(server), policy, {}).steps.empty());
}

TEST(PlanContainers, a_limit_below_what_it_uses_is_refused) {
  DockerCensus engine = a_docker();
  engine.containers.push_back(
      a_container("scanner").with_limit(Unbounded{}).with_working_set(900_MiB));
  Policy policy;
  ContainerRule rule;
  rule.pattern = "scanner";
  rule.limit = 1_GiB;
  policy.containers.push_back(rule);
  const Plan refused = make_plan(census_of(engine), policy, {});
  EXPECT_TRUE(refused.steps.empty());
  ASSERT_EQ(refused.refusals.size(), 1U);
  policy.containers[0].limit = 2_GiB;
  EXPECT_EQ(kinds_of(make_plan(census_of(engine), policy, {})), Kinds{"set_container_memory"});
}

TEST(Floored, counts_from_1970_on_both_sides) {
  const Instant epoch{};
  EXPECT_EQ(floored(epoch + std::chrono::hours{25}, Days{1}), epoch + Days{1});
  EXPECT_EQ(floored(epoch - std::chrono::hours{1}, Days{1}), epoch - Days{1});
  EXPECT_EQ(floored(epoch, Days{1}), epoch);
}

}  // namespace
}  // namespace plimsoll
