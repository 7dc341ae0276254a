#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apply/run/acting_table_test.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

using testing::ActingTable;
using ::testing::ElementsAre;
using testing::kNoon;
using testing::plan_of;
using testing::step_of;

/// What the screen is told, as one word after the other.
class Screen final : public RunObserver {
 public:
  void step_begins(const Step& step) override { told("begin", step); }
  void step_progress(const Step& step, const Text& what, std::optional<double>) override {
    told(what.en, step);
  }
  void step_ends(const Step& step, const Outcome& outcome) override {
    told(std::string{name_of(outcome.state)}, step);
  }
  std::vector<std::string> lines;

 private:
  void told(const std::string& what, const Step& step) {
    lines.push_back(what + " " + std::to_string(step.number));
  }
};

class RunPlanContract : public ::testing::Test {
 protected:
  RunPlanContract() {
    options_.now = [this] { return now_; };
    options_.stop = &stop_;
  }

  Journal journal(Bytes max_bytes = 16_MiB) {
    auto opened = Journal::open((folder_.path() / "journal.db").string(), {.max_bytes = max_bytes});
    EXPECT_TRUE(opened) << opened.error().what.en;
    return std::move(*opened);
  }
  RunResult run(const Plan& plan) {
    Journal file = journal();
    return run(plan, file);
  }
  RunResult run(const Plan& plan, Journal& file) {
    screen_.lines.clear();
    return run_plan(plan, {{{TargetKind::redis, "main"}, &table_}}, file, options_, screen_);
  }
  static std::vector<std::string> states(const RunResult& result) {
    std::vector<std::string> words;
    for (const auto& [number, outcome] : result.outcomes) {
      words.push_back(std::to_string(number) + " " + std::string{name_of(outcome.state)});
    }
    return words;
  }

  testing::TemporaryFolder folder_;
  ActingTable table_{(folder_.path() / "acts.db").string()};
  Instant now_ = kNoon;
  std::atomic<bool> stop_{false};
  RunOptions options_;
  Screen screen_;
};

TEST_F(RunPlanContract, carries_out_each_step_once_in_order_and_then_the_plan_is_stale) {
  const Plan plan = plan_of({step_of(1), step_of(2, {1})});
  const RunResult first = run(plan);
  EXPECT_THAT(states(first), ElementsAre("1 done", "2 done"));
  EXPECT_THAT(screen_.lines, ElementsAre("begin 1", "done 1", "begin 2", "done 2"));
  EXPECT_EQ(exit_status_of(first), 0);
  const RunResult again = run(plan);
  EXPECT_TRUE(again.stale);
  EXPECT_EQ(exit_status_of(again), 4);
  EXPECT_EQ(table_.calls(1), 1);
  EXPECT_EQ(journal().steps_of(plan.hash)->at(1).phases.size(), 2U);
}

TEST_F(RunPlanContract, a_failure_holds_those_that_wait_for_it_and_nobody_else) {
  table_.fails = {{1, StepState::failed}};
  const Plan plan = plan_of({step_of(1), step_of(2, {1}), step_of(3), step_of(4, {2})});
  const RunResult first = run(plan);
  EXPECT_THAT(states(first), ElementsAre("1 failed", "2 held", "3 done", "4 held"));
  EXPECT_EQ(first.outcomes.at(2).what.en, "waits for step 1, which is not done");
  EXPECT_EQ(exit_status_of(first), 3);
  EXPECT_EQ(*journal().state_of(plan.hash), PlanState::partly);
  EXPECT_EQ(table_.calls(2), 0);

  table_.fails.clear();
  const RunResult second = run(plan);
  EXPECT_EQ(exit_status_of(second), 0);
  EXPECT_EQ(table_.calls(3), 1) << "done the first time, and not again";
  EXPECT_EQ(second.outcomes.at(3).freed, 1_MiB) << "what it freed then";
  EXPECT_EQ(*journal().state_of(plan.hash), PlanState::applied);
}

TEST_F(RunPlanContract, heavy_steps_wait_for_their_window_and_say_when_it_is) {
  MaintenanceWindow weekends;
  weekends.text = "weekends";
  weekends.zone = "UTC";
  weekends.weekends = true;
  options_.maintenance.windows = {weekends};
  Step heavy = step_of(1);
  heavy.heavy = true;
  const Plan plan = plan_of({heavy, step_of(2)});
  const RunResult tuesday = run(plan);
  EXPECT_THAT(states(tuesday), ElementsAre("1 held", "2 done"));
  EXPECT_NE(tuesday.outcomes.at(1).what.en.find("2025-11-15 00:00 UTC"), std::string::npos)
      << tuesday.outcomes.at(1).what.en;
  EXPECT_EQ(exit_status_of(tuesday), 3);
  EXPECT_EQ(journal().steps_of(plan.hash)->at(0).state, StepState::held);
  options_.ignore_window = true;
  EXPECT_EQ(exit_status_of(run(plan)), 0);
  EXPECT_EQ(table_.acts(1, "swap"), 1);
}

TEST_F(RunPlanContract, a_heavy_step_is_asked_to_stop_when_its_window_closes) {
  MaintenanceWindow weekends;
  weekends.zone = "UTC";
  weekends.weekends = true;
  options_.maintenance.windows = {weekends};
  now_ = kNoon + Days{5} + std::chrono::hours{11};  // Sunday, 23:00
  Step heavy = step_of(1);
  heavy.heavy = true;
  std::vector<bool> wanted;
  table_.on_apply = [&](const Step&, StepWatch& watch) {
    wanted.push_back(watch.stop_wanted());
    now_ += std::chrono::hours{2};
    wanted.push_back(watch.stop_wanted());
  };
  run(plan_of({heavy}));
  EXPECT_THAT(wanted, ElementsAre(false, true));
}

TEST_F(RunPlanContract, a_stop_ends_after_the_step_at_work_and_the_rest_goes_on_later) {
  table_.on_apply = [&](const Step&, StepWatch& watch) {
    watch.progress(verbatim("half"), 0.5);
    stop_ = true;
    EXPECT_TRUE(watch.stop_wanted());
  };
  const Plan plan = plan_of({step_of(1), step_of(2)});
  const RunResult stopped = run(plan);
  EXPECT_THAT(states(stopped), ElementsAre("1 done", "2 stopped"));
  EXPECT_THAT(screen_.lines, ElementsAre("begin 1", "half 1", "done 1", "stopped 2"));
  EXPECT_EQ(exit_status_of(stopped), 3);
  stop_ = false;
  table_.on_apply = nullptr;
  EXPECT_EQ(exit_status_of(run(plan)), 0);
  EXPECT_EQ(table_.calls(1), 1);
}

TEST_F(RunPlanContract, only_what_is_asked_for_is_touched) {
  const Plan plan = plan_of({step_of(1), step_of(2), step_of(3, {2})});
  options_.only_steps = {1, 3};
  EXPECT_THAT(states(run(plan)), ElementsAre("1 done", "3 held"));
  options_.only_steps.clear();
  options_.only = {"*/stream/s2"};
  EXPECT_THAT(states(run(plan)), ElementsAre("1 done", "2 done"));
  EXPECT_EQ(*journal().state_of(plan.hash), PlanState::partly);
  options_.only = {"acknowledge_*"};
  EXPECT_THAT(states(run(plan)), ElementsAre("1 done", "2 done", "3 done"));
  EXPECT_EQ(*journal().state_of(plan.hash), PlanState::applied);
}

TEST_F(RunPlanContract, a_step_whose_server_did_not_answer_fails_alone) {
  Step elsewhere = step_of(1);
  elsewhere.target = "other";
  const RunResult result = run(plan_of({elsewhere, step_of(2)}));
  EXPECT_THAT(states(result), ElementsAre("1 failed", "2 done"));
  EXPECT_EQ(result.outcomes.at(1).what.en, "there is no connection to redis/other");
}

TEST_F(RunPlanContract, what_cannot_be_written_down_is_not_begun) {
  Step large = step_of(1);
  large.before = {{"fact", std::string(100'000, 'x')}};
  const Plan plan = plan_of({large});
  ASSERT_TRUE(journal().begin_plan(plan, {}, kNoon));
  const auto size = std::filesystem::file_size(folder_.path() / "journal.db");
  Journal full = journal(Bytes{static_cast<std::int64_t>(size)});
  const RunResult result = run(plan, full);
  EXPECT_THAT(states(result), ElementsAre("1 failed"));
  EXPECT_NE(result.outcomes.at(1).what.en.find("no room left"), std::string::npos);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(exit_status_of(result), 1);
  EXPECT_EQ(table_.calls(1), 0);

  EXPECT_EQ(exit_status_of(run(plan)), 0) << "with room again it is done";
  EXPECT_EQ(table_.acts(1, "swap"), 1);
}

TEST_F(RunPlanContract, two_do_not_act_at_once) {
  Journal file = journal();
  Journal other = journal();
  const Plan plan = plan_of({step_of(1)});
  const auto held = other.lock({"ana", "server1", 4711});
  ASSERT_TRUE(held);
  const RunResult result = run(plan, file);
  ASSERT_TRUE(result.error);
  EXPECT_NE(result.error->what.en.find("pid 4711"), std::string::npos);
  EXPECT_EQ(exit_status_of(result), 1);
  EXPECT_EQ(table_.calls(1), 0);
}

}  // namespace
}  // namespace plimsoll
