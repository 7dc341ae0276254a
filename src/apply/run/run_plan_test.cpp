#include "apply/run/run_plan.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

constexpr Instant kNoon{std::chrono::sys_days{std::chrono::year{2025} / 11 / 11} +
                        std::chrono::hours{12}};

Plan a_plan() {
  Plan plan;
  plan.taken_at = kNoon;
  plan.expires_at = kNoon + Days{1};
  plan.targets = {{TargetKind::postgres, "main", "7301/16384"}, {TargetKind::redis, "main", "h:1"}};
  return plan;
}

TEST(CheckApplicable, a_plan_is_good_for_its_own_servers_until_it_expires) {
  const Plan plan = a_plan();
  EXPECT_TRUE(check_applicable(plan, kNoon, plan.targets));
  EXPECT_TRUE(check_applicable(plan, kNoon + Days{1} - Seconds{1}, plan.targets));
  EXPECT_TRUE(check_applicable(plan, kNoon, {})) << "who did not answer fails step by step";
  const auto expired = check_applicable(plan, kNoon + Days{1}, plan.targets);
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().code, ErrorCode::conflict);
  EXPECT_EQ(expired.error().what.en, "this plan is stale: it expired at 2025-11-12 12:00 UTC");
}

TEST(CheckApplicable, a_clock_an_hour_off_is_said_to_be_wrong) {
  const Plan plan = a_plan();
  EXPECT_TRUE(check_applicable(plan, kNoon - std::chrono::minutes{5}, plan.targets));
  const auto future = check_applicable(plan, kNoon - std::chrono::hours{1}, plan.targets);
  ASSERT_FALSE(future);
  EXPECT_NE(future.error().what.en.find("from the future"), std::string::npos);
  EXPECT_NE(future.error().what.es.find("viene del futuro"), std::string::npos);
  EXPECT_NE(future.error().hint.en.find("clock"), std::string::npos);
}

TEST(CheckApplicable, another_server_of_the_same_name_is_refused_by_name) {
  const Plan plan = a_plan();
  auto present = plan.targets;
  present[0].identity = "7302/16384";
  const auto other = check_applicable(plan, kNoon, present);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().what.en.find("postgres/main is another server"), std::string::npos);
  present[0].identity.clear();
  EXPECT_FALSE(check_applicable(plan, kNoon, present)) << "not known is not the same";
}

RunResult result_of(std::vector<StepState> states) {
  RunResult result;
  int number = 0;
  for (const StepState state : states) result.outcomes[++number].state = state;
  return result;
}

TEST(RunExitStatus, says_how_much_was_done) {
  using enum StepState;
  EXPECT_EQ(exit_status_of(result_of({})), 0);
  EXPECT_EQ(exit_status_of(result_of({done, done})), 0);
  EXPECT_EQ(exit_status_of(result_of({done, nothing_to_do})), 0);
  EXPECT_EQ(exit_status_of(result_of({nothing_to_do})), 0);
  for (const StepState not_done : {held, failed, refused, stale, stopped}) {
    EXPECT_EQ(exit_status_of(result_of({done, not_done})), 3) << name_of(not_done);
  }
  EXPECT_EQ(exit_status_of(result_of({failed, held})), 1);
  EXPECT_EQ(exit_status_of(result_of({nothing_to_do, failed})), 1);
  EXPECT_EQ(exit_status_of(result_of({refused})), 1);
  EXPECT_EQ(exit_status_of(result_of({held, held})), 3);
  EXPECT_EQ(exit_status_of(result_of({stopped})), 3);
  EXPECT_EQ(exit_status_of(result_of({stale, stale})), 4);
  EXPECT_EQ(exit_status_of(result_of({stale, nothing_to_do})), 4);
  RunResult applied_before;
  applied_before.stale = true;
  applied_before.error = Error{ErrorCode::conflict, verbatim("stale"), {}};
  EXPECT_EQ(exit_status_of(applied_before), 4);
  RunResult no_journal;
  no_journal.error = Error{ErrorCode::unreachable, verbatim("full"), {}};
  EXPECT_EQ(exit_status_of(no_journal), 1);
}

TEST(StepKey, the_compose_file_has_an_executor_of_its_own) {
  Step step;
  step.target_kind = TargetKind::docker;
  step.target = "main";
  step.change = SetContainerMemory{};
  EXPECT_EQ(key_of(step), (TargetKey{TargetKind::docker, "main", false}));
  step.change = PatchCompose{};
  EXPECT_EQ(key_of(step), (TargetKey{TargetKind::docker, "main", true}));
}

}  // namespace
}  // namespace plimsoll
