#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

using std::chrono::hours;

const Store* find(const std::vector<Store>& stores, const ResourceId& id) {
  const auto found = std::find_if(stores.begin(), stores.end(),
                                  [&](const Store& store) { return store.id == id; });
  return found == stores.end() ? nullptr : &*found;
}

Store growing(std::optional<Bytes> bytes, std::optional<double> rate, SizeBound line) {
  Store store;
  store.bytes = bytes;
  store.line = line;
  if (rate) store.growth = GrowthRate{rate, {}, Days{1}, GrowthSource::two_samples};
  return store;
}

TEST(TimeToLine, is_empty_rather_than_wrong) {
  EXPECT_EQ(time_to_line(growing(1_GiB, 1e9, 1_GiB + Bytes{2'000'000'000})), Seconds{Days{2}});
  EXPECT_EQ(time_to_line(growing(2_GiB, 1e9, 1_GiB)), Seconds{0});
  EXPECT_EQ(time_to_line(growing(2_GiB, std::nullopt, 2_GiB)), Seconds{0});  // there already
  EXPECT_EQ(time_to_line(growing(1_GiB, 0.0, 2_GiB)), std::nullopt);
  EXPECT_EQ(time_to_line(growing(1_GiB, -5.0, 2_GiB)), std::nullopt);
  EXPECT_EQ(time_to_line(growing(1_GiB, std::nullopt, 2_GiB)), std::nullopt);
  EXPECT_EQ(time_to_line(growing(std::nullopt, 1e9, 2_GiB)), std::nullopt);
  EXPECT_EQ(time_to_line(growing(1_GiB, 1e9, Unbounded{})), std::nullopt);
  EXPECT_EQ(time_to_line(growing(1_GiB, 1e9, Unknown{})), std::nullopt);
  EXPECT_EQ(time_to_line(growing(1_GiB, 1.0, 2_GiB)), std::nullopt);  // 34 years
  EXPECT_EQ(time_to_line(growing(1_GiB, 1e-300, 2_GiB)), std::nullopt);
}

TEST(Ids, are_the_same_in_every_census) {
  const PostgresCensus postgres = a_postgres();
  const RedisCensus redis = a_redis();
  EXPECT_EQ(id_of(postgres, a_table("scan_results")), "postgres/main/table/public.scan_results");
  EXPECT_EQ(id_of(redis, a_stream("ticks")), "redis/main/stream/ticks");
  Stream other = a_stream("ticks");
  other.database = 5;
  EXPECT_EQ(id_of(redis, other), "redis/main/stream@5/ticks");
  EXPECT_EQ(id_of(a_docker(), a_container("web")), "docker/docker/container/web");
}

TEST(StoresOf, the_document_largest_first) {
  const std::vector<Store> stores = stores_of(document_stack(noon()));
  EXPECT_TRUE(std::is_sorted(stores.begin(), stores.end(),
                             [](const Store& a, const Store& b) { return a.bytes > b.bytes; }));
  const Store* table = find(stores, "postgres/main/table/public.scan_results");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->kind, "hypertable");
  EXPECT_EQ(table->bytes, 10012_MiB);
  EXPECT_EQ(table->bound.kind, BoundKind::none);
  EXPECT_EQ(table->line, SizeBound{10012_MiB + Bytes{20'000'000'000}});
  EXPECT_EQ(find(stores, "postgres/main/table/public.ticks")->bound.kind, BoundKind::retention);
  EXPECT_EQ(find(stores, "postgres/main/table/public.market_holidays")->bound.kind,
            BoundKind::by_nature);
  const Store* deltas = find(stores, "redis/main/stream/stream:ranking:deltas");
  ASSERT_NE(deltas, nullptr);
  EXPECT_EQ(deltas->bound.value, "20000 entries");
  EXPECT_EQ(find(stores, "redis/main/stream/polygon_ws:subscriptions")->bound.kind,
            BoundKind::none);
  EXPECT_EQ(find(stores, "redis/main/memory/used_memory")->line, SizeBound{2_GiB});
  EXPECT_EQ(find(stores, "docker/docker/container/tradeul_timescale")->bound.kind, BoundKind::none);
  EXPECT_NE(find(stores, "host/host/file_system//"), nullptr);
}

TEST(StoresOf, says_unknown_where_nothing_was_read) {
  const auto stores = stores_of(
      census_of(a_table("t").with_unknown_bytes().with_unknown_growth().with_unknown_activity()));
  ASSERT_EQ(stores.size(), 1U);
  EXPECT_EQ(stores.front().bytes, std::nullopt);
  EXPECT_EQ(stores.front().bound.kind, BoundKind::unknown);
  EXPECT_EQ(stores.front().line, SizeBound{Unknown{}});
}

TEST(StoresOf, a_policy_that_cannot_run_is_no_bound) {
  PostgresCensus server = a_postgres();
  server.timescale = Timescale{"2.19.3", TimescaleEdition::apache, true, false, 16};
  server.tables.push_back(a_table("ticks").as_hypertable(Days{1}, noon() - Days{3}, noon()));
  server.jobs.push_back(a_retention_job(7, "public.ticks", Days{7}));
  const ResourceId id = id_of(server, server.tables.front());
  EXPECT_EQ(find(stores_of(census_of(server)), id)->bound.kind, BoundKind::none);
  server.timescale->edition = TimescaleEdition::community;
  EXPECT_EQ(find(stores_of(census_of(server)), id)->bound.keeper, "timescaledb job 7");
  server.jobs.front().scheduled = false;
  EXPECT_EQ(find(stores_of(census_of(server)), id)->bound.kind, BoundKind::none);
}

TEST(StreamIds, are_instants_only_when_they_are_clocks) {
  EXPECT_EQ(instant_of_stream_id(id_at(noon() - hours{1}), noon()), noon() - hours{1});
  EXPECT_EQ(instant_of_stream_id({58'412, 0}, noon()), std::nullopt);
  EXPECT_EQ(instant_of_stream_id({~0ULL, 0}, noon()), std::nullopt);
}

// --- which container a server is in ----------------------------------------------------------

Census with_containers(std::vector<Container> containers) {
  Census census = census_of(a_redis());
  census.docker = a_docker();
  census.docker->containers = std::move(containers);
  return census;
}

TEST(ContainerOf, goes_by_port_then_by_being_the_only_one) {
  const auto name_in = [](const Census& census) {
    const Container* container = container_of(census, census.redis.front());
    return container == nullptr ? std::string{} : container->name;
  };
  EXPECT_EQ(name_in(with_containers({a_container("web"), a_container("redis")})), "redis");
  EXPECT_EQ(name_in(with_containers({a_container("redis"), a_container("redis2")})), "");
  EXPECT_EQ(name_in(with_containers({a_container("redis").publishing("0.0.0.0:6380->6379/tcp"),
                                     a_container("redis2").publishing("0.0.0.0:6379->6379/tcp")})),
            "redis2");
  EXPECT_EQ(name_in(with_containers({a_container("redis").restarted(0, "exited")})), "");
  EXPECT_EQ(name_in(with_containers({})), "");
}

TEST(ContainerOf, tells_redis_from_valkey_beside_it) {
  Census census = with_containers({a_container("redis"), a_container("valkey")});
  RedisCensus valkey = a_redis();
  valkey.target = "second";
  valkey.server_name = "valkey";
  census.redis.push_back(valkey);
  EXPECT_EQ(container_of(census, census.redis[0])->name, "redis");
  EXPECT_EQ(container_of(census, census.redis[1])->name, "valkey");
}

}  // namespace
}  // namespace plimsoll
