#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "collect/redis/redis_collector.h"
#include "link/redis/hiredis_channel.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

using namespace std::chrono_literals;
using redis::Command;
using testing::TestRedis;

redis::Link link_to(const TestRedis& server) {
  auto link = redis::Link::connect(*redis::parse_address(server.url()), 30s);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

std::vector<redis::Reply> run(redis::Link& link, const std::vector<Command>& commands) {
  auto replies = redis::pipeline(link, commands);
  if (!replies) throw std::runtime_error{replies.error().what.en};
  for (const auto& reply : *replies) {
    if (reply.is_error()) ADD_FAILURE() << reply.text;
  }
  return std::move(*replies);
}

RedisCollection collected(redis::Link& link, RedisOptions options = {}) {
  options.sample_interval = 20ms;
  auto collection = collect_redis(link, options);
  if (!collection) throw std::runtime_error{collection.error().what.en};
  return std::move(*collection);
}

const Stream& stream_named(const RedisCollection& collection, std::string_view key) {
  for (const auto& stream : collection.census.streams) {
    if (stream.key == key) return stream;
  }
  throw std::runtime_error{"no stream " + std::string{key}};
}

std::string gaps_of(const RedisCollection& collection) {
  std::string text;
  for (const auto& gap : collection.gaps)
    text += gap.what.en + " | " + gap.why.en + " | " + gap.hint.en + "\n";
  return text;
}

std::int64_t used_memory(redis::Link& link) {
  const auto info = link.info();
  const auto at = info->find("used_memory:");
  return std::stoll(info->substr(at + 12));
}

std::vector<Command> entries(const std::string& key, std::int64_t first_ms, int count,
                             std::int64_t every_ms = 1) {
  std::vector<Command> commands;
  for (int i = 0; i < count; ++i) {
    commands.push_back({"XADD", key, std::to_string(first_ms + i * every_ms) + "-0", "symbol",
                        "AAPL", "price", std::to_string(100 + i) + ".25"});
  }
  return commands;
}

std::vector<Command> deliveries(const std::string& key, int count) {
  std::vector<Command> commands{{"XGROUP", "CREATE", key, "g", "0"}};
  for (int i = 0; i < count; i += 1000)
    commands.push_back({"XREADGROUP", "GROUP", "g", "c", "COUNT", "1000", "STREAMS", key, ">"});
  return commands;
}

TEST(RedisCollectorContract, an_empty_server_is_empty_not_unknown) {
  const TestRedis server;
  auto link = link_to(server);
  const auto collection = collected(link);
  const RedisCensus& census = collection.census;
  EXPECT_EQ(gaps_of(collection), "");
  EXPECT_EQ(census.server_name, "redis");
  EXPECT_TRUE(census.version.starts_with("7.")) << census.version;
  EXPECT_EQ(census.role, "master");
  EXPECT_EQ(census.password_required, false);
  EXPECT_TRUE(std::holds_alternative<Unbounded>(census.maxmemory));
  EXPECT_EQ(census.maxmemory_policy, "noeviction");
  EXPECT_GT(census.used_memory, Bytes{});
  EXPECT_TRUE(census.streams.empty() && census.families.empty() && census.keyspaces.empty());
  EXPECT_TRUE(collection.target.reachable);
  EXPECT_LT(std::abs(census.unexplained_bytes->count()), 300'000);
}

TEST(RedisCollectorContract, two_hundred_thousand_dangling_entries_in_an_empty_stream) {
  const TestRedis server;
  auto link = link_to(server);
  const auto before = used_memory(link);
  run(link, entries("leak", 1'700'000'000'000, 200'000));
  run(link, deliveries("leak", 200'000));
  run(link, {{"XTRIM", "leak", "MAXLEN", "0"}});
  const auto held = used_memory(link) - before;

  const auto collection = collected(link);
  const Stream& stream = stream_named(collection, "leak");
  EXPECT_EQ(stream.length, 0);
  ASSERT_EQ(stream.groups.size(), 1U);
  EXPECT_EQ(stream.groups[0].pending_entries, 200'000);
  EXPECT_EQ(stream.groups[0].dangling_pending, 200'000);
  EXPECT_TRUE(stream.groups[0].dangling_exact);
  EXPECT_EQ(stream.groups[0].oldest_pending, (StreamId{1'700'000'000'000, 0}));
  EXPECT_NEAR(static_cast<double>(stream.memory->pending.count()), static_cast<double>(held),
              0.2 * static_cast<double>(held));
  EXPECT_EQ(gaps_of(collection), "");
}

TEST(RedisCollectorContract, live_memory_is_within_a_fifth_of_what_the_server_took) {
  const TestRedis server;
  auto link = link_to(server);
  const auto before = used_memory(link);
  run(link, entries("live", 1'700'000'000'000, 50'000));
  const auto held = static_cast<double>(used_memory(link) - before);
  const auto collection = collected(link);
  const Stream& stream = stream_named(collection, "live");
  EXPECT_NEAR(static_cast<double>(stream.memory->total().count()), held, 0.2 * held);
  EXPECT_LT(std::abs(collection.census.unexplained_bytes->count()), 1'000'000);
}

TEST(RedisCollectorContract, dangling_entries_below_and_inside_the_range) {
  const TestRedis server;
  auto link = link_to(server);
  run(link, entries("s", 1'000, 5'000));
  run(link, deliveries("s", 5'000));
  run(link, {{"XTRIM", "s", "MAXLEN", "=", "50"}, {"XDEL", "s", "5960-0", "5970-0"}});
  const auto collection = collected(link);
  const auto& group = stream_named(collection, "s").groups.at(0);
  EXPECT_EQ(group.dangling_pending, 4'952);
  EXPECT_TRUE(group.dangling_exact);
}

TEST(RedisCollectorContract, a_budget_of_nothing_gives_a_lower_bound) {
  const TestRedis server;
  auto link = link_to(server);
  run(link, entries("s", 1'000, 5'000));
  run(link, deliveries("s", 5'000));
  run(link, {{"XTRIM", "s", "MAXLEN", "=", "700"}});
  RedisOptions options;
  options.pending_budget = 0ms;
  const auto cheap = collected(link, options);
  EXPECT_EQ(stream_named(cheap, "s").groups.at(0).dangling_pending, 4'300);
  EXPECT_FALSE(stream_named(cheap, "s").groups.at(0).dangling_exact);
  options.exhaustive = true;
  const auto exact = collected(link, options);
  EXPECT_EQ(stream_named(exact, "s").groups.at(0).dangling_pending, 4'300);
  EXPECT_TRUE(stream_named(exact, "s").groups.at(0).dangling_exact);
}

TEST(RedisCollectorContract, twenty_thousand_dead_consumers_are_sized_without_listing_them) {
  const TestRedis server;
  auto link = link_to(server);
  run(link, {{"XADD", "s", "*", "a", "b"}, {"XGROUP", "CREATE", "s", "g", "0"}});
  const auto before = used_memory(link);
  std::vector<Command> born;
  for (int i = 0; i < 20'000; ++i)
    born.push_back({"XGROUP", "CREATECONSUMER", "s", "g", "consumer-" + std::to_string(i)});
  run(link, born);
  const auto held = static_cast<double>(used_memory(link) - before);
  const auto collection = collected(link);
  const Stream& stream = stream_named(collection, "s");
  EXPECT_EQ(stream.groups.at(0).consumer_count, 20'000);
  EXPECT_TRUE(stream.groups.at(0).consumers.empty());
  EXPECT_NEAR(static_cast<double>(stream.memory->consumers.count()), held, 0.2 * held);
  EXPECT_NE(gaps_of(collection).find("there are 20,000"), std::string::npos);
  RedisOptions options;
  options.exhaustive = true;
  EXPECT_EQ(stream_named(collected(link, options), "s").groups.at(0).consumers.size(), 1000U);
}

TEST(RedisCollectorContract, streams_of_every_database_and_keys_of_any_bytes) {
  const TestRedis server;
  auto link = link_to(server);
  const std::string odd{"odd\n\"'\xff\0ñ", 10};
  run(link, {{"XADD", odd, "*", "a", "b"},
             {"SET", "plain", "x"},
             {"SET", "a\nb", "y", "EX", "1000"},
             {"SELECT", "5"},
             {"XADD", "agents", "*", "a", "b"},
             {"EXPIRE", "agents", "500"},
             {"HSET", "h", "f", "v", "g", "w"},
             {"SELECT", "0"}});
  const auto collection = collected(link);
  EXPECT_EQ(gaps_of(collection), "");
  EXPECT_EQ(stream_named(collection, odd).database, 0);
  EXPECT_EQ(stream_named(collection, "agents").database, 5);
  EXPECT_GT(stream_named(collection, "agents").ttl, Seconds{400});
  EXPECT_EQ(collection.census.keyspaces.size(), 2U);
  EXPECT_EQ(collection.census.families.size(), 3U);
  EXPECT_DOUBLE_EQ(collection.census.scanned_share, 1);
  const auto hash =
      std::find_if(collection.census.biggest_keys.begin(), collection.census.biggest_keys.end(),
                   [](const BigKey& key) { return key.key == "h"; });
  ASSERT_NE(hash, collection.census.biggest_keys.end());
  EXPECT_EQ(hash->elements, 2);
  EXPECT_EQ(hash->database, 5);
  EXPECT_EQ(link.database(), 0);
}

TEST(RedisCollectorContract, a_sample_of_keys_is_scaled_to_all_and_finds_every_stream) {
  const TestRedis server;
  auto link = link_to(server);
  std::vector<Command> commands;
  for (int i = 0; i < 40'000; ++i)
    commands.push_back({"SET", "metadata:ticker:" + std::to_string(i), std::string(100, 'x')});
  for (int i = 0; i < 20; ++i)
    commands.push_back({"XADD", "stream:" + std::to_string(i), "*", "a", "b"});
  run(link, commands);
  RedisOptions options;
  options.key_budget = 0ms;
  const auto sampled = collected(link, options);
  EXPECT_LT(sampled.census.scanned_share, 0.5);
  EXPECT_GT(sampled.census.scanned_share, 0);
  EXPECT_EQ(sampled.census.streams.size(), 20U);
  ASSERT_EQ(sampled.census.families.size(), 1U);
  EXPECT_NEAR(static_cast<double>(sampled.census.families[0].keys), 40'000, 800);
  options.exhaustive = true;
  const auto whole = collected(link, options);
  EXPECT_EQ(whole.census.streams.size(), 20U);
  EXPECT_EQ(whole.census.families.at(0).keys, 40'000);
  EXPECT_NEAR(static_cast<double>(sampled.census.families[0].bytes.count()),
              static_cast<double>(whole.census.families[0].bytes.count()),
              0.05 * static_cast<double>(whole.census.families[0].bytes.count()));
}

TEST(RedisCollectorContract, config_renamed_is_a_gap_and_the_rest_goes_on) {
  const TestRedis server{"rename-command CONFIG \"\"", "maxmemory 100mb"};
  auto link = link_to(server);
  run(link, {{"XADD", "s", "*", "a", "b"}});
  const auto collection = collected(link);
  EXPECT_EQ(std::get<Bytes>(collection.census.maxmemory), 100_MiB);
  EXPECT_EQ(collection.census.streams.size(), 1U);
  EXPECT_EQ(collection.census.node_max_entries, 100);
  ASSERT_EQ(collection.gaps.size(), 1U) << gaps_of(collection);
  EXPECT_NE(collection.gaps[0].hint.en.find("renamed"), std::string::npos);
}

TEST(RedisCollectorContract, a_user_without_rights_gives_a_gap_with_the_grant_for_each) {
  const TestRedis server;
  auto admin = link_to(server);
  run(admin, {{"XADD", "s", "*", "a", "b"},
              {"SET", "k:1", "v"},
              {"ACL", "SETUSER", "narrow", "on", ">pw", "~*", "+info", "+scan", "+type", "+select",
               "+ping"}});
  auto address = *redis::parse_address(server.url());
  address.user = "narrow";
  address.password = Secret{"pw"};
  auto link = redis::Link::connect(address, 30s);
  ASSERT_TRUE(link) << link.error().what.en;
  const auto collection = collected(*link);
  const std::string gaps = gaps_of(collection);
  for (const auto* grant : {"+config|get", "+memory|usage", "+pttl", "+xinfo|stream"})
    EXPECT_NE(gaps.find(grant), std::string::npos) << grant << " in\n" << gaps;
  ASSERT_EQ(collection.census.families.size(), 1U);
  EXPECT_FALSE(collection.census.families[0].bytes_known);
  EXPECT_FALSE(collection.census.unexplained_bytes);
}

TEST(RedisCollectorContract, out_of_memory_is_still_readable) {
  const TestRedis server{"maxmemory-policy noeviction"};
  auto link = link_to(server);
  run(link, entries("s", 1'000, 10'000));
  run(link, {{"CONFIG", "SET", "maxmemory", "1mb"}});
  const auto refused = redis::pipeline(link, {{"SET", "k", "v"}});
  ASSERT_TRUE((*refused)[0].is_error());
  const auto collection = collected(link);
  EXPECT_EQ(gaps_of(collection), "");
  EXPECT_EQ(stream_named(collection, "s").length, 10'000);
  EXPECT_GT(*collection.census.used_memory, std::get<Bytes>(collection.census.maxmemory));
}

TEST(RedisCollectorContract, a_server_that_is_loading_is_reached_and_its_keys_are_a_gap) {
  // Every key takes it 5 ms to load, until told otherwise: long enough to be looked at meanwhile.
  const TestRedis server{"enable-debug-command yes", "loading-process-events-interval-bytes 1024",
                         "save \"\""};
  auto admin = link_to(server);
  std::vector<Command> commands;
  for (int i = 0; i < 4'000; ++i)
    commands.push_back({"SET", "k:" + std::to_string(i), std::string(200, 'x')});
  run(admin, commands);
  run(admin, {{"CONFIG", "SET", "key-load-delay", "5000"}});
  const auto address = *redis::parse_address(server.url());
  auto reloading = *redis::open_channel(address, deadline_in(5s));
  ASSERT_TRUE(reloading->send({{"DEBUG", "RELOAD"}}));
  std::string info;
  for (int i = 0; i < 100'000 && info.find("loading:1") == std::string::npos; ++i)
    info = admin.info().value();
  ASSERT_NE(info.find("loading:1"), std::string::npos);

  auto link = link_to(server);
  EXPECT_EQ(link.password_required(), false);
  const auto collection = collected(link);
  EXPECT_TRUE(collection.target.reachable);
  EXPECT_TRUE(collection.census.version.starts_with("7."));
  EXPECT_EQ(collection.census.scanned_share, 0);
  EXPECT_FALSE(collection.census.unexplained_bytes);
  EXPECT_NE(gaps_of(collection).find("loading"), std::string::npos);
  run(admin, {{"CONFIG", "SET", "key-load-delay", "0"}});
}

TEST(RedisCollectorContract, nil_lag_stays_unknown) {
  const TestRedis server;
  auto link = link_to(server);
  run(link, entries("s", 1'000, 10));
  run(link, {{"XGROUP", "CREATE", "s", "g", "1003-0"}, {"XDEL", "s", "1005-0"}});
  const auto collection = collected(link);
  EXPECT_FALSE(stream_named(collection, "s").groups.at(0).lag);
}

TEST(RedisCollectorContract, capped_uncapped_and_orphaned_streams_grow_as_they_do) {
  const TestRedis server;
  auto link = link_to(server);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  run(link, entries("uncapped", now - 10'000'000, 10'000, 1'000));
  run(link, entries("orphan", now - 7 * 86'400'000LL, 10'000, 10));
  run(link, entries("capped", now - 20'000, 20'000));
  run(link, {{"XTRIM", "capped", "MAXLEN", "~", "10000"}});
  const auto collection = collected(link);
  EXPECT_NEAR(*stream_named(collection, "uncapped").growth->items_per_day, 86'400, 100);
  EXPECT_EQ(stream_named(collection, "orphan").growth->items_per_day, 0);
  const Stream& capped = stream_named(collection, "capped");
  EXPECT_EQ(capped.entries_added, 20'000);
  EXPECT_LT(capped.length, 10'101);
  EXPECT_TRUE(!capped.growth || capped.growth->items_per_day == 0);
  EXPECT_EQ(capped.added_between_samples, 0);
}

/// The real server behind a channel that breaks at the n-th answer; or, before it, deletes a key
/// behind the collector's back.
class BreakingChannel final : public redis::Channel {
 public:
  BreakingChannel(std::unique_ptr<redis::Channel> real, int answers)
      : real_{std::move(real)}, answers_{answers} {}
  Result<void> send(const std::vector<Command>& commands) override { return real_->send(commands); }
  Result<std::vector<redis::Reply>> receive(std::size_t count, Deadline deadline) override {
    if (answers_-- <= 0) return failure(ErrorCode::unreachable, say("cut", "cortado"));
    return real_->receive(count, deadline);
  }

 private:
  std::unique_ptr<redis::Channel> real_;
  int answers_;
};

TEST(RedisCollectorContract, a_connection_lost_at_any_call_gives_gaps_never_a_zero) {
  const TestRedis server;
  auto admin = link_to(server);
  run(admin, entries("s", 1'000, 500));
  run(admin, deliveries("s", 500));
  run(admin, {{"XTRIM", "s", "MAXLEN", "=", "10"},
              {"SET", "k:1", "v"},
              {"SELECT", "3"},
              {"LPUSH", "l", "v"},
              {"SELECT", "0"}});
  const auto address = *redis::parse_address(server.url());
  bool whole = false;
  int answers = 0;
  for (; !whole && answers < 100; ++answers) {
    auto channel =
        std::make_unique<BreakingChannel>(*redis::open_channel(address, deadline_in(5s)), answers);
    auto link = redis::Link::over(std::move(channel), address, 5s);
    if (!link) continue;
    RedisOptions options;
    options.sample_interval = 0ms;
    const auto collection = collect_redis(*link, options);
    if (!collection) continue;
    whole = collection->gaps.empty();
    for (const auto& stream : collection->census.streams) EXPECT_GE(stream.length, 10);
    if (!whole) {
      EXPECT_NE(gaps_of(*collection).find("cut"), std::string::npos);
    }
  }
  EXPECT_TRUE(whole);
  EXPECT_GT(answers, 12);
}

/// Deletes and replaces streams right before the n-th question goes out.
class RacingChannel final : public redis::Channel {
 public:
  RacingChannel(std::unique_ptr<redis::Channel> real, redis::Link& rival, int questions)
      : real_{std::move(real)}, rival_{rival}, questions_{questions} {}
  Result<void> send(const std::vector<Command>& commands) override {
    if (questions_-- == 0) {
      static_cast<void>(redis::pipeline(
          rival_, {{"DEL", "gone", "replaced"}, {"SET", "replaced", "a string now"}}));
    }
    return real_->send(commands);
  }
  Result<std::vector<redis::Reply>> receive(std::size_t count, Deadline deadline) override {
    return real_->receive(count, deadline);
  }

 private:
  std::unique_ptr<redis::Channel> real_;
  redis::Link& rival_;
  int questions_;
};

TEST(RedisCollectorContract, streams_deleted_or_replaced_at_any_moment_are_no_gap) {
  const TestRedis server;
  auto rival = link_to(server);
  const auto address = *redis::parse_address(server.url());
  for (int questions = 0; questions < 30; ++questions) {
    run(rival, {{"FLUSHALL"}});
    for (const auto* key : {"gone", "replaced", "stays"}) {
      run(rival, entries(key, 1'000, 50));
      run(rival, deliveries(key, 50));
      run(rival, {{"XTRIM", key, "MAXLEN", "=", "10"}});
    }
    auto channel = std::make_unique<RacingChannel>(*redis::open_channel(address, deadline_in(5s)),
                                                   rival, questions);
    auto link = redis::Link::over(std::move(channel), address, 5s);
    ASSERT_TRUE(link);
    RedisOptions options;
    options.sample_interval = 0ms;
    const auto collection = collect_redis(*link, options);
    ASSERT_TRUE(collection);
    EXPECT_EQ(gaps_of(*collection), "") << "at question " << questions;
    EXPECT_EQ(stream_named(*collection, "stays").groups.at(0).dangling_pending, 40);
  }
}

TEST(RedisCollectorContract, no_step_keeps_the_server_for_two_milliseconds_by_design) {
  // Timed by counts, not by a clock that other processes disturb: what one command may ask for.
  const TestRedis server{"slowlog-log-slower-than 0", "slowlog-max-len 20000"};
  auto link = link_to(server);
  std::vector<Command> commands;
  for (int i = 0; i < 20'000; ++i) commands.push_back({"SET", "k:" + std::to_string(i), "v"});
  run(link, commands);
  run(link, entries("s", 1'000, 5'000));
  run(link, deliveries("s", 5'000));
  run(link, {{"SLOWLOG", "RESET"}});
  collected(link);
  const auto slow = run(link, {{"SLOWLOG", "GET", "20000"}});
  std::size_t looked = 0;
  for (const auto& item : slow[0].elements) {
    const auto& words = item.elements[3].elements;
    const std::string& name = words[0].text;
    EXPECT_NE(name, "KEYS");
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i].text == "COUNT") {
        EXPECT_LE(std::stoi(words[i + 1].text), 400) << name;
      }
    }
    if (name == "XPENDING") {
      EXPECT_LE(std::stoi(words.back().text), 500);
    }
    ++looked;
  }
  EXPECT_GT(looked, 1000U);
}

}  // namespace
}  // namespace plimsoll
