// Containers in trouble: what a real engine says of them, in the report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live_stack.h"

namespace plimsoll::live {
namespace {

class LiveContainers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!stack().unavailable.empty()) GTEST_SKIP() << stack().unavailable;
  }
};

TEST_F(LiveContainers, one_that_was_killed_for_memory_is_named) {
  // tail keeps the one endless line it is given.
  const Container hungry{"live_hungry",
                         {"--memory", "24m", "--memory-swap", "24m"},
                         {"sh", "-c", "exec tail -n 1 </dev/zero"}};
  hungry.wait_until("{{.State.Running}}", "false");
  ASSERT_EQ(hungry.inspect("{{.State.OOMKilled}}"), "true");
  EXPECT_EQ(findings(diagnose({}).json, "container_oom_killed", "live_hungry").size(), 1U);
}

TEST_F(LiveContainers, one_that_keeps_restarting_is_named) {
  const Container failing{"live_failing", {"--memory", "24m", "--restart", "always"}, {"false"}};
  failing.wait_until("{{ge .RestartCount 3}}", "true");
  EXPECT_EQ(findings(diagnose({}).json, "container_restarting", "live_failing").size(), 1U);
}

TEST_F(LiveContainers, one_that_stands_still_is_no_target_and_no_error) {
  const Container stopped{"live_stopped", {"--memory", "24m"}, {"true"}};
  stopped.wait_until("{{.State.Running}}", "false");
  const auto report = diagnose({});
  EXPECT_EQ(report.outcome.status, 2) << report.outcome.err;
  for (const auto& gap : report.json.at("gaps"))
    EXPECT_THAT(gap.dump(), ::testing::Not(::testing::HasSubstr("live_stopped")));
}

}  // namespace
}  // namespace plimsoll::live
