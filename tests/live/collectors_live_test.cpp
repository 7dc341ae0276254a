// The collectors themselves on servers newer than Debian 12's: what a report cannot show in full.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "collect/docker/collect.h"
#include "collect/postgres/collect.h"
#include "collect/redis/redis_collector.h"
#include "live_stack.h"

namespace plimsoll::live {
namespace {

using ::testing::IsEmpty;

constexpr std::chrono::milliseconds kBudget{10'000};

class LiveCollectors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!stack().unavailable.empty()) GTEST_SKIP() << stack().unavailable;
  }
};

std::string words(const std::vector<Gap>& gaps) {
  std::string text;
  for (const auto& gap : gaps) text += gap.what.en + ": " + gap.why.en + " (" + gap.hint.en + ")\n";
  return text;
}

template <typename T>
T value_of(Result<T> result) {
  if (!result)
    throw std::runtime_error{result.error().what.en + " (" + result.error().hint.en + ")"};
  return std::move(*result);
}

PostgresCollection collect_timescale(const std::string& conninfo) {
  const auto address = value_of(postgres::parse_address(conninfo));
  auto link = value_of(postgres::Link::connect(address, kBudget));
  PostgresOptions options;
  options.budget = kBudget;
  return value_of(collect_postgres(link, options));
}

const Table& table_named(const PostgresCensus& census, const std::string& name) {
  const auto found = std::find_if(census.tables.begin(), census.tables.end(),
                                  [&](const Table& table) { return table.name == name; });
  if (found == census.tables.end()) throw std::runtime_error{"no table " + name};
  return *found;
}

TEST_F(LiveCollectors, hypertables_of_the_apache_edition_are_seen_chunk_by_chunk) {
  const auto collection = collect_timescale(stack().postgres_conninfo);
  const auto& census = collection.census;
  ASSERT_TRUE(census.timescale.has_value()) << words(collection.gaps);
  EXPECT_EQ(census.timescale->edition, TimescaleEdition::apache);
  const auto& table = table_named(census, "scan_results");
  const auto* hypertable = std::get_if<Hypertable>(&table.shape);
  ASSERT_NE(hypertable, nullptr);
  EXPECT_EQ(hypertable->time_column, "time");
  EXPECT_EQ(hypertable->chunk_interval, RangeLength{Seconds{Days{7}}});
  EXPECT_EQ(std::to_string(hypertable->chunks.size()),
            query("SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = "
                  "'scan_results'"));
  Bytes sum{};
  for (const auto& chunk : hypertable->chunks) {
    ASSERT_TRUE(chunk.bytes.has_value()) << chunk.name;
    EXPECT_GT(chunk.bytes->count(), 0) << chunk.name;
    EXPECT_TRUE(std::holds_alternative<Instant>(chunk.range_start)) << chunk.name;
    sum += *chunk.bytes;
  }
  ASSERT_TRUE(table.bytes.has_value());
  EXPECT_GE(*table.bytes, sum);
  EXPECT_LE((*table.bytes - sum).count(), 100 * 1024);
}

TEST_F(LiveCollectors, a_role_that_owns_nothing_still_sees_the_hypertables) {
  query(
      "DO $$ BEGIN CREATE ROLE live_watcher LOGIN PASSWORD 'watch-only-1'; EXCEPTION WHEN "
      "duplicate_object THEN NULL; "
      "END $$; GRANT pg_monitor TO live_watcher; SELECT 1");
  const auto collection =
      collect_timescale("host=127.0.0.1 port=" + std::to_string(stack().postgres_port) +
                        " dbname=tradeul user=live_watcher password=watch-only-1");
  const auto& table = table_named(collection.census, "scan_results");
  EXPECT_FALSE(table.readable);
  ASSERT_TRUE(table.bytes.has_value()) << words(collection.gaps);
  EXPECT_GT(table.bytes->count(), 10'000'000);
  EXPECT_TRUE(std::holds_alternative<Hypertable>(table.shape));
}

struct RedisLine {
  const char* name;
  int Stack::*port;
  friend void PrintTo(const RedisLine& line, std::ostream* out) { *out << line.name; }
};

class LiveRedisLines : public LiveCollectors, public ::testing::WithParamInterface<RedisLine> {
 protected:
  RedisCollection collect(bool exhaustive) const {
    redis::Address address;
    address.port = stack().*GetParam().port;
    address.password = Secret{stack().redis_password};
    auto link = value_of(redis::Link::connect(address, kBudget));
    RedisOptions options;
    options.exhaustive = exhaustive;
    return value_of(collect_redis(link, options));
  }
};

TEST_P(LiveRedisLines, streams_groups_and_keys_are_read_in_full) {
  const auto collection = collect(true);
  const auto& census = collection.census;
  EXPECT_EQ(census.server_name, GetParam().name);
  EXPECT_THAT(census.version, ::testing::StartsWith("8."));
  EXPECT_EQ(census.password_required, true);
  EXPECT_THAT(collection.gaps, IsEmpty()) << words(collection.gaps);
  ASSERT_EQ(census.streams.size(), 3U);
  const auto stream =
      std::find_if(census.streams.begin(), census.streams.end(),
                   [](const Stream& one) { return one.key == "stream:realtime:aggregates"; });
  ASSERT_NE(stream, census.streams.end());
  EXPECT_EQ(stream->length, 100);
  EXPECT_EQ(stream->entries_added, 3000);
  ASSERT_EQ(stream->groups.size(), 1U);
  const auto& group = stream->groups.front();
  EXPECT_EQ(group.pending_entries, 3000);
  EXPECT_EQ(group.dangling_pending, 2900);  // read, never acknowledged, and trimmed since
  const auto tickers =
      std::find_if(census.families.begin(), census.families.end(),
                   [](const KeyFamily& family) { return family.pattern == "metadata:ticker:*"; });
  ASSERT_NE(tickers, census.families.end());
  EXPECT_EQ(tickers->keys, 500);
  EXPECT_EQ(tickers->without_ttl, 500);
}

TEST_P(LiveRedisLines, a_sampled_census_says_the_same_of_a_small_server) {
  const auto collection = collect(false);
  EXPECT_EQ(collection.census.streams.size(), 3U);
  EXPECT_THAT(collection.gaps, IsEmpty()) << words(collection.gaps);
}

INSTANTIATE_TEST_SUITE_P(Lines, LiveRedisLines,
                         ::testing::Values(RedisLine{"redis", &Stack::redis_port},
                                           RedisLine{"valkey", &Stack::valkey_port}),
                         [](const auto& line) { return line.param.name; });

TEST_F(LiveCollectors, memory_limits_and_log_bytes_of_containers_are_the_kernels) {
  docker::LinkOptions options;
  options.address = stack().docker;
  auto link = value_of(docker::Link::open(options));
  const auto collection = value_of(collect_docker(link));
  for (const auto& container : collection.census.containers) {
    SCOPED_TRACE(container.name);
    const bool limited = container.name != "tradeul_timescaledb";
    EXPECT_EQ(std::holds_alternative<Unbounded>(container.memory_limit), !limited);
    ASSERT_TRUE(container.memory.working_set.has_value()) << words(collection.gaps);
    EXPECT_GT(container.memory.working_set->count(), 100'000);
    const auto inspected = live::docker({"inspect", "--format", "{{.LogPath}}", container.name});
    const std::filesystem::path log = inspected.out.substr(0, inspected.out.find('\n'));
    ASSERT_TRUE(container.log_bytes.has_value()) << words(collection.gaps);
    EXPECT_GE(container.log_bytes->count(), 0);
    EXPECT_LE(container.log_bytes->count(),
              static_cast<std::int64_t>(std::filesystem::file_size(log)));
  }
}

}  // namespace
}  // namespace plimsoll::live
