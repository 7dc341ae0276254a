#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "writer/bounded_stream.h"
#include "writer/stream_testing.h"

namespace plimsoll {
namespace {

using testing::opened;
using testing::options_for;
using testing::policy_of;
using testing::policy_of_length;
using testing::RedisEye;
using testing::soon;

class BoundedStreamTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { redis_ = std::make_unique<testing::TestRedis>(); }
  static void TearDownTestSuite() { redis_.reset(); }
  void SetUp() override { eye().run({"FLUSHALL"}); }

  static const std::string& url() { return redis_->url(); }
  static RedisEye& eye() {
    static RedisEye eye{redis_->url()};
    return eye;
  }
  static void add_numbers(BoundedStream& stream, int from, int to) {
    for (int n = from; n < to; ++n) ASSERT_TRUE(stream.add({{"n", std::to_string(n)}}));
  }

  static std::unique_ptr<testing::TestRedis> redis_;
};
std::unique_ptr<testing::TestRedis> BoundedStreamTest::redis_;

TEST_F(BoundedStreamTest, undeclared_stream_is_refused_at_the_start) {
  const auto stream = BoundedStream::open(policy_of_length(10), "other", options_for(url()));
  ASSERT_FALSE(stream.has_value());
  EXPECT_EQ(stream.error().code, ErrorCode::malformed);
  EXPECT_THAT(stream.error().hint.en, ::testing::HasSubstr("plimsoll.yaml"));
}

TEST_F(BoundedStreamTest, rule_without_a_bound_is_refused_with_its_line) {
  StreamRule rule;
  rule.pattern = "*";
  const auto stream = BoundedStream::open(policy_of(rule), "ticks", options_for(url()));
  ASSERT_FALSE(stream.has_value());
  EXPECT_THAT(stream.error().hint.en, ::testing::HasSubstr("plimsoll.yaml:7"));
}

TEST_F(BoundedStreamTest, key_that_is_no_stream_is_refused_at_the_start) {
  eye().run({"SET", "ticks", "text"});
  const auto stream = BoundedStream::open(policy_of_length(10), "ticks", options_for(url()));
  ASSERT_FALSE(stream.has_value());
  EXPECT_EQ(stream.error().code, ErrorCode::conflict);
}

TEST_F(BoundedStreamTest, entries_arrive_in_order_with_every_byte) {
  const auto stream = opened(policy_of_length(1000), options_for(url()));
  const std::string odd{"a\r\n\0$5\xff", 8};
  ASSERT_TRUE(stream->add({{"symbol", odd}, {"", ""}}));
  ASSERT_TRUE(stream->add({{"symbol", std::string(100'000, 'x')}}));
  ASSERT_TRUE(stream->flush(soon()));
  const auto entries = eye().run({"XRANGE", "ticks", "-", "+"});
  ASSERT_EQ(entries.elements.size(), 2U);
  EXPECT_EQ(entries.elements[0].elements[1].elements[1].text, odd);
  EXPECT_EQ(entries.elements[1].elements[1].elements[1].text, std::string(100'000, 'x'));
  EXPECT_EQ(stream->stats().acknowledged, 2U);
  EXPECT_EQ(stream->stats().outbox_bytes, 0U);
}

TEST_F(BoundedStreamTest, cap_holds_within_one_node) {
  const auto stream = opened(policy_of_length(1000), options_for(url()));
  std::int64_t longest = 0;
  for (int n = 0; n < 20'000; n += 500) {
    add_numbers(*stream, n, n + 500);
    ASSERT_TRUE(stream->flush(soon()));
    longest = std::max(longest, eye().length());
  }
  EXPECT_GE(longest, 1000);
  EXPECT_LE(longest, 1100);
  EXPECT_EQ(eye().values().back(), "19999");
}

TEST_F(BoundedStreamTest, exact_cap_holds_exactly) {
  const auto stream = opened(policy_of_length(150, true), options_for(url()));
  add_numbers(*stream, 0, 1000);
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_EQ(eye().length(), 150);
}

TEST_F(BoundedStreamTest, byte_cap_holds_by_what_the_server_measures) {
  StreamRule rule;
  rule.pattern = "ticks";
  rule.max_bytes = 1_MiB;
  const auto stream = opened(policy_of(rule), options_for(url()));
  const std::string payload(700, 'p');
  std::int64_t largest = 0;
  for (int turn = 0; turn < 20; ++turn) {
    for (int n = 0; n < 500; ++n) ASSERT_TRUE(stream->add({{"data", payload}}));
    ASSERT_TRUE(stream->flush(soon()));
    largest = std::max(largest, eye().run({"MEMORY", "USAGE", "ticks"}).integer);
  }
  EXPECT_LE(largest, (1_MiB).count() + 8192);
  EXPECT_GE(largest, (1_MiB).count() / 2);
}

TEST_F(BoundedStreamTest, byte_cap_follows_the_entries_size) {
  StreamRule rule;
  rule.pattern = "ticks";
  rule.max_bytes = 1_MiB;
  rule.maxlen = 100'000;
  {
    const auto stream = opened(policy_of(rule), options_for(url()));
    for (int n = 0; n < 5000; ++n) ASSERT_TRUE(stream->add({{"n", "12345"}}));
    ASSERT_TRUE(stream->flush(soon()));
  }
  const auto again = opened(policy_of(rule), options_for(url()));
  ASSERT_TRUE(again->flush(soon()));
  const auto measured = [&] {
    const auto deadline = soon();
    while (again->stats().maxlen < 20'000 && std::chrono::steady_clock::now() < deadline) {
      again->add({{"n", "12345"}});
      again->flush(deadline);
    }
    return again->stats().maxlen;
  };
  // About 20 bytes an entry there, and 80 in the command: without a measure 13,000 would fit.
  EXPECT_GT(measured(), 20'000);
  EXPECT_LE(again->stats().maxlen, 100'000);
}

TEST_F(BoundedStreamTest, age_trims_what_is_older) {
  for (int n = 0; n < 1000; ++n)
    eye().run({"XADD", "ticks", "1600000000000-" + std::to_string(n), "n", "old"});
  StreamRule rule;
  rule.pattern = "ticks";
  rule.keep = Seconds{3600};
  const auto stream = opened(policy_of(rule), options_for(url()));
  add_numbers(*stream, 0, 300);
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_LE(eye().length(), 400);
  EXPECT_EQ(eye().values().back(), "299");
}

TEST_F(BoundedStreamTest, age_is_kept_when_nothing_is_added) {
  for (int n = 0; n < 1000; ++n)
    eye().run({"XADD", "ticks", "1600000000000-" + std::to_string(n), "n", "old"});
  StreamRule rule;
  rule.pattern = "ticks";
  rule.keep = Seconds{3600};
  rule.maxlen = 5000;
  rule.exact = true;
  const auto stream = opened(policy_of(rule), options_for(url()));
  const auto deadline = soon();
  while (eye().length() > 0 && std::chrono::steady_clock::now() < deadline) stream->poll();
  EXPECT_EQ(eye().length(), 0);
}

TEST_F(BoundedStreamTest, ids_follow_those_of_a_clock_ahead) {
  eye().run({"XADD", "ticks", "4000000000000-7", "n", "before"});
  const auto stream = opened(policy_of_length(100), options_for(url()));
  add_numbers(*stream, 0, 3);
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_THAT(eye().values(), ::testing::ElementsAre("before", "0", "1", "2"));
  EXPECT_EQ(stream->stats().conflicts, 0U);
}

TEST_F(BoundedStreamTest, another_writer_costs_no_entry) {
  const auto stream = opened(policy_of_length(5000), options_for(url()));
  for (int turn = 0; turn < 20; ++turn) {
    add_numbers(*stream, turn * 10, turn * 10 + 10);
    if (turn % 5 == 4) {
      const auto ahead = std::to_string(4'000'000'000'000 + turn) + "-0";
      eye().run({"XADD", "ticks", ahead, "n", "other"});
    }
    ASSERT_TRUE(stream->flush(soon()));
  }
  auto values = eye().values();
  std::erase(values, "other");
  std::vector<std::string> wanted;
  for (int n = 0; n < 200; ++n) wanted.push_back(std::to_string(n));
  EXPECT_EQ(values, wanted);
  EXPECT_GE(stream->stats().conflicts, 1U);
}

TEST_F(BoundedStreamTest, password_and_database_are_those_of_the_url) {
  PrivateServerOptions guarded;
  guarded.password = "se cret";
  testing::TestRedis server{guarded};
  auto options = options_for(server.url());
  options.address.database = 3;
  const auto stream = opened(policy_of_length(100), options);
  add_numbers(*stream, 0, 3);
  EXPECT_TRUE(stream->flush(soon()));
  options.address.password = Secret{"wrong"};
  const auto refused = BoundedStream::open(policy_of_length(100), "ticks", options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_EQ(refused.error().what.en.find("wrong"), std::string::npos);
}

TEST_F(BoundedStreamTest, servers_ids_are_left_to_the_server) {
  auto options = options_for(url());
  options.single_writer = false;
  const auto stream = opened(policy_of_length(5000), options);
  add_numbers(*stream, 0, 1000);
  ASSERT_TRUE(stream->flush(soon()));
  EXPECT_EQ(eye().length(), 1000);
}

}  // namespace
}  // namespace plimsoll
