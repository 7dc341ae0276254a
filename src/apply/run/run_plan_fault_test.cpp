#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "apply/run/acting_table_test.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

using testing::ActingTable;
using testing::kNoon;
using testing::plan_of;
using testing::step_of;

constexpr int kSteps = 3;

class Silent final : public RunObserver {};

RunResult run(const Plan& plan, const std::filesystem::path& folder,
              JournalOptions journal_options) {
  auto journal = Journal::open((folder / "journal.db").string(), std::move(journal_options));
  EXPECT_TRUE(journal) << journal.error().what.en;
  ActingTable table{(folder / "acts.db").string()};
  RunOptions options;
  options.now = [] { return kNoon; };
  Silent silent;
  return run_plan(plan, {{{TargetKind::redis, "main"}, &table}}, *journal, options, silent);
}

/// In a child of its own, which dies by SIGKILL at the given boundary of the journal's writes. True
/// where it did; false: there is no such boundary, and it came to its end.
bool killed_at(int boundary, const Plan& plan, const std::filesystem::path& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    int left = boundary;
    JournalOptions options;
    options.at_boundary = [&left] {
      if (left-- == 0) ::kill(::getpid(), SIGKILL);
    };
    const RunResult result = run(plan, folder, options);
    ::_exit(exit_status_of(result));
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) {
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
    return true;
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
  return false;
}

void expect_each_act_once(const Plan& plan, const std::filesystem::path& folder) {
  ActingTable table{(folder / "acts.db").string()};
  auto journal = Journal::open((folder / "journal.db").string());
  const auto entries = journal->entries();
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().state, PlanState::applied);
  ASSERT_EQ(entries->front().steps.size(), plan.steps.size());
  for (const JournalStep& step : entries->front().steps) {
    EXPECT_EQ(table.acts(step.number, "copy"), 1) << "step " << step.number;
    EXPECT_EQ(table.acts(step.number, "swap"), 1) << "step " << step.number;
    EXPECT_TRUE(step.state == StepState::done || step.state == StepState::nothing_to_do);
    EXPECT_GE(step.attempts, table.calls(step.number)) << "written down before it began";
    EXPECT_LE(step.attempts, 2);
    EXPECT_GE(step.phases.size(), 2U) << "each act was written down before it was done";
    EXPECT_TRUE(step.ended_at);
  }
}

TEST(RunPlanFault, killed_at_every_boundary_of_the_journal_each_act_happens_once) {
  const Plan plan = plan_of({step_of(1), step_of(2, {1}), step_of(3)});
  int boundary = 0;
  for (;; ++boundary) {
    SCOPED_TRACE("boundary " + std::to_string(boundary));
    const testing::TemporaryFolder folder;
    const bool killed = killed_at(boundary, plan, folder.path());
    if (killed) {
      const RunResult again = run(plan, folder.path(), {});
      if (again.stale) {  // killed when everything had been written
        EXPECT_EQ(exit_status_of(again), 4);
      } else {
        EXPECT_EQ(exit_status_of(again), 0) << (again.error ? again.error->what.en : "");
        EXPECT_EQ(again.outcomes.size(), plan.steps.size());
      }
    }
    expect_each_act_once(plan, folder.path());
    if (!killed || ::testing::Test::HasFailure()) break;
  }
  // Begin and end of the plan; of each step its begin, two phases and its end: before and after.
  EXPECT_EQ(boundary, 2 * (2 + 4 * kSteps));
}

TEST(RunPlanFault, killed_again_and_again_it_still_comes_to_its_end) {
  const Plan plan = plan_of({step_of(1), step_of(2, {1}), step_of(3)});
  const testing::TemporaryFolder folder;
  int kills = 0;
  // Each start comes a little further: what is done is neither begun nor written down again.
  while (killed_at(7, plan, folder.path())) {
    ASSERT_LT(++kills, 20);
  }
  EXPECT_GT(kills, 1);
  auto journal = Journal::open((folder.path() / "journal.db").string());
  EXPECT_EQ(*journal->state_of(plan.hash), PlanState::applied);
  ActingTable table{(folder.path() / "acts.db").string()};
  for (int step = 1; step <= kSteps; ++step) {
    EXPECT_EQ(table.acts(step, "copy"), 1);
    EXPECT_EQ(table.acts(step, "swap"), 1);
  }
}

}  // namespace
}  // namespace plimsoll
