#include "collect/redis/server_facts.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

RedisCensus facts_of(std::string_view info) {
  RedisCensus census;
  read_server_facts(parse_info(info), census);
  return census;
}

TEST(RedisServerFacts, valkey_is_named_by_its_own_version) {
  const auto census = facts_of(
      "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\nrun_id:abc\r\n");
  EXPECT_EQ(census.server_name, "valkey");
  EXPECT_EQ(census.version, "8.1.1");
  EXPECT_EQ(facts_of("redis_version:7.0.15\r\n").server_name, "redis");
}

TEST(RedisServerFacts, no_limit_unknown_limit_and_limit_are_three_answers) {
  EXPECT_TRUE(std::holds_alternative<Unbounded>(facts_of("maxmemory:0\r\n").maxmemory));
  EXPECT_TRUE(std::holds_alternative<Unknown>(facts_of("role:master\r\n").maxmemory));
  EXPECT_EQ(std::get<Bytes>(facts_of("maxmemory:2147483648\r\n").maxmemory), 2_GiB);
}

TEST(RedisServerFacts, keyspaces_in_order_whatever_fields_they_carry) {
  const auto census = facts_of(
      "db10:keys=3,expires=1,avg_ttl=0\r\ndb5:keys=12147,expires=0,avg_ttl=0,subexpiry=0\r\n"
      "dbx:keys=1\r\ndb_name:x\r\n"
      "db6:keys=-9,expires=0\r\ndb7:keys=9223372036854775807,expires=0\r\ndb8:expires=1\r\n");
  ASSERT_EQ(census.keyspaces.size(), 2U);
  EXPECT_EQ(census.keyspaces[0].database, 5);
  EXPECT_EQ(census.keyspaces[0].keys, 12147);
  EXPECT_EQ(census.keyspaces[1].expires, 1);
}

TEST(RedisServerFacts, flushes_are_zero_only_where_they_were_counted) {
  EXPECT_EQ(facts_of("cmdstat_info:calls=1,usec=1\r\n").flush_calls, 0);
  EXPECT_EQ(facts_of("cmdstat_flushdb:calls=3000,usec=9\r\ncmdstat_flushall:calls=2,usec=1\r\n")
                .flush_calls,
            3002);
  EXPECT_FALSE(facts_of("role:master\r\n").flush_calls);
}

TEST(RedisServerFacts, missing_and_broken_numbers_stay_empty) {
  const auto census = facts_of("used_memory:many\r\nuptime_in_seconds:\r\n");
  EXPECT_FALSE(census.used_memory);
  EXPECT_FALSE(census.uptime);
  EXPECT_FALSE(census.aof_enabled);
  EXPECT_EQ(census.maxmemory_policy, "");
}

TEST(RedisServerFacts, overhead_counts_the_tables_of_every_database) {
  const InfoFields info = parse_info("used_memory_startup:1000\r\nmem_clients_normal:200\r\n");
  EXPECT_EQ(server_overhead(info, {}), Bytes{1200});
  EXPECT_EQ(server_overhead(info, {{0, 1000, 0}}), Bytes{1200 + 1024 * 8});
  EXPECT_FALSE(server_overhead(parse_info("role:master\r\n"), {}));
}

TEST(RedisServerFacts, loading_is_seen) {
  EXPECT_TRUE(is_loading(parse_info("loading:1\r\n")));
  EXPECT_FALSE(is_loading(parse_info("loading:0\r\n")));
}

}  // namespace
}  // namespace plimsoll
