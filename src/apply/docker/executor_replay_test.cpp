#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apply/docker/executor.h"
#include "link/docker/replay_server.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using docker::ReplayReply;
using docker::ReplayServer;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::int64_t kMiB = 1 << 20;
const std::string kId(64, 'a');
constexpr int kPid = 4242;

class RecordingWatch final : public StepWatch {
 public:
  void progress(const Text& /*what*/, std::optional<double> /*share*/) override {}
  bool stop_wanted() const override { return stop; }
  Result<void> begin_phase(const std::string& phase, const std::string& detail) override {
    phases.push_back(phase + " " + detail);
    if (!journal_is_full) return {};
    return failure(ErrorCode::unreachable, say("the journal is full", "el diario está lleno"));
  }
  std::vector<std::string> phases;
  bool stop = false;
  bool journal_is_full = false;
};

/// One container of an engine, and its cgroup in a folder: a version 2 tree.
class ContainerExecution : public ::testing::Test {
 protected:
  ContainerExecution() {
    std::string pattern = (fs::temp_directory_path() / "plimsoll-cgroup-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    fs::create_directories(folder_ / "proc" / std::to_string(kPid));
    fs::create_directories(cgroup());
    put(folder_ / "proc" / std::to_string(kPid) / "cgroup", "0::/docker/" + kId + "\n");
    put(cgroup() / "memory.max", "max\n");
    uses(100 * kMiB, 0);
    events(0, 0);
  }
  ~ContainerExecution() override { fs::remove_all(folder_); }

  fs::path cgroup() const { return folder_ / "cgroup" / "docker" / kId; }
  static void put(const fs::path& path, const std::string& text) { std::ofstream{path} << text; }
  void uses(std::int64_t bytes, std::int64_t inactive_file) const {
    put(cgroup() / "memory.current", std::to_string(bytes));
    put(cgroup() / "memory.stat", "anon " + std::to_string(bytes - inactive_file) + "\nfile " +
                                      std::to_string(inactive_file) + "\ninactive_file " +
                                      std::to_string(inactive_file) + "\n");
  }
  void events(int oom, int kills) const {
    put(cgroup() / "memory.events",
        "oom " + std::to_string(oom) + "\noom_kill " + std::to_string(kills) + "\n");
  }

  std::string inspected() const {
    return nlohmann::json{
        {"Id", kId},
        {"Name", "/redis"},
        {"State",
         {{"Status", "running"}, {"Running", true}, {"Pid", pid_}, {"OOMKilled", killed_}}},
        {"HostConfig",
         {{"Memory", limit_}, {"MemoryReservation", reservation_}, {"MemorySwap", swap_}}}}
        .dump();
  }
  std::string path() const { return "/containers/" + kId; }

  /// What an engine does with an update.
  ReplayReply take(ReplayServer& server, const std::string& body) {
    bodies_.push_back(body);
    if (on_update_) {
      if (auto instead = on_update_()) return *instead;
    }
    const auto sent = nlohmann::json::parse(body);
    limit_ = sent.value("Memory", limit_);
    swap_ = sent.value("MemorySwap", swap_);
    reservation_ = sent.value("MemoryReservation", reservation_);
    if (reaches_kernel_) put(cgroup() / "memory.max", std::to_string(limit_) + "\n");
    server.set(path() + "/json", {200, inspected()});
    return {200, R"({"Warnings":null})"};
  }

  Outcome apply(std::optional<Bytes> limit, std::optional<Bytes> reservation = {}) {
    Step step;
    step.change = SetContainerMemory{kId, "redis", limit, reservation};
    step.before = {{"id", kId},
                   {"limit_bytes", std::to_string(planned_limit_)},
                   {"reservation_bytes", "0"},
                   {"swap_bytes", std::to_string(planned_swap_)}};
    docker::ReplayBodies bodies = extra_;
    bodies.emplace(path() + "/json", ReplayReply{200, inspected()});
    bodies.emplace("/info", ReplayReply{200, R"({"MemTotal":17179869184})"});
    ReplayServer server{docker::with_engine(bodies, "1.41", ""),
                        [this](auto& self, const auto& to, const auto& body) {
                          EXPECT_EQ(to, path() + "/update");
                          return take(self, body);
                        }};
    server_ = &server;
    auto link = docker::Link::open(
        {.address = "unix://" + server.socket_path(), .timeout = std::chrono::milliseconds{2000}});
    EXPECT_TRUE(link);
    DockerExecutor executor{*link,
                            {.roots = {folder_ / "proc", folder_ / "cgroup"},
                             .watch_for = std::chrono::milliseconds{1000},
                             .interval = std::chrono::milliseconds{100},
                             .wait = [this](std::chrono::milliseconds) { tick(); }}};
    return executor.apply(step, watch_);
  }

  void tick() {
    ++ticks_;
    if (on_tick_) on_tick_();
  }

  fs::path folder_;
  std::int64_t limit_ = 0, reservation_ = 0, swap_ = 0;
  std::int64_t planned_limit_ = 0, planned_swap_ = 0;
  int pid_ = kPid;
  bool killed_ = false;
  bool reaches_kernel_ = true;
  docker::ReplayBodies extra_;
  std::function<std::optional<ReplayReply>()> on_update_;
  std::function<void()> on_tick_;
  ReplayServer* server_ = nullptr;
  int ticks_ = 0;
  std::vector<std::string> bodies_;
  RecordingWatch watch_;
};

TEST_F(ContainerExecution, sets_limit_swap_and_reservation_in_one_update_and_reads_them_back) {
  const auto outcome = apply(512_MiB, 128_MiB);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  ASSERT_THAT(bodies_, SizeIs(1));
  EXPECT_EQ(bodies_[0],
            R"({"Memory":536870912,"MemoryReservation":134217728,"MemorySwap":536870912})");
  EXPECT_EQ(outcome.after.at("memory_max_bytes"), "536870912");
  EXPECT_THAT(outcome.what.en, HasSubstr("read back from the kernel"));
  EXPECT_THAT(outcome.hint.en, HasSubstr("Compose file"));
  EXPECT_EQ(ticks_, 9) << "ten looks at the counters, a wait between each two";
  ASSERT_THAT(watch_.phases, SizeIs(1));
  EXPECT_EQ(watch_.phases[0], "update " + bodies_[0]);
}

TEST_F(ContainerExecution, what_is_in_force_already_is_nothing_to_do) {
  limit_ = swap_ = 512 * kMiB;
  put(cgroup() / "memory.max", std::to_string(limit_));
  EXPECT_EQ(apply(512_MiB).state, StepState::nothing_to_do);
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(ContainerExecution, another_limit_than_planned_is_stale) {
  limit_ = swap_ = 256 * kMiB;
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::stale);
  EXPECT_THAT(outcome.what.en, HasSubstr("limit_bytes was 0"));
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(ContainerExecution, a_container_that_is_gone_is_stale) {
  extra_[path() + "/json"] = {404, R"({"message":"No such container"})"};
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::stale);
  EXPECT_THAT(outcome.what.en, HasSubstr("made anew"));
}

TEST_F(ContainerExecution, a_limit_below_what_it_needs_now_is_refused) {
  uses(450 * kMiB, 0);
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("working set"));
  uses(450 * kMiB, 200 * kMiB);
  EXPECT_EQ(apply(512_MiB).state, StepState::done) << "file cache that can go does not count";
}

TEST_F(ContainerExecution, a_working_set_nobody_can_see_is_refused) {
  fs::remove_all(folder_ / "proc");
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("cannot be read"));
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(ContainerExecution, without_a_journal_nothing_is_sent) {
  watch_.journal_is_full = true;
  EXPECT_EQ(apply(512_MiB).state, StepState::failed);
  EXPECT_TRUE(bodies_.empty());
  watch_.journal_is_full = false;
  watch_.stop = true;
  EXPECT_EQ(apply(512_MiB).state, StepState::stopped);
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(ContainerExecution, what_the_engine_refuses_is_failed_in_its_words) {
  on_update_ = [] { return ReplayReply{500, R"({"message":"device or resource busy"})"}; };
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("nothing was changed"));
  EXPECT_THAT(outcome.what.en, HasSubstr("device or resource busy"));
  EXPECT_THAT(bodies_, SizeIs(1));
}

TEST_F(ContainerExecution, an_update_without_effect_is_failed_and_taken_back) {
  limit_ = planned_limit_ = swap_ = planned_swap_ = 1024 * kMiB;
  put(cgroup() / "memory.max", std::to_string(limit_));
  reaches_kernel_ = false;
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("had no effect; rolled back"));
  EXPECT_EQ(limit_, 1024 * kMiB);
  EXPECT_EQ(swap_, 1024 * kMiB);
}

TEST_F(ContainerExecution, when_the_kernel_runs_out_of_memory_it_is_rolled_back_at_once) {
  limit_ = planned_limit_ = 1024 * kMiB;
  swap_ = planned_swap_ = 2048 * kMiB;
  on_tick_ = [this] {
    if (ticks_ == 3) events(1, 0);
  };
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("ran out of memory for it (1 times"));
  EXPECT_EQ(ticks_, 3) << "at once";
  EXPECT_EQ(limit_, 1024 * kMiB);
  EXPECT_EQ(swap_, 2048 * kMiB) << "the ratio too";
  ASSERT_THAT(bodies_, SizeIs(2));
}

TEST_F(ContainerExecution, a_container_that_had_no_limit_gets_the_machines_and_it_says_so) {
  on_tick_ = [this] { events(0, 1); };
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.hint.en, HasSubstr("it had no limit"));
  EXPECT_EQ(limit_, std::int64_t{16} << 30);
}

TEST_F(ContainerExecution, one_that_falls_over_is_rolled_back) {
  on_tick_ = [this] {
    pid_ = kPid + 1;  // the engine restarted it: its cgroup is another one
    fs::remove_all(cgroup());
    fs::create_directories(cgroup());
    server_->set(path() + "/json", {200, inspected()});
  };
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("fell over"));
}

TEST_F(ContainerExecution, raising_is_not_watched) {
  limit_ = planned_limit_ = swap_ = planned_swap_ = 128 * kMiB;
  uses(120 * kMiB, 0);
  EXPECT_EQ(apply(512_MiB).state, StepState::done);
  EXPECT_EQ(ticks_, 0);
}

TEST_F(ContainerExecution, a_rollback_the_engine_refuses_is_said) {
  on_tick_ = [this] {
    events(1, 1);
    on_update_ = [] { return ReplayReply{500, R"({"message":"no"})"}; };
  };
  const auto outcome = apply(512_MiB);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("could not be rolled back"));
  EXPECT_THAT(outcome.hint.en, HasSubstr("docker inspect"));
}

TEST_F(ContainerExecution, an_answer_that_is_lost_after_it_took_effect_is_done) {
  on_update_ = [this]() -> std::optional<ReplayReply> {
    limit_ = swap_ = 512 * kMiB;
    put(cgroup() / "memory.max", std::to_string(limit_));
    server_->set(path() + "/json", {200, inspected()});
    return ReplayReply{.body = "{}", .cut_short = true};
  };
  EXPECT_EQ(apply(512_MiB).state, StepState::done);
}

}  // namespace
}  // namespace plimsoll
