#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "apply/redis/executor_case_test.h"

namespace plimsoll {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Seconds kHour{3600};

class RedisKindsContract : public RedisCase {
 protected:
  std::int64_t ttl(const std::string& key) { return run_one(link, {"PTTL", key}).integer; }
  StreamId last_id(const std::string& key) { return *ids_in(link, key).rbegin(); }
};

TEST_F(RedisKindsContract, dangling_ids_of_an_empty_stream_are_cleared) {
  add_entries(link, "ticks", 1, 100'000);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "0"}});
  read_entries(link, "ticks", "g", 100'000);
  run(link, {{"XTRIM", "ticks", "MAXLEN", "0"}});
  add_entries(link, "ticks", 200'000, 50);
  read_entries(link, "ticks", "g", 50);
  const Outcome outcome = apply(link, AcknowledgeDangling{{0, "ticks"}, "g"});
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(outcome.after.at("acknowledged"), "100000");
  EXPECT_EQ(pending_ids(link, "ticks", "g"), ids_in(link, "ticks"));
  ASSERT_TRUE(outcome.freed);
  EXPECT_GT(outcome.freed->count(), 8'000'000);
  EXPECT_EQ(apply(link, AcknowledgeDangling{{0, "ticks"}, "g"}).state, StepState::nothing_to_do);
}

TEST_F(RedisKindsContract, holes_are_acknowledged_and_entries_between_them_are_not) {
  add_entries(link, "ticks", 1, 3'000);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "0"}});
  read_entries(link, "ticks", "g", 3'000);
  for (int id = 3; id <= 3'000; id += 3) run(link, {{"XDEL", "ticks", std::to_string(id) + "-0"}});
  EXPECT_EQ(apply(link, AcknowledgeDangling{{0, "ticks"}, "g"}).state, StepState::done);
  EXPECT_EQ(pending_ids(link, "ticks", "g"), ids_in(link, "ticks"));
  EXPECT_EQ(apply(link, AcknowledgeDangling{{0, "ticks"}, "none"}).state, StepState::nothing_to_do);
  EXPECT_EQ(apply(link, AcknowledgeDangling{{0, "none"}, "g"}).state, StepState::nothing_to_do);
}

TEST_F(RedisKindsContract, consumers_that_owe_or_were_here_just_now_stay) {
  add_entries(link, "ticks", 1, 10);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "0"},
             {"XGROUP", "CREATECONSUMER", "ticks", "g", "idle\n1"},
             {"XGROUP", "CREATECONSUMER", "ticks", "g", ""}});
  read_entries(link, "ticks", "g", 5, "owes");
  DeleteConsumers change{{0, "ticks"}, "g", {"idle\n1", "owes", "", "absent"}, kHour};
  const Outcome recent = apply(link, change);
  EXPECT_EQ(recent.state, StepState::refused) << words(recent);
  EXPECT_EQ(run_one(link, {"XINFO", "CONSUMERS", "ticks", "g"}).elements.size(), 3U);

  change.idle = Seconds{0};
  const Outcome outcome = apply(link, change);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(outcome.after.at("deleted"), "2");
  EXPECT_EQ(outcome.after.at("consumers"), "1");
  EXPECT_THAT(outcome.hint.en, HasSubstr("XAUTOCLAIM"));
  EXPECT_EQ(pending_ids(link, "ticks", "g").size(), 5U);
  change.consumers = {"absent"};
  EXPECT_EQ(apply(link, change).state, StepState::nothing_to_do);
}

TEST_F(RedisKindsContract, a_group_of_thousands_of_dead_consumers_is_cleared) {
  add_entries(link, "ticks", 1, 10);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "0"}});
  DeleteConsumers change{{0, "ticks"}, "g", {}, Seconds{0}};
  for (int i = 0; i < 3'000; ++i) {
    change.consumers.push_back("pod-" + std::to_string(i));
    run(link, {{"XGROUP", "CREATECONSUMER", "ticks", "g", change.consumers.back()}});
  }
  read_entries(link, "ticks", "g", 1, "pod-1234");
  const Outcome outcome = apply(link, change);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(outcome.after.at("deleted"), "2999");
  EXPECT_EQ(pending_ids(link, "ticks", "g").size(), 1U);
}

TEST_F(RedisKindsContract, an_orphan_is_deleted_only_while_nobody_writes_to_it) {
  add_entries(link, "old", 1, 1'000);
  const DeleteStream change{{0, "old"}, last_id("old")};
  add_entries(link, "old", 5'000, 1);
  EXPECT_EQ(apply(link, change).state, StepState::stale);
  EXPECT_EQ(length_of(link, "old"), 1'001);
  const DeleteStream now{{0, "old"}, last_id("old")};
  TestWatch watch;
  const Outcome outcome = apply(link, now, watch);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_THAT(watch.phases, ElementsAre("unlink"));
  EXPECT_EQ(outcome.after.at("type"), "none");
  EXPECT_EQ(apply(link, now).state, StepState::nothing_to_do);
  run(link, {{"SET", "old", "another thing"}});
  EXPECT_EQ(apply(link, now).state, StepState::stale);
}

TEST_F(RedisKindsContract, an_orphan_expires_and_a_shorter_time_to_live_stays) {
  add_entries(link, "old", 1, 10);
  const ExpireStream change{{0, "old"}, last_id("old"), kHour};
  EXPECT_EQ(apply(link, change).state, StepState::done);
  EXPECT_GT(ttl("old"), 3'500'000);
  EXPECT_EQ(apply(link, change).state, StepState::nothing_to_do);
  run(link, {{"PEXPIRE", "old", "100000"}});
  EXPECT_EQ(apply(link, change).state, StepState::nothing_to_do);
  EXPECT_LE(ttl("old"), 100'000);
  Step step = a_step(change);
  step.before["last_generated_id"] = "9-9";
  TestWatch watch;
  EXPECT_EQ(RedisExecutor{link}.apply(step, watch).state, StepState::stale);
  EXPECT_EQ(apply(link, ExpireStream{{0, "old"}, last_id("old"), Seconds{0}}).state,
            StepState::refused);
}

TEST_F(RedisKindsContract, keys_without_a_time_to_live_get_one_and_nothing_else_does) {
  std::vector<redis::Command> commands;
  for (int i = 0; i < 3'000; ++i) commands.push_back({"SET", "cache:" + std::to_string(i), "x"});
  commands.push_back({"SET", "cache:short", "x", "PX", "5000000"});
  commands.push_back({"SET", "other", "x"});
  commands.push_back({"XADD", "cache:stream", "1-0", "a", "b"});
  commands.push_back({"HSET", "cache:\nhash", "a", "b"});
  run(link, commands);
  const ExpireKeys change{0, "cache:*", Seconds{86'400}};
  const Outcome outcome = apply(link, change);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(outcome.after.at("set"), "3001");
  EXPECT_GT(ttl("cache:17"), 80'000'000);
  EXPECT_GT(ttl("cache:\nhash"), 0);
  EXPECT_LE(ttl("cache:short"), 5'000'000);
  EXPECT_EQ(ttl("other"), -1);
  EXPECT_EQ(ttl("cache:stream"), -1);
  EXPECT_EQ(apply(link, change).state, StepState::nothing_to_do);
  EXPECT_EQ(apply(link, ExpireKeys{0, "*", Seconds{0}}).state, StepState::refused);
}

TEST_F(RedisKindsContract, the_script_for_servers_before_nx_does_the_same) {
  run(link, {{"SET", "a", "x"}, {"SET", "b", "x", "PX", "5000"}});
  redis::Acting acting{link};
  const auto set = acting.expire_keys({"a", "b", "absent"}, kHour, true);
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)[0].integer, 1);
  EXPECT_EQ((*set)[1].integer, 0);
  EXPECT_EQ((*set)[2].integer, 0);
  EXPECT_LE(ttl("b"), 5'000);
}

TEST(RedisScriptsRefused, nothing_is_deleted_without_its_check) {
  const testing::TestRedis server{"rename-command EVAL \"\""};
  auto link = link_to(server.url());
  add_entries(link, "old", 1, 10);
  run(link, {{"XGROUP", "CREATE", "old", "g", "0"}, {"XGROUP", "CREATECONSUMER", "old", "g", "c"}});
  for (const Change& change :
       {Change{DeleteStream{{0, "old"}, {10, 0}}}, Change{ExpireStream{{0, "old"}, {10, 0}, kHour}},
        Change{DeleteConsumers{{0, "old"}, "g", {"c"}, Seconds{0}}}}) {
    const Outcome outcome = apply(link, change);
    EXPECT_EQ(outcome.state, StepState::refused) << words(outcome);
    EXPECT_THAT(outcome.hint.en, HasSubstr("+eval"));
  }
  EXPECT_EQ(length_of(link, "old"), 10);
  EXPECT_EQ(run_one(link, {"XINFO", "CONSUMERS", "old", "g"}).elements.size(), 1U);
}

TEST_F(RedisKindsContract, maxmemory_is_set_written_down_and_refused_below_what_is_used) {
  TestWatch watch;
  const Outcome outcome = apply(link, SetMaxmemory{200_MiB, "volatile-ttl"}, watch);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_THAT(watch.phases, ElementsAre("set", "rewrite"));
  EXPECT_EQ(outcome.after.at("maxmemory"), std::to_string((200_MiB).count()));
  EXPECT_EQ(outcome.after.at("maxmemory_policy"), "volatile-ttl");
  EXPECT_EQ(apply(link, SetMaxmemory{200_MiB, "volatile-ttl"}).state, StepState::nothing_to_do);

  add_entries(link, "ticks", 1, 20'000);
  const auto used = std::stoll(parse_info(*link.info()).find("used_memory")->second);
  const Outcome refused = apply(link, SetMaxmemory{Bytes{used * 105 / 100}, ""});
  EXPECT_EQ(refused.state, StepState::refused) << words(refused);
  EXPECT_THAT(refused.what.es, HasSubstr("10 %"));
  EXPECT_EQ(apply(link, SetMaxmemory{Bytes{0}, ""}).state, StepState::refused);
  EXPECT_EQ(run_one(link, {"CONFIG", "GET", "maxmemory"}).elements[1].text,
            std::to_string((200_MiB).count()));
}

TEST_F(RedisKindsContract, a_policy_that_would_evict_at_once_is_refused) {
  add_entries(link, "ticks", 1, 20'000);
  run(link,
      {{"CONFIG", "SET", "maxmemory-policy", "noeviction"}, {"CONFIG", "SET", "maxmemory", "1mb"}});
  const Outcome refused = apply(link, SetMaxmemory{std::nullopt, "allkeys-lru"});
  EXPECT_EQ(refused.state, StepState::refused) << words(refused);
  EXPECT_EQ(length_of(link, "ticks"), 20'000);
  // A higher line first, then the policy: nothing is evicted on the way.
  EXPECT_EQ(apply(link, SetMaxmemory{500_MiB, "allkeys-lru"}).state, StepState::done);
  EXPECT_EQ(length_of(link, "ticks"), 20'000);
}

TEST(RedisConfigRenamed, maxmemory_is_refused_with_what_to_put_into_compose) {
  const testing::TestRedis server{"rename-command CONFIG \"\""};
  auto link = link_to(server.url());
  const Outcome outcome = apply(link, SetMaxmemory{2_GiB, "noeviction"});
  EXPECT_EQ(outcome.state, StepState::refused) << words(outcome);
  EXPECT_EQ(outcome.hint.en,
            "put it into the Compose file: command: redis-server --maxmemory 2147483648 "
            "--maxmemory-policy noeviction");
}

/// A redis-server without a configuration file, as containers run it.
class BareRedis {
 public:
  BareRedis() {
    const std::string socket = path();
    const std::vector<std::string> words{"redis-server", "--port",    "0",       "--unixsocket",
                                         socket,         "--save",    "",        "--dir",
                                         folder_.path(), "--logfile", "bare.log"};
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    if (posix_spawnp(&pid_, "redis-server", nullptr, nullptr, arguments.data(), environ) != 0)
      throw std::runtime_error{"redis-server did not start"};
  }
  BareRedis(const BareRedis&) = delete;
  BareRedis& operator=(const BareRedis&) = delete;
  ~BareRedis() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  redis::Link link() const {
    const Deadline end = deadline_in(std::chrono::seconds{20});
    for (;;) {
      auto link = redis::Link::connect(*redis::parse_address(path()), std::chrono::seconds{20});
      if (link) return std::move(*link);
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error{link.error().what.en};
      std::this_thread::yield();
    }
  }

 private:
  std::string path() const { return folder_.path() / "bare.sock"; }
  testing::TemporaryFolder folder_;
  pid_t pid_ = 0;
};

TEST(RedisWithoutConfigFile, maxmemory_is_set_and_said_to_be_lost_at_the_next_restart) {
  const BareRedis server;
  auto link = server.link();
  const Outcome outcome = apply(link, SetMaxmemory{2_GiB, ""});
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_THAT(outcome.what.es, HasSubstr("Se pierde en el próximo reinicio"));
  EXPECT_THAT(outcome.hint.en, HasSubstr("--maxmemory 2147483648"));
  EXPECT_EQ(outcome.after.at("persistent"), "no");
  EXPECT_EQ(run_one(link, {"CONFIG", "GET", "maxmemory"}).elements[1].text, "2147483648");
}

}  // namespace
}  // namespace plimsoll
