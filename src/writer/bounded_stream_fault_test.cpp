#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <random>
#include <set>

#include "demo/server_folder.h"
#include "writer/stream_testing.h"

namespace plimsoll {
namespace {

using testing::opened;
using testing::options_for;
using testing::policy_of_length;
using testing::RedisEye;
using testing::soon;
using testing::TestRedis;

PrivateServerOptions with_append_file() {
  PrivateServerOptions options;
  options.durable = true;
  options.settings = {"appendfsync always"};
  return options;
}

void kill_hard(int pid) {
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(wait_until_gone(pid, soon()));
}

/// The same server on the same files and port; it may still be loading when this returns.
int start_again(const TestRedis& redis) {
  const ServerFolder folder{redis.directory()};
  const Command command{*find_program("redis-server"),
                        {(folder.data() / "redis.conf").string()},
                        folder.data(),
                        folder.log(),
                        folder.pid_file(),
                        "",
                        *account_for("redis", "redis-server"),
                        SIGKILL};
  return start_process(command).value();
}

RedisEye eye_when_it_answers(const TestRedis& redis) {
  const auto deadline = soon();
  for (;;) {
    auto link = redis::Link::connect(*redis::parse_address(redis.url()), std::chrono::seconds{1});
    if (link && !redis::pipeline(*link, {{"PING"}}).value().front().is_error())
      return RedisEye{redis.url()};
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error{"no Redis"};
  }
}

std::vector<std::string> numbers_to(int count) {
  std::vector<std::string> numbers;
  for (int n = 0; n < count; ++n) numbers.push_back(std::to_string(n));
  return numbers;
}

TEST(BoundedStreamFault, server_killed_under_load_has_every_entry_once_and_in_order) {
  TestRedis redis{with_append_file()};
  int pid = redis.pid();
  const auto stream = opened(policy_of_length(10'000'000), options_for(redis.url()));
  std::mt19937 random{7};
  constexpr int kEntries = 30'000;
  int next_kill = 3000;
  std::uint64_t acknowledged = 0;
  for (int n = 0; n < kEntries; ++n) {
    ASSERT_TRUE(stream->add({{"n", std::to_string(n)}}));
    if (n % 50 == 0) stream->poll();
    if (n != next_kill) continue;
    next_kill += 2000 + static_cast<int>(random() % 4000);
    acknowledged = stream->stats().acknowledged;
    kill_hard(pid);
    pid = start_again(redis);
    ASSERT_GE(eye_when_it_answers(redis).length(), static_cast<std::int64_t>(acknowledged));
  }
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_EQ(RedisEye{redis.url()}.values(), numbers_to(kEntries));
  const auto stats = stream->stats();
  EXPECT_EQ(stats.acknowledged, static_cast<std::uint64_t>(kEntries));
  EXPECT_GE(stats.reconnects, 2U);
}

TEST(BoundedStreamFault, lost_replies_make_no_doubles) {
  TestRedis redis;
  RedisEye eye{redis.url()};
  const auto stream = opened(policy_of_length(10'000'000), options_for(redis.url()));
  constexpr int kEntries = 40'000;
  for (int n = 0; n < kEntries; ++n) {
    ASSERT_TRUE(stream->add({{"n", std::to_string(n)}}));
    if (n % 1000 == 999) {
      stream->poll();  // written; the server answers, and we are cut off before we read
      eye.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    }
  }
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_EQ(eye.values(), numbers_to(kEntries));
  EXPECT_GT(stream->stats().found_stored, 0U);
}

TEST(BoundedStreamFault, at_least_once_without_ids_of_ours) {
  TestRedis redis;
  RedisEye eye{redis.url()};
  auto options = options_for(redis.url());
  options.single_writer = false;
  const auto stream = opened(policy_of_length(10'000'000), options);
  for (int n = 0; n < 5000; ++n) {
    ASSERT_TRUE(stream->add({{"n", std::to_string(n)}}));
    if (n % 1000 == 999) {
      stream->poll();
      eye.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    }
  }
  ASSERT_TRUE(stream->flush(soon()));
  const auto values = eye.values();
  EXPECT_EQ(std::set<std::string>(values.begin(), values.end()).size(), 5000U);
}

TEST(BoundedStreamFault, memory_full_and_freed_loses_nothing) {
  TestRedis redis{"maxmemory-policy noeviction"};
  RedisEye eye{redis.url()};
  const auto stream = opened(policy_of_length(10'000'000), options_for(redis.url()));
  eye.run({"CONFIG", "SET", "maxmemory", "2500000"});
  const std::string payload(100, 'x');
  constexpr int kEntries = 20'000;
  for (int n = 0; n < kEntries; ++n)
    ASSERT_TRUE(stream->add({{"n", std::to_string(n)}, {"payload", payload}}));
  EXPECT_FALSE(stream->flush(deadline_in(std::chrono::milliseconds{300})));
  EXPECT_GT(stream->stats().refused, 0U);
  ASSERT_TRUE(stream->trouble().has_value());
  EXPECT_THAT(stream->trouble()->what.en, ::testing::HasSubstr("OOM"));
  eye.run({"CONFIG", "SET", "maxmemory", "0"});
  ASSERT_TRUE(stream->flush(soon()));
  auto values = eye.values();
  EXPECT_EQ(values.size(), static_cast<std::size_t>(kEntries));
  EXPECT_EQ(std::set<std::string>(values.begin(), values.end()).size(), values.size());
}

TEST(BoundedStreamFault, replica_after_a_failover_is_left_for_the_primary) {
  TestRedis redis;
  TestRedis other;
  RedisEye eye{redis.url()};
  const auto stream = opened(policy_of_length(1000), options_for(redis.url()));
  const auto port = other.url().substr(other.url().rfind(':') + 1);
  eye.run({"REPLICAOF", "127.0.0.1", port.substr(0, port.find('/'))});
  ASSERT_TRUE(stream->add({{"n", "0"}}));
  EXPECT_FALSE(stream->flush(deadline_in(std::chrono::milliseconds{200})));
  eye.run({"REPLICAOF", "NO", "ONE"});
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_THAT(eye.values(), ::testing::ElementsAre("0"));
}

class FullOutbox : public ::testing::Test {
 protected:
  std::unique_ptr<BoundedStream> full(WhenFull when_full) {
    auto options = options_for(redis_.url());
    options.outbox_bytes = 65'536;
    options.outbox_entries = 300;
    options.when_full = when_full;
    options.block_for = std::chrono::milliseconds{1};
    auto stream = opened(policy_of_length(1'000'000), options);
    kill_hard(redis_.pid());
    for (int n = 0; n < 1000; ++n) {
      stream->add({{"n", std::to_string(n)}, {"payload", std::string(n % 500, 'x')}});
      EXPECT_LE(stream->stats().outbox_bytes, 65'536U);
      EXPECT_LE(stream->stats().outbox_entries, 300U);
    }
    const auto stats = stream->stats();
    EXPECT_EQ(stats.added, stats.acknowledged + stats.dropped_oldest + stats.outbox_entries);
    EXPECT_EQ(stats.added + stats.dropped_newest, 1000U);
    pid_ = start_again(redis_);
    EXPECT_TRUE(stream->flush(soon()));
    return stream;
  }
  TestRedis redis_{with_append_file()};
  int pid_ = 0;
};

TEST_F(FullOutbox, drops_the_oldest) {
  const auto stream = full(WhenFull::drop_oldest);
  EXPECT_GT(stream->stats().dropped_oldest, 0U);
  EXPECT_EQ(RedisEye{redis_.url()}.values().back(), "999");
}

TEST_F(FullOutbox, drops_the_newest) {
  const auto stream = full(WhenFull::drop_newest);
  EXPECT_GT(stream->stats().dropped_newest, 0U);
  EXPECT_EQ(stream->stats().dropped_oldest, 0U);
  EXPECT_EQ(RedisEye{redis_.url()}.values().front(), "0");
}

TEST_F(FullOutbox, blocks_for_a_while) {
  const auto stream = full(WhenFull::block);
  EXPECT_EQ(stream->stats().dropped_oldest, 0U);
  EXPECT_EQ(RedisEye{redis_.url()}.values().front(), "0");
}

}  // namespace
}  // namespace plimsoll
