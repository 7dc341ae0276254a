#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "history/journal.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

constexpr Instant kNoon{std::chrono::sys_days{std::chrono::year{2025} / 11 / 11} +
                        std::chrono::hours{12}};

Plan plan_called(const std::string& name, int steps = 2, Instant expires = kNoon + Days{1}) {
  Plan plan;
  plan.taken_at = kNoon;
  plan.expires_at = expires;
  for (int number = 1; number <= steps; ++number) {
    Step step;
    step.number = number;
    step.resource = "redis/main/stream/" + name + std::to_string(number);
    TrimStream trim;
    trim.stream = {0, name};
    trim.maxlen = 1000;
    step.change = trim;
    step.before = {{"length", "5000"}, {"raw", "\xff"}};
    plan.steps.push_back(step);
  }
  plan.hash = hash_of(plan);
  return plan;
}

Outcome outcome_of(StepState state) {
  return {state, say("trimmed", "recortado"), {}, 42_MiB, {{"length", "1000"}}};
}

const Actor kAna{"ana", "server1", 4711};

class JournalContract : public ::testing::Test {
 protected:
  Journal open(JournalOptions options = {}) {
    auto journal = Journal::open(path(), std::move(options));
    EXPECT_TRUE(journal) << journal.error().what.en;
    return std::move(*journal);
  }
  std::string path() const { return (folder_.path() / "state" / "journal.db").string(); }

  /// The whole of a plan, with every step in `state`.
  static void apply(Journal& journal, const Plan& plan, Instant at = kNoon) {
    ASSERT_TRUE(journal.begin_plan(plan, kAna, at));
    for (const Step& step : plan.steps) {
      ASSERT_TRUE(journal.begin_step(plan.hash, step, at));
      ASSERT_TRUE(journal.end_step(plan.hash, step, outcome_of(StepState::done), at));
    }
    ASSERT_TRUE(journal.end_plan(plan.hash, PlanState::applied, at));
  }

  testing::TemporaryFolder folder_;
};

TEST_F(JournalContract, tells_what_was_written_after_it_was_closed) {
  const Plan plan = plan_called("ticks");
  {
    Journal journal = open();
    EXPECT_TRUE(journal.entries()->empty());
    EXPECT_FALSE(*journal.state_of(plan.hash));
    ASSERT_TRUE(journal.begin_plan(plan, kAna, kNoon));
    ASSERT_TRUE(journal.begin_step(plan.hash, plan.steps[0], kNoon));
    ASSERT_TRUE(journal.begin_phase(plan.hash, 1, {"trim", "to 1000", kNoon}));
    ASSERT_TRUE(journal.end_step(plan.hash, plan.steps[0], outcome_of(StepState::done), kNoon));
    ASSERT_TRUE(journal.end_step(plan.hash, plan.steps[1], outcome_of(StepState::held), kNoon));
  }
  Journal journal = open();
  EXPECT_EQ(*journal.state_of(plan.hash), PlanState::begun);
  const auto entries = journal.entries();
  ASSERT_TRUE(entries) << entries.error().what.en;
  ASSERT_EQ(entries->size(), 1U);
  const JournalEntry& entry = entries->front();
  EXPECT_EQ(entry.actor.user, "ana");
  EXPECT_EQ(entry.actor.pid, 4711);
  ASSERT_EQ(entry.steps.size(), 2U);
  const JournalStep& first = entry.steps[0];
  EXPECT_EQ(first.state, StepState::done);
  EXPECT_EQ(first.kind, "trim_stream");
  EXPECT_EQ(first.what.es, "recortado");
  EXPECT_EQ(first.freed, 42_MiB);
  EXPECT_EQ(first.before.at("length"), "5000");
  EXPECT_EQ(first.after.at("length"), "1000");
  ASSERT_EQ(first.phases.size(), 1U);
  EXPECT_EQ(first.phases[0].phase, "trim");
  EXPECT_EQ(entry.steps[1].state, StepState::held);
  EXPECT_EQ(entry.steps[1].attempts, 0);
}

TEST_F(JournalContract, an_unfinished_plan_is_resumed_and_a_finished_one_is_stale) {
  const Plan plan = plan_called("ticks");
  Journal journal = open();
  ASSERT_TRUE(journal.begin_plan(plan, kAna, kNoon));
  ASSERT_TRUE(journal.begin_step(plan.hash, plan.steps[0], kNoon));
  ASSERT_TRUE(journal.begin_plan(plan, kAna, kNoon));
  ASSERT_TRUE(journal.begin_step(plan.hash, plan.steps[0], kNoon));
  EXPECT_EQ(journal.steps_of(plan.hash)->at(0).attempts, 2);
  ASSERT_TRUE(journal.end_plan(plan.hash, PlanState::partly, kNoon));
  EXPECT_TRUE(journal.begin_plan(plan, kAna, kNoon)) << "ended in part: the rest may be applied";
  ASSERT_TRUE(journal.end_plan(plan.hash, PlanState::applied, kNoon));
  const auto again = journal.begin_plan(plan, kAna, kNoon);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_NE(again.error().what.en.find("stale"), std::string::npos);
}

TEST_F(JournalContract, is_nobody_elses_business) {
  Journal journal = open();
  apply(journal, plan_called("ticks"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << suffix;
  }
}

TEST_F(JournalContract, keeps_the_order_of_writing_when_the_clock_jumps) {
  Journal journal = open();
  const Plan first = plan_called("first");
  const Plan second = plan_called("second");
  apply(journal, first, kNoon);
  apply(journal, second, kNoon - std::chrono::hours{1});
  const auto entries = journal.entries();
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->at(0).hash, second.hash);
  EXPECT_EQ(entries->at(1).hash, first.hash);
}

TEST_F(JournalContract, filters_by_hash_and_by_resource) {
  Journal journal = open();
  const Plan ticks = plan_called("ticks");
  apply(journal, ticks);
  apply(journal, plan_called("quotes"));
  EXPECT_EQ(journal.entries({.hash = ticks.hash.substr(0, 8)})->size(), 1U);
  const auto by_resource = journal.entries({.resource = "*/stream/ticks2"});
  ASSERT_EQ(by_resource->size(), 1U);
  ASSERT_EQ(by_resource->at(0).steps.size(), 1U);
  EXPECT_EQ(by_resource->at(0).steps[0].number, 2);
  EXPECT_EQ(journal.entries({.most = 1})->size(), 1U);
}

TEST_F(JournalContract, stays_within_its_size_and_loses_the_oldest_finished_plans_first) {
  Journal journal = open({.max_bytes = 256_KiB});
  const Plan unfinished = plan_called("unfinished");
  ASSERT_TRUE(journal.begin_plan(unfinished, kAna, kNoon));
  std::string last;
  for (int i = 0; i < 30; ++i) {
    const Plan plan = plan_called("plan" + std::to_string(i), 20);
    apply(journal, plan);
    last = plan.hash;
  }
  EXPECT_LE(std::filesystem::file_size(path()), 256U << 10U);
  const auto entries = journal.entries({.most = 1000});
  EXPECT_GT(entries->size(), 3U);
  EXPECT_LT(entries->size(), 30U);
  EXPECT_EQ(entries->front().hash, last);
  EXPECT_EQ(entries->back().hash, unfinished.hash) << "never pruned, oldest as it is";
}

TEST_F(JournalContract, keeps_no_more_plans_and_phases_than_it_was_told) {
  Journal journal = open({.most_plans = 3, .most_phases = 5});
  for (int i = 0; i < 6; ++i) apply(journal, plan_called("plan" + std::to_string(i)));
  EXPECT_EQ(journal.entries()->size(), 3U);
  const Plan plan = plan_called("long");
  ASSERT_TRUE(journal.begin_plan(plan, kAna, kNoon));
  ASSERT_TRUE(journal.begin_step(plan.hash, plan.steps[0], kNoon));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(journal.begin_phase(plan.hash, 1, {"batch", std::to_string(i), kNoon}));
  }
  const auto steps = journal.steps_of(plan.hash);
  ASSERT_EQ(steps->at(0).phases.size(), 5U);
  EXPECT_EQ(steps->at(0).phases.back().detail, "19");
}

TEST_F(JournalContract, a_full_disk_is_an_error_and_nothing_of_the_write_is_there) {
  Journal journal = open({.max_bytes = 128_KiB});
  const Plan large = plan_called("large", 500);
  const auto begun = journal.begin_plan(large, kAna, kNoon);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::unreachable);
  EXPECT_NE(begun.error().what.en.find("no room left"), std::string::npos);
  EXPECT_FALSE(*journal.state_of(large.hash));
  apply(journal, plan_called("small"));
}

TEST_F(JournalContract, one_process_acts_and_the_other_hears_who) {
  Journal journal = open();
  Journal other = open();
  {
    const auto held = journal.lock(kAna);
    ASSERT_TRUE(held);
    const auto refused = other.lock();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_NE(refused.error().what.en.find("pid 4711 of ana on server1"), std::string::npos);
  }
  EXPECT_TRUE(other.lock()) << "let go with the lock";
}

TEST_F(JournalContract, the_lock_of_a_killed_process_is_free) {
  Journal journal = open();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = journal.lock();
    const char held = lock ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &held, 1));
    for (;;) ::pause();
  }
  char held = 0;
  ASSERT_EQ(::read(ready[0], &held, 1), 1);
  ASSERT_EQ(held, 'y');
  EXPECT_FALSE(journal.lock());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(journal.lock());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(JournalContract, a_file_of_another_kind_or_of_a_newer_program_is_refused_as_it_is) {
  std::filesystem::create_directories(folder_.path() / "state");
  const std::string text(8192, 'x');
  std::ofstream{path()} << text;
  const auto other = Journal::open(path());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::malformed) << other.error().what.en;
  EXPECT_EQ(std::filesystem::file_size(path()), text.size());
  std::filesystem::remove(path());
  {
    open();
    auto database = sqlite::Database::open(path(), std::chrono::seconds{1});
    ASSERT_TRUE(database->run("PRAGMA user_version = 99"));
  }
  const auto newer = Journal::open(path());
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::unsupported);
}

TEST_F(JournalContract, a_symbolic_link_is_not_followed) {
  std::filesystem::create_directories(folder_.path() / "state");
  const auto target = folder_.path() / "target";
  std::filesystem::create_symlink(target, path());
  const auto journal = Journal::open(path());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, ErrorCode::denied);
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST_F(JournalContract, a_step_of_a_plan_that_is_not_there_is_an_error) {
  Journal journal = open();
  const Plan plan = plan_called("ticks");
  EXPECT_FALSE(journal.begin_step(plan.hash, plan.steps[0], kNoon));
  EXPECT_FALSE(journal.begin_phase(plan.hash, 1, {"a", "b", kNoon}));
  EXPECT_FALSE(journal.steps_of(plan.hash));
}

}  // namespace
}  // namespace plimsoll
