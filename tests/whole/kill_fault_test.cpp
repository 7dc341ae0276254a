// "A fault test that kills the guard at every journal boundary of every kind of step": the real
// executors on real servers, the real journal, a real SIGKILL. TimescaleDB's kinds and container
// limits need servers that Debian 12 has not: their live tests kill them
// (apply/timescale/*_live_test.cpp, apply/docker/executor_live_test.cpp).
//
// The other half, "and one in which the link fails at call 1, 2, 3 …", stands beside each executor:
//   apply/postgres/*_contract_test.cpp: a_cut_at_any_call_is_made_good_by_the_next_run, and
//     partition_table_cut_contract_test.cpp
//   apply/redis/redis_executor_fault_test.cpp: every kind, the command lost and the reply lost
// apply/compose has no link, and its test kills it at any moment; apply/run/run_plan_fault_test.cpp
// is about the order of steps.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <utility>

#include "history/journal.h"
#include "history/sqlite.h"
#include "tests/whole/fault_cases.h"

namespace plimsoll::testing {
namespace {

std::vector<FaultCase> all_cases() {
  std::vector<FaultCase> all = postgres_cases();
  for (auto& more : {redis_cases(), compose_cases()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

class KillFault : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { stack_ = std::make_unique<Stack>(); }
  static void TearDownTestSuite() { stack_.reset(); }

  Stack& stack() { return *stack_; }
  std::string leftovers() {
    return stack().sql().value(
        "select coalesce(string_agg(name, ' '), '') from ("
        "select relname::text as name from pg_class union all select proname::text from pg_proc"
        " union all select tgname::text from pg_trigger union all select conname::text from"
        " pg_constraint) x where name like '%plimsoll%'");
  }
  void expect_journal_of(const Plan& plan, const std::filesystem::path& path) {
    auto file = sqlite::Database::open(path.string(), Seconds{5});
    ASSERT_TRUE(file);
    EXPECT_EQ(file->prepare("PRAGMA integrity_check").and_then([](auto statement) {
      return statement.step().map([&](bool) { return statement.text(0); });
    }),
              "ok");
    auto journal = Journal::open(path.string());
    ASSERT_TRUE(journal);
    const auto entries = journal->entries();
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ(entries->front().hash, plan.hash);
    EXPECT_EQ(entries->front().state, PlanState::applied);
    ASSERT_EQ(entries->front().steps.size(), plan.steps.size());
    for (const JournalStep& step : entries->front().steps) {
      SCOPED_TRACE(step.kind + ": " + step.what.en);
      EXPECT_TRUE(step.state == StepState::done || step.state == StepState::nothing_to_do);
      EXPECT_TRUE(step.begun_at && step.ended_at);
      EXPECT_GE(step.attempts, 1);
    }
  }
  /// Carried out already, it is not carried out again.
  void expect_stale(const Plan& plan, const std::filesystem::path& path) {
    EXPECT_EQ(run_guard(plan, stack(), path, {}, [] {}), Ending::stale);
  }

  static std::unique_ptr<Stack> stack_;
};
std::unique_ptr<Stack> KillFault::stack_;

class KillFaultKinds : public KillFault, public ::testing::WithParamInterface<FaultCase> {};

TEST_P(KillFaultKinds, killed_at_every_boundary_nothing_is_lost_and_it_converges) {
  const FaultCase& one = GetParam();
  const auto write = [&] { one.write(stack()); };
  int boundary = 0;
  for (Ending ending = Ending::killed; ending == Ending::killed; ++boundary) {
    SCOPED_TRACE("killed at boundary " + std::to_string(boundary));
    stack().wipe();
    std::vector<Step> steps = one.prepare(stack());
    ASSERT_EQ(steps.size(), one.kinds.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      ASSERT_EQ(name_of(steps[i].change), one.kinds[i]);
      steps[i].number = static_cast<int>(i) + 1;
    }
    const Plan plan = plan_of(std::move(steps), stack());
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal.db";

    ending = run_guard(plan, stack(), path, {.boundary = boundary}, write);
    ASSERT_NE(ending, Ending::other);
    one.expect_kept(stack());
    write();  // whatever state it was left in, the application goes on
    one.expect_kept(stack());
    if (ending == Ending::killed) {
      stack().wait_for_end_of_guard();
      const Ending again = run_guard(plan, stack(), path, {}, write);
      ASSERT_TRUE(again == Ending::done || again == Ending::stale);
    }
    one.expect_kept(stack());
    one.expect_end(stack());
    EXPECT_EQ(leftovers(), "");
    expect_journal_of(plan, path);
    expect_stale(plan, path);
    one.expect_kept(stack());
    if (HasFailure()) break;
  }
  // Before and after: begin and end of the plan; of each step its begin, a phase at least, its end.
  if (HasFailure()) return;
  EXPECT_GE(boundary, static_cast<int>(2 * (2 + 3 * one.kinds.size())));
  std::printf("killed %d times\n", boundary - 1);
}

INSTANTIATE_TEST_SUITE_P(Each, KillFaultKinds, ::testing::ValuesIn(all_cases()),
                         [](const auto& one) { return one.param.name; });

/// One plan of every kind, begun again as often as it is killed.
class KillFaultWhole : public KillFault {
 protected:
  void SetUp() override {
    stack().wipe();
    std::vector<Step> steps;
    for (const FaultCase& one : cases_) {
      const int before = static_cast<int>(steps.size());
      for (Step& step : one.prepare(stack())) {
        step.number = static_cast<int>(steps.size()) + 1;
        for (int& number : step.after) number += before;
        steps.push_back(std::move(step));
      }
    }
    plan_ = plan_of(std::move(steps), stack());
  }
  /// The nth start dies the nth death; one is late enough to come to the end.
  void expect_end_after(const std::function<Death(int)>& death, int least) {
    const auto write = [&] {
      for (const FaultCase& one : cases_) one.write(stack());
    };
    const TemporaryFolder folder;
    const auto path = folder.path() / "journal.db";
    int kills = 0;
    for (;; ++kills) {
      SCOPED_TRACE("kill " + std::to_string(kills));
      const Ending ending = run_guard(plan_, stack(), path, death(kills), write);
      for (const FaultCase& one : cases_) one.expect_kept(stack());
      if (ending == Ending::done || ending == Ending::stale) break;
      ASSERT_EQ(ending, Ending::killed);
      ASSERT_FALSE(HasFailure());
      stack().wait_for_end_of_guard();
    }
    std::printf("killed %d times\n", kills);
    EXPECT_GE(kills, least);
    for (const FaultCase& one : cases_) one.expect_end(stack());
    EXPECT_EQ(leftovers(), "");
    expect_journal_of(plan_, path);
    expect_stale(plan_, path);
  }

  std::vector<FaultCase> cases_ = all_cases();
  Plan plan_;
};

TEST_F(KillFaultWhole, killed_again_and_again_it_comes_to_its_end) {
  expect_end_after([](int kills) { return Death{.boundary = 6 + kills}; }, 5);
}

/// In the middle of a statement, of a commit, of a rename: what the servers were told they finish
/// or take back while the first look is taken.
TEST_F(KillFaultWhole, killed_at_any_moment_it_comes_to_its_end) {
  expect_end_after([](int kills) { return Death{.after = std::chrono::milliseconds{7 * kills}}; },
                   10);
}

template <std::size_t... kIndex>
std::set<std::string> kinds_of(std::index_sequence<kIndex...>) {
  return {std::string{name_of(Change{std::in_place_index<kIndex>})}...};
}

TEST(KillFaultCoverage, every_kind_of_step_that_these_servers_can_carry_out_is_here) {
  std::set<std::string> left = kinds_of(std::make_index_sequence<std::variant_size_v<Change>>{});
  for (const FaultCase& one : all_cases())
    for (const std::string& kind : one.kinds) left.erase(kind);
  EXPECT_EQ(left, (std::set<std::string>{"set_retention_policy", "set_compression_policy",
                                         "set_chunk_interval", "drop_chunks", "replace_hypertable",
                                         "set_container_memory"}));
}

}  // namespace
}  // namespace plimsoll::testing
