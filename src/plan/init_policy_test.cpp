#include "plan/init_policy.h"

#include <gmock/gmock.h>

#include "plan/init_cases_test.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

const StreamRule& rule_of(const Policy& policy, const std::string& key) {
  static const StreamRule kNone;
  const StreamRule* rule = rule_for_stream(policy, key);
  return rule == nullptr ? kNone : *rule;
}

TEST(InitPolicy, bounds_the_stack_of_the_document_and_its_plan_refuses_nothing) {
  for (const ScanResults shape : {ScanResults::hypertable, ScanResults::plain_table}) {
    const Census census = document_stack(noon(), shape);
    const Policy policy = policy_for(census, Language::es);
    const TableRule* results = rule_for_table(policy, "public", "scan_results");
    ASSERT_NE(results, nullptr);
    EXPECT_EQ(results->keep, Keep{Days{7}});
    EXPECT_EQ(results->chunk, Seconds{Days{1}});
    const TableRule* slots = rule_for_table(policy, "public", "volume_slots");
    ASSERT_NE(slots, nullptr);
    EXPECT_EQ(slots->time, "date");
    EXPECT_EQ(rule_for_table(policy, "public", "ticker_metadata")->pattern, "*");

    EXPECT_EQ(rule_of(policy, "stream:ranking:deltas").maxlen, 20'000);
    EXPECT_EQ(rule_of(policy, "stream:realtime:aggregates").maxlen, 10'000);
    EXPECT_TRUE(std::holds_alternative<ExpireOrphan>(rule_of(policy, "snapshots:raw").orphan));
    EXPECT_EQ(rule_of(policy, "polygon_ws:subscriptions").maxlen, 7000);

    ASSERT_TRUE(policy.redis);
    EXPECT_EQ(policy.redis->maxmemory, 2_GiB);
    const ContainerRule* redis = rule_for_container(policy, "redis", "tradeul_redis");
    ASSERT_NE(redis, nullptr);
    EXPECT_EQ(redis->limit, 2752_MiB);  // 2 GiB is three quarters of it, in steps of 64 MiB
    EXPECT_EQ(rule_for_container(policy, "scanner", "")->limit, 4_GiB);
    EXPECT_EQ(rule_for_container(policy, "polygon_ws", "")->log_max_file, 3);

    const Plan plan = make_plan(census, policy, definitions_of(census));
    EXPECT_FALSE(plan.steps.empty());
    for (const Refusal& refusal : plan.refusals)
      ADD_FAILURE() << refusal.what.en << ": " << refusal.why.en;
  }
}

TEST(InitPolicy, never_writes_a_password) {
  InitOptions options;
  ServerTarget server;
  server.name = "main";
  server.url = "postgresql://tradeul_user@127.0.0.1:5432/tradeul";
  server.password = Secret{"hunter2"};
  options.targets.postgres = {server};
  const std::string yaml = written(document_stack(noon()), Language::en, options);
  EXPECT_THAT(yaml, Not(HasSubstr("hunter2")));
  EXPECT_THAT(yaml, HasSubstr("# password_file: pg.secret"));
  const Config config = read(yaml);
  ASSERT_EQ(config.targets.postgres.size(), 1U);
  EXPECT_EQ(config.targets.postgres.front().url, server.url);
  EXPECT_EQ(config.targets.docker->project, "tradeul");
  EXPECT_EQ(config.language, Language::en);
}

TEST(InitPolicy, names_the_way_in_that_answered) {
  InitOptions options;
  for (const char* url :
       {"postgresql://me@127.0.0.1:5432/tradeul", "postgresql://me@172.18.0.3:5432/tradeul"}) {
    ServerTarget way;
    way.name = "main";
    way.url = url;
    options.targets.postgres.push_back(way);
  }
  Census census = census_of(a_postgres());
  census.targets.front().address = "me@172.18.0.3:5432/tradeul";
  const Config config = read(written(census, Language::en, options));
  ASSERT_EQ(config.targets.postgres.size(), 1U);
  EXPECT_EQ(config.targets.postgres.front().url, options.targets.postgres.back().url);
}

TEST(InitPolicy, leaves_to_a_person_what_a_census_cannot_tell) {
  PostgresCensus server = a_postgres();
  server.tables = {
      a_log("users").written(7'000'000, 8'000'000), a_log("timeless"),
      a_table("unknown").with_bytes(1_GiB).with_unknown_growth().with_unknown_activity(),
      a_table("lookup").with_bytes(1_GiB)};
  server.tables[1].time.reset();
  const std::string yaml = written(census_of(server));
  const Policy policy = read(yaml).policy;
  for (const Table& table : server.tables)
    EXPECT_EQ(rule_for_table(policy, "public", table.name)->pattern, "*") << table.name;
  EXPECT_THAT(yaml, HasSubstr("\n  # users: { time: at, keep: 7d"));
  EXPECT_THAT(yaml, HasSubstr("\n  # timeless: { keep: 7d"));
  EXPECT_THAT(yaml, HasSubstr("\n  # unknown: { keep: "));
  EXPECT_THAT(yaml, Not(HasSubstr("lookup")));
}

TEST(InitPolicy, a_window_fits_the_disk) {
  PostgresCensus server = a_postgres();
  server.free_disk = 10_GiB;
  server.tables = {a_log("big").with_bytes(4_GiB).with_growth(4e9, 1e6, GrowthSource::row_range)};
  const Policy policy = policy_for(census_of(server));
  EXPECT_EQ(policy.tables.front().keep,
            Keep{Days{2}});  // and a chunk of a day: 0.8 × 10 GiB + 4 GiB is 3.2 days
}

TEST(InitPolicy, keeps_the_window_of_a_retention_job) {
  PostgresCensus server = a_postgres();
  server.timescale = Timescale{};
  server.timescale->edition = TimescaleEdition::community;
  server.timescale->scheduler_running = true;
  server.tables = {a_log("ticks")
                       .as_hypertable(Days{7}, noon() - Days{80}, noon())
                       .with_growth(1e6, 1e4, GrowthSource::chunk_ranges)};
  server.jobs = {a_retention_job(1, "public.ticks", Days{90})};
  const Census census = census_of(server);
  const Policy policy = policy_for(census);
  EXPECT_EQ(policy.tables.front().keep, Keep{Days{90}});
  EXPECT_EQ(policy.tables.front().chunk, Seconds{Days{7}});
  EXPECT_TRUE(make_plan(census, policy, definitions_of(census)).steps.empty());
}

TEST(InitPolicy, a_rule_reaches_no_table_that_does_not_grow) {
  PostgresCensus server = a_postgres();
  server.tables = {a_log("log"), a_log("a*b"), a_table("axb"), a_table("log").in_schema("audit")};
  const Policy policy = policy_for(census_of(server));
  EXPECT_EQ(rule_for_table(policy, "public", "log")->pattern, "public.log");
  EXPECT_EQ(rule_for_table(policy, "audit", "log")->pattern, "*");
  EXPECT_EQ(rule_for_table(policy, "public", "axb")->pattern, "*");
  EXPECT_EQ(rule_for_table(policy, "public", "a*b")->pattern, "*");  // as a pattern it is axb too
}

TEST(InitPolicy, a_cap_leaves_what_readers_have_still_to_read) {
  const Stream slow = a_stream("slow").with_length(80'000).with_group(
      a_group("g")
          .delivered_up_to(id_at(noon() - std::chrono::minutes{30}))
          .with_lag(40'000)
          .with_consumer("c", Seconds{1}));
  EXPECT_GE(rule_of(policy_for(census_of(slow)), "slow").maxlen.value_or(0), 80'000);
  const Stream stuck = a_stream("stuck").with_length(50'000).with_group(
      a_group("g")
          .delivered_up_to(id_at(noon()))
          .with_lag(0)
          .with_pending(1, id_at(noon() - hours{1}))
          .with_consumer("c", Seconds{1}, 1));
  EXPECT_GE(rule_of(policy_for(census_of(stuck)), "stuck").maxlen.value_or(0), 50'000);
  const Stream quiet = a_stream("quiet").with_length(40);
  EXPECT_GE(rule_of(policy_for(census_of(quiet)), "quiet").maxlen.value_or(0), 1000);
}

TEST(InitPolicy, memory_bounds_nest_and_never_stand_below_what_is_used) {
  Census census = census_of(a_redis());
  census.redis.front().maxmemory = Unbounded{};
  census.redis.front().used_memory = 3_GiB;
  census.redis.front().total_system_memory = 16_GiB;
  EXPECT_EQ(policy_for(census).redis->maxmemory, 4608_MiB);  // a quarter of 16 GiB is not enough
  census.docker = a_docker();
  census.docker->containers = {
      a_container("redis").from_image("redis:7").with_limit(2_GiB).with_working_set(1800_MiB)};
  census.targets.push_back(
      {"docker", TargetKind::docker, "unix:///var/run/docker.sock", "24", "", true});
  census.redis.front().used_memory = 400_MiB;
  Policy policy = policy_for(census);
  EXPECT_EQ(policy.redis->maxmemory, 1216_MiB);  // 60 % of 2 GiB, down to a step
  EXPECT_EQ(policy.containers.front().limit, 2_GiB);
  census.redis.front().maxmemory = 2_GiB;  // equal to the limit: never reached
  policy = policy_for(census);
  EXPECT_LT(policy.redis->maxmemory, policy.containers.front().limit);
  census.redis.front().used_memory = 15_GiB;  // half again is more than there is
  EXPECT_FALSE(policy_for(census).redis);
}

TEST(InitPolicy, a_replica_is_asked_for_nothing) {
  Census census = document_stack(noon());
  census.postgres.front().in_recovery = true;
  census.redis.front().role = "slave";
  const Policy policy = policy_for(census);
  EXPECT_EQ(policy.tables.size(), 1U);  // "*"
  EXPECT_TRUE(policy.streams.empty());
  EXPECT_FALSE(policy.redis);
  expect_law(census);
}

TEST(InitPolicy, hostile_names_are_read_back_as_they_are) {
  for (const std::string& name : hostile_names()) {
    SCOPED_TRACE(name);
    Census census = census_of(Stream(a_stream(name).with_length(5000)));
    census.postgres.push_back(a_postgres());
    census.postgres.back().tables = {a_log(name)};
    census.docker = a_docker();
    census.docker->containers = {
        a_container(name).with_limit(Unbounded{}).with_working_set(100_MiB)};
    const Policy policy = policy_for(census);
    expect_law(census);
    if (name.empty() || name == "*" || name.size() > 500) continue;
    EXPECT_TRUE(rule_of(policy, name).maxlen);
    const TableRule* table = rule_for_table(policy, "public", name);
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->keep, Keep{Days{7}});
    EXPECT_NE(rule_for_container(policy, "", name), nullptr);
  }
}

TEST(InitPolicy, an_empty_census_gives_a_file_that_is_read) {
  expect_law(Census{});
  expect_law(census_of(a_postgres()));
  expect_law(census_of(a_redis()));
  expect_law(census_of(a_docker()));
  expect_law(census_of(a_host()));
}

TEST(InitPolicy, two_thousand_streams_stay_a_file_that_people_and_the_parser_read) {
  RedisCensus server = a_redis();
  for (int i = 0; i < 2000; ++i) server.streams.push_back(a_stream("s" + std::to_string(i)));
  const std::string yaml = written(census_of(server));
  EXPECT_LT(yaml.size(), 100'000U);
  EXPECT_THAT(yaml, HasSubstr("and 1,500 more"));
  EXPECT_TRUE(rule_of(read(yaml).policy, "s1999").max_bytes);
}

}  // namespace
}  // namespace plimsoll
