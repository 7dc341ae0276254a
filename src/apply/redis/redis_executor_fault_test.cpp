#include <gtest/gtest.h>

#include "apply/redis/executor_case_test.h"
#include "link/redis/hiredis_channel.h"

// The connection is lost at every call in turn, once before the server got the command and once
// after: applied again, each step comes to the same end as if nothing had happened.
namespace plimsoll {
namespace {

enum class Lost { command, reply };

/// Passes on, until the call of that number.
class FailingChannel final : public redis::Channel {
 public:
  FailingChannel(std::unique_ptr<redis::Channel> to, int at, Lost what, int& calls)
      : to_{std::move(to)}, at_{at}, what_{what}, calls_{calls} {}

  Result<void> send(const std::vector<redis::Command>& commands) override {
    if (broken_ || (++calls_ == at_ && what_ == Lost::command)) return lost();
    return to_->send(commands);
  }
  Result<std::vector<redis::Reply>> receive(std::size_t count, Deadline deadline) override {
    if (broken_) return lost();
    auto replies = to_->receive(count, deadline);  // the server has done it
    if (calls_ >= at_) return lost();
    return replies;
  }

 private:
  tl::unexpected<Error> lost() {
    broken_ = true;
    return failure(ErrorCode::unreachable, verbatim("lost"));
  }
  std::unique_ptr<redis::Channel> to_;
  int at_;
  Lost what_;
  int& calls_;
  bool broken_ = false;
};

constexpr int kNever = 1 << 30;

redis::Link failing_link(const std::string& url, int at, Lost what, int& calls) {
  const auto address = *redis::parse_address(url);
  auto channel = redis::open_channel(address, deadline_in(std::chrono::seconds{10}));
  if (!channel) throw std::runtime_error{channel.error().what.en};
  // Entering the server is not part of the step.
  auto link =
      redis::Link::over(std::make_unique<FailingChannel>(std::move(*channel), at, what, calls),
                        address, std::chrono::seconds{10});
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

struct FaultCase {
  std::string name;
  Change change;
  std::function<void(redis::Link&)> prepare;
  std::function<void(redis::Link&)> expect_end;
};

void a_read_stream(redis::Link& link) {
  add_entries(link, "s", 1, 3'000);
  run(link, {{"XGROUP", "CREATE", "s", "g", "0"}});
  read_entries(link, "s", "g", 2'000);
}

std::vector<FaultCase> fault_cases() {
  const auto acknowledge_first = [](redis::Link& link) {
    a_read_stream(link);
    redis::Command acknowledge{"XACK", "s", "g"};
    for (int id = 1; id <= 1'500; ++id) acknowledge.push_back(std::to_string(id) + "-0");
    run(link, {acknowledge});
  };
  TrimStream exact = a_trim("s", 10);
  exact.exact = true;
  return {
      {"trim", a_trim("s", 500), [](redis::Link& link) { add_entries(link, "s", 1, 3'000); },
       [](redis::Link& link) {
         EXPECT_GE(length_of(link, "s"), 500);
         EXPECT_LT(length_of(link, "s"), 600);
       }},
      {"trim_to_the_floor", exact, acknowledge_first,
       [](redis::Link& link) {
         EXPECT_EQ(length_of(link, "s"), 1'500);
         EXPECT_EQ(*ids_in(link, "s").begin(), (StreamId{1'501, 0}));
       }},
      {"acknowledge", AcknowledgeDangling{{0, "s"}, "g"},
       [](redis::Link& link) {
         a_read_stream(link);
         run(link, {{"XTRIM", "s", "MAXLEN", "=", "1400"}});
       },
       [](redis::Link& link) {
         EXPECT_EQ(pending_ids(link, "s", "g").size(), 400U);
         EXPECT_EQ(length_of(link, "s"), 1'400);
       }},
      {"consumers", DeleteConsumers{{0, "s"}, "g", {"a", "b", "c"}, Seconds{0}},
       [](redis::Link& link) {
         a_read_stream(link);  // by consumer c
         run(link, {{"XGROUP", "CREATECONSUMER", "s", "g", "a"},
                    {"XGROUP", "CREATECONSUMER", "s", "g", "b"}});
       },
       [](redis::Link& link) {
         EXPECT_EQ(run_one(link, {"XINFO", "CONSUMERS", "s", "g"}).elements.size(), 1U);
         EXPECT_EQ(pending_ids(link, "s", "g").size(), 2'000U);
       }},
      {"delete", DeleteStream{{0, "s"}, {3'000, 0}},
       [](redis::Link& link) { add_entries(link, "s", 1, 3'000); },
       [](redis::Link& link) {
         EXPECT_EQ(run_one(link, {"EXISTS", "s"}).integer, 0);
       }},
      {"expire", ExpireStream{{0, "s"}, {3'000, 0}, Seconds{600}},
       [](redis::Link& link) { add_entries(link, "s", 1, 3'000); },
       [](redis::Link& link) {
         EXPECT_GT(run_one(link, {"PTTL", "s"}).integer, 0);
       }},
      {"keys", ExpireKeys{0, "c:*", Seconds{600}},
       [](redis::Link& link) {
         for (int i = 0; i < 700; ++i) run(link, {{"SET", "c:" + std::to_string(i), "x"}});
       },
       [](redis::Link& link) {
         for (int i = 0; i < 700; ++i)
           EXPECT_GT(run_one(link, {"PTTL", "c:" + std::to_string(i)}).integer, 0);
       }},
      {"maxmemory", SetMaxmemory{300_MiB, "volatile-lru"},
       [](redis::Link& link) {
         run(link, {{"CONFIG", "SET", "maxmemory", "0"},
                    {"CONFIG", "SET", "maxmemory-policy", "noeviction"},
                    {"CONFIG", "REWRITE"}});
       },
       [](redis::Link& link) {
         EXPECT_EQ(run_one(link, {"CONFIG", "GET", "maxmemory"}).elements[1].text, "314572800");
         EXPECT_EQ(run_one(link, {"CONFIG", "GET", "maxmemory-policy"}).elements[1].text,
                   "volatile-lru");
       }},
  };
}

class RedisExecutorFault : public ::testing::TestWithParam<FaultCase> {};

TEST_P(RedisExecutorFault, comes_to_its_end_after_a_loss_at_any_call) {
  const FaultCase& one = GetParam();
  const testing::TestRedis server;
  auto link = link_to(server.url());
  for (const Lost what : {Lost::command, Lost::reply}) {
    int entering = 0;
    failing_link(server.url(), kNever, what, entering);
    int losses = 0;
    for (int at = entering + 1;; ++at) {
      SCOPED_TRACE("call " + std::to_string(at) +
                   (what == Lost::command ? " lost" : " unanswered"));
      run(link, {{"FLUSHALL"}});
      one.prepare(link);
      int calls = 0;
      auto weak = failing_link(server.url(), at, what, calls);
      const Outcome first = apply(weak, one.change);
      if (calls < at) {  // it needed fewer
        EXPECT_EQ(first.state, StepState::done) << words(first);
        one.expect_end(link);
        break;
      }
      ++losses;
      // Once all is done and read back, only the measuring of what was freed can be lost.
      const bool unmeasured = first.state == StepState::done && !first.freed;
      ASSERT_TRUE(first.state == StepState::failed || unmeasured) << words(first);
      auto again = link_to(server.url());
      const Outcome second = apply(again, one.change);
      EXPECT_TRUE(second.state == StepState::done || second.state == StepState::nothing_to_do ||
                  second.state == StepState::refused)
          << words(second);
      one.expect_end(link);
      EXPECT_NE(apply(again, one.change).state, StepState::done);
      one.expect_end(link);
    }
    EXPECT_GT(losses, 3);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, RedisExecutorFault, ::testing::ValuesIn(fault_cases()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace plimsoll
