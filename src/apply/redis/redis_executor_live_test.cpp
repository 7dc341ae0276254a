#include <gmock/gmock.h>

#include <ostream>

#include "apply/redis/executor_case_test.h"
#include "tests/live/live_stack.h"

// The executors on Redis 8 and Valkey 8, in a database of their own.
namespace plimsoll {
namespace {

using live::Stack;
using live::stack;

constexpr int kDatabase = 9;

struct RedisLine {
  const char* name;
  int Stack::*port;
  friend void PrintTo(const RedisLine& line, std::ostream* out) { *out << line.name; }
};

class LiveRedisExecutor : public ::testing::TestWithParam<RedisLine> {
 protected:
  void SetUp() override {
    if (!stack().unavailable.empty()) GTEST_SKIP() << stack().unavailable;
    link_.emplace(open());
    run(*link_, {{"FLUSHDB"}});
  }
  void TearDown() override {
    if (link_) run(*link_, {{"FLUSHDB"}});
  }
  redis::Link open() const {
    redis::Address address;
    address.port = stack().*GetParam().port;
    address.password = Secret{stack().redis_password};
    address.database = kDatabase;
    auto link = redis::Link::connect(address, std::chrono::seconds{20});
    if (!link) throw std::runtime_error{link.error().what.en};
    return std::move(*link);
  }
  redis::Link& link() { return *link_; }
  StreamName stream(std::string key) const { return {kDatabase, std::move(key)}; }

 private:
  std::optional<redis::Link> link_;
};

TEST_P(LiveRedisExecutor, trims_down_to_what_a_group_has_still_to_read) {
  add_entries(link(), "live:ticks", 1, 50'000);
  run(link(), {{"XGROUP", "CREATE", "live:ticks", "g", "30000-0"}});
  TrimStream trim = a_trim("live:ticks", 1'000);
  trim.stream = stream("live:ticks");
  trim.exact = true;
  const Outcome held = apply(link(), trim);
  EXPECT_EQ(held.state, StepState::done) << words(held);
  EXPECT_EQ(length_of(link(), "live:ticks"), 20'000);
  EXPECT_EQ(held.after.at("held_by"), "g");
  trim.exact = false;
  trim.past_groups = true;
  EXPECT_EQ(apply(link(), trim).state, StepState::done);
  EXPECT_LT(length_of(link(), "live:ticks"), 1'100);
}

TEST_P(LiveRedisExecutor, acknowledges_dangling_ids_and_no_others) {
  add_entries(link(), "live:ticks", 1, 5'000);
  run(link(), {{"XGROUP", "CREATE", "live:ticks", "g", "0"}});
  read_entries(link(), "live:ticks", "g", 5'000);
  run(link(), {{"XTRIM", "live:ticks", "MAXLEN", "=", "700"}, {"XDEL", "live:ticks", "4900-0"}});
  const Outcome outcome = apply(link(), AcknowledgeDangling{stream("live:ticks"), "g"});
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(pending_ids(link(), "live:ticks", "g"), ids_in(link(), "live:ticks"));
}

TEST_P(LiveRedisExecutor, deletes_consumers_that_owe_nothing_and_orphans) {
  add_entries(link(), "live:ticks", 1, 10);
  run(link(), {{"XGROUP", "CREATE", "live:ticks", "g", "0"},
               {"XGROUP", "CREATECONSUMER", "live:ticks", "g", "dead"}});
  read_entries(link(), "live:ticks", "g", 5, "owes");
  const Outcome consumers =
      apply(link(), DeleteConsumers{stream("live:ticks"), "g", {"dead", "owes"}, Seconds{0}});
  EXPECT_EQ(consumers.state, StepState::done) << words(consumers);
  EXPECT_EQ(consumers.after.at("consumers"), "1");
  EXPECT_EQ(apply(link(), DeleteStream{stream("live:ticks"), {9, 0}}).state, StepState::stale);
  EXPECT_EQ(apply(link(), DeleteStream{stream("live:ticks"), {10, 0}}).state, StepState::done);
  EXPECT_EQ(run_one(link(), {"EXISTS", "live:ticks"}).integer, 0);
}

TEST_P(LiveRedisExecutor, sets_maxmemory_and_reads_it_back) {
  const auto was = run_one(link(), {"CONFIG", "GET", "maxmemory"}).elements[1].text;
  const Outcome outcome = apply(link(), SetMaxmemory{3_GiB, ""});
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(outcome.after.at("maxmemory"), std::to_string((3_GiB).count()));
  EXPECT_EQ(outcome.after.at("persistent"), "no") << words(outcome);
  run(link(), {{"CONFIG", "SET", "maxmemory", was}});
}

INSTANTIATE_TEST_SUITE_P(Lines, LiveRedisExecutor,
                         ::testing::Values(RedisLine{"redis", &Stack::redis_port},
                                           RedisLine{"valkey", &Stack::valkey_port}),
                         [](const auto& line) { return line.param.name; });

}  // namespace
}  // namespace plimsoll
