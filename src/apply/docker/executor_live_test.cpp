// Limits on containers of a real engine, and what the kernel makes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "apply/docker/executor.h"
#include "base/text.h"
#include "tests/live/live_stack.h"

namespace plimsoll {
namespace {

using ::testing::HasSubstr;

class QuietWatch final : public StepWatch {
 public:
  void progress(const Text& /*what*/, std::optional<double> /*share*/) override {}
  bool stop_wanted() const override { return false; }
  Result<void> begin_phase(const std::string& /*phase*/, const std::string& /*detail*/) override {
    return {};
  }
};

class LiveContainerMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!live::stack().unavailable.empty()) GTEST_SKIP() << live::stack().unavailable;
  }

  static Step step_for(const live::Container& container, std::optional<Bytes> limit,
                       std::optional<Bytes> reservation = {}) {
    Step step;
    const std::string id = container.inspect("{{.Id}}");
    step.change = SetContainerMemory{id, "it", limit, reservation};
    step.before = {{"id", id},
                   {"limit_bytes", container.inspect("{{.HostConfig.Memory}}")},
                   {"reservation_bytes", container.inspect("{{.HostConfig.MemoryReservation}}")},
                   {"swap_bytes", container.inspect("{{.HostConfig.MemorySwap}}")}};
    return step;
  }

  static Outcome apply(const Step& step) {
    auto link = docker::Link::open({.address = live::stack().docker});
    EXPECT_TRUE(link);
    QuietWatch watch;
    DockerExecutorOptions options;
    options.watch_for = std::chrono::milliseconds{1500};
    return DockerExecutor{*link, options}.apply(step, watch);
  }

  static std::int64_t limit_in_kernel(const live::Container& container) {
    const int pid = static_cast<int>(*parse_int(container.inspect("{{.State.Pid}}")));
    const auto sample = read_cgroup({}, pid, container.inspect("{{.Id}}"));
    EXPECT_TRUE(sample) << "its cgroup is not visible";
    const auto* held = sample ? std::get_if<Bytes>(&sample->memory_limit_in_force) : nullptr;
    return held == nullptr ? 0 : held->count();
  }

  static std::int64_t working_set(const live::Container& container) {
    const int pid = static_cast<int>(*parse_int(container.inspect("{{.State.Pid}}")));
    const auto sample = read_cgroup({}, pid, container.inspect("{{.Id}}"));
    return sample && sample->memory.working_set ? sample->memory.working_set->count() : 0;
  }
};

/// A shell that keeps about 60 MB in a variable, and says when it has them.
const std::vector<std::string> kHolds60Megabytes{
    "sh", "-c", "x=$(head -c 30000000 /dev/zero | tr '\\0' x); touch /tmp/ready; sleep infinity"};

TEST_F(LiveContainerMemory, one_without_a_limit_gets_one_with_its_reservation) {
  const live::Container container{"live_unlimited", {}, {"sleep", "infinity"}};
  container.wait_until("{{.State.Running}}", "true");
  const Step step = step_for(container, 128_MiB, 32_MiB);
  const auto outcome = apply(step);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(limit_in_kernel(container), (128_MiB).count());
  EXPECT_EQ(outcome.after.at("memory_max_bytes"), "134217728");
  EXPECT_EQ(container.inspect("{{.HostConfig.MemoryReservation}}"), "33554432");
  EXPECT_EQ(apply(step).state, StepState::nothing_to_do);
}

TEST_F(LiveContainerMemory, it_is_lowered_above_the_working_set_and_refused_below_it) {
  const live::Container container{"live_holding", {"--memory", "512m"}, kHolds60Megabytes};
  container.wait_until("{{.State.Running}}", "true");
  while (live::docker({"exec", "live_holding", "test", "-e", "/tmp/ready"}).status != 0) {
  }
  const std::int64_t needs = working_set(container);
  ASSERT_GT(needs, 25 << 20);
  const auto refused = apply(step_for(container, Bytes{needs}));
  EXPECT_EQ(refused.state, StepState::refused) << refused.what.en;
  EXPECT_EQ(limit_in_kernel(container), (512_MiB).count()) << "nothing was changed";
  const auto lowered = apply(step_for(container, 256_MiB));
  ASSERT_EQ(lowered.state, StepState::done) << lowered.what.en;
  EXPECT_EQ(limit_in_kernel(container), (256_MiB).count());
  EXPECT_EQ(container.inspect("{{.HostConfig.MemorySwap}}"), "536870912") << "twice, as before";
  EXPECT_EQ(container.inspect("{{.State.OOMKilled}}"), "false");
}

TEST_F(LiveContainerMemory, a_reservation_alone_moves_no_limit) {
  const live::Container container{"live_reserved", {"--memory", "128m"}, {"sleep", "infinity"}};
  container.wait_until("{{.State.Running}}", "true");
  const auto outcome = apply(step_for(container, {}, 64_MiB));
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(limit_in_kernel(container), (128_MiB).count());
  EXPECT_EQ(container.inspect("{{.HostConfig.MemoryReservation}}"), "67108864");
  EXPECT_EQ(apply(step_for(container, {}, 256_MiB)).state, StepState::refused);
}

TEST_F(LiveContainerMemory, one_made_anew_is_stale) {
  std::optional<Step> planned;
  {
    const live::Container container{"live_again", {}, {"sleep", "infinity"}};
    planned = step_for(container, 128_MiB);
  }
  const live::Container container{"live_again", {}, {"sleep", "infinity"}};
  const auto outcome = apply(*planned);
  EXPECT_EQ(outcome.state, StepState::stale) << outcome.what.en;
  EXPECT_EQ(container.inspect("{{.HostConfig.Memory}}"), "0");
}

}  // namespace
}  // namespace plimsoll
