#include "apply/compose/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "apply/compose/compose_file.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::string_view kFile =
    "services:\n  redis:\n    image: redis:7\n  other:\n    image: busybox\n";
const Instant kNoon = *parse_iso8601("2025-11-11T12:00:00Z");

class RecordingWatch final : public StepWatch {
 public:
  void progress(const Text& /*what*/, std::optional<double> /*share*/) override {}
  bool stop_wanted() const override { return stop; }
  Result<void> begin_phase(const std::string& phase, const std::string& /*detail*/) override {
    phases.push_back(phase);
    if (!journal_is_full) return {};
    return failure(ErrorCode::unreachable, say("the journal is full", "el diario está lleno"));
  }
  std::vector<std::string> phases;
  bool stop = false;
  bool journal_is_full = false;
};

std::string read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ComposeExecution : public ::testing::Test {
 protected:
  ComposeExecution() {
    std::string pattern = (fs::temp_directory_path() / "plimsoll-compose-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    write(kFile);
  }
  ~ComposeExecution() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "docker-compose.yml"; }
  void write(std::string_view text) const { std::ofstream{file(), std::ios::binary} << text; }

  Step step(const fs::path& path, Bytes limit = 1_GiB, const std::string& service = "redis") const {
    Step step;
    PatchCompose wish;
    wish.file = path.string();
    wish.service = service;
    wish.limit = limit;
    step.change = wish;
    step.before = {{"sha256", compose::sha256_of(read(path))}};
    return step;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder_})
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path folder_;
  ComposeExecutor executor_{[] { return kNoon; }};
  RecordingWatch watch_;
};

TEST_F(ComposeExecution, writes_the_file_keeps_the_old_one_and_says_what_is_still_to_do) {
  ::chmod(file().c_str(), 0640);
  const auto outcome = executor_.apply(step(file()), watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_THAT(read(file()), HasSubstr("memory: 1G"));
  EXPECT_EQ(read(folder_ / "docker-compose.yml.plimsoll-20251111T120000Z.bak"), kFile);
  EXPECT_EQ(outcome.after.at("sha256"), compose::sha256_of(read(file())));
  EXPECT_THAT(outcome.hint.en, HasSubstr("docker compose up -d redis"));
  EXPECT_EQ(watch_.phases, std::vector<std::string>{"write"});
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms{0640});
  EXPECT_EQ(names().size(), 2U) << "the file and its copy, nothing else";
}

TEST_F(ComposeExecution, applied_again_there_is_nothing_to_do) {
  const Step once = step(file());
  ASSERT_EQ(executor_.apply(once, watch_).state, StepState::done);
  ComposeExecutor another{[] { return kNoon + std::chrono::hours{1}; }};
  EXPECT_EQ(another.apply(once, watch_).state, StepState::nothing_to_do);
  EXPECT_EQ(watch_.phases.size(), 1U);
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(ComposeExecution, a_file_changed_since_the_plan_is_stale_and_left_alone) {
  const Step planned = step(file());
  const std::string changed = std::string{kFile} + "# a note\n";
  write(changed);
  EXPECT_EQ(executor_.apply(planned, watch_).state, StepState::stale);
  EXPECT_EQ(read(file()), changed);
  EXPECT_TRUE(watch_.phases.empty());
}

TEST_F(ComposeExecution, a_second_step_of_the_same_plan_is_not_stale_by_the_first) {
  const Step first = step(file()), second = step(file(), 64_MiB, "other");
  ASSERT_EQ(executor_.apply(first, watch_).state, StepState::done);
  EXPECT_EQ(executor_.apply(second, watch_).state, StepState::done);
  EXPECT_THAT(read(file()), HasSubstr("memory: 64M"));
  const Step third = step(file(), 2_GiB);
  write(read(file()) + "# somebody\n");
  EXPECT_EQ(executor_.apply(third, watch_).state, StepState::stale);
}

TEST_F(ComposeExecution, a_second_step_goes_on_where_another_run_did_the_first) {
  const Step first = step(file());
  Step second = step(file(), 64_MiB, "other");
  ASSERT_EQ(executor_.apply(first, watch_).state, StepState::done);
  second.before["sha256_after_earlier_steps"] = compose::sha256_of(read(file()));
  ComposeExecutor another{[] { return kNoon; }};
  EXPECT_EQ(another.apply(second, watch_).state, StepState::done);
  EXPECT_THAT(read(file()), HasSubstr("memory: 64M"));
  EXPECT_EQ(read(folder_ / "docker-compose.yml.plimsoll-20251111T120000Z.bak"), kFile)
      << "a copy of the same second is no reason to lose this one";
  EXPECT_TRUE(fs::exists(folder_ / "docker-compose.yml.plimsoll-20251111T120000Z-2.bak"));
}

TEST_F(ComposeExecution, a_symbolic_link_stays_one) {
  fs::create_directory(folder_ / "real");
  const fs::path target = folder_ / "real" / "compose.yml";
  fs::rename(file(), target);
  fs::create_symlink("real/compose.yml", file());
  EXPECT_EQ(executor_.apply(step(file()), watch_).state, StepState::done);
  EXPECT_TRUE(fs::is_symlink(file()));
  EXPECT_THAT(read(target), HasSubstr("memory: 1G"));
  EXPECT_TRUE(fs::exists(folder_ / "real" / "compose.yml.plimsoll-20251111T120000Z.bak"));
}

TEST_F(ComposeExecution, a_wish_that_cannot_be_written_alone_is_refused) {
  write("services:\n  redis:\n    mem_limit: ${LIMIT}\n");
  const auto outcome = executor_.apply(step(file()), watch_);
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("docker-compose.yml:3:16"));
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(ComposeExecution, without_a_journal_nothing_is_written) {
  watch_.journal_is_full = true;
  EXPECT_EQ(executor_.apply(step(file()), watch_).state, StepState::failed);
  EXPECT_EQ(read(file()), kFile);
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(ComposeExecution, stops_before_the_write_when_asked) {
  watch_.stop = true;
  EXPECT_EQ(executor_.apply(step(file()), watch_).state, StepState::stopped);
  EXPECT_EQ(read(file()), kFile);
}

TEST_F(ComposeExecution, what_is_no_file_of_one_name_is_not_replaced) {
  const Step missing = [&] {
    Step one = step(file());
    std::get<PatchCompose>(one.change).file = (folder_ / "missing.yml").string();
    return one;
  }();
  EXPECT_EQ(executor_.apply(missing, watch_).state, StepState::failed);
  fs::create_hard_link(file(), folder_ / "second-name.yml");
  EXPECT_EQ(executor_.apply(step(file()), watch_).state, StepState::failed);
  EXPECT_EQ(read(file()), kFile);
}

TEST_F(ComposeExecution, what_a_killed_run_left_behind_is_no_obstacle) {
  std::ofstream{folder_ / ".docker-compose.yml.plimsoll-new"} << "services:\n  re";
  std::ofstream{folder_ / ".docker-compose.yml.plimsoll-copy"} << "services:";
  EXPECT_EQ(executor_.apply(step(file()), watch_).state, StepState::done);
  EXPECT_EQ(read(folder_ / "docker-compose.yml.plimsoll-20251111T120000Z.bak"), kFile);
  EXPECT_EQ(names().size(), 2U);
}

/// The child is killed a little later each round, so that the kills fall on every part of its work.
TEST_F(ComposeExecution, killed_at_any_moment_the_file_is_the_old_one_or_the_new_one) {
  const Step planned = step(file());
  const std::string fresh = [&] {
    EXPECT_EQ(executor_.apply(planned, watch_).state, StepState::done);
    return read(file());
  }();
  int left_old = 0, left_new = 0;
  constexpr int kRounds = 40;
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& name : names()) fs::remove(folder_ / name);
    write(kFile);
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
      ComposeExecutor{[] { return kNoon; }}.apply(planned, watch_);
      ::_exit(0);
    }
    while (std::chrono::steady_clock::now() - begin < std::chrono::microseconds{200 * round}) {
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = read(file());
    ASSERT_TRUE(found == kFile || found == fresh) << "round " << round << ":\n" << found;
    (found == fresh ? left_new : left_old) += 1;
    const auto state = ComposeExecutor{[] { return kNoon; }}.apply(planned, watch_).state;
    ASSERT_TRUE(state == StepState::done || state == StepState::nothing_to_do) << round;
    ASSERT_EQ(read(file()), fresh);
  }
  EXPECT_GT(left_old, 0);
  RecordProperty("killed_before", left_old);
  RecordProperty("killed_after", left_new);
}

/// A small file system of its own, full or read-only: needs root.
class OnSmallDisk : public ComposeExecution {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting a small file system needs root";
    disk_ = folder_ / "disk";
    fs::create_directory(disk_);
    if (::mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=64k") != 0)
      GTEST_SKIP() << "cannot mount a tmpfs here: " << std::strerror(errno);
    mounted_ = true;
    std::ofstream{disk_ / "compose.yml"} << kFile;
  }
  void TearDown() override {
    if (mounted_) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  fs::path disk_;
  bool mounted_ = false;
};

TEST_F(OnSmallDisk, a_full_disk_leaves_the_file_as_it_was) {
  const Step planned = step(disk_ / "compose.yml");
  {
    std::ofstream filler{disk_ / "filler"};
    const std::string block(4096, 'x');
    while (filler << block << std::flush) {
    }
  }
  const auto outcome = executor_.apply(planned, watch_);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("No space left"));
  EXPECT_EQ(read(disk_ / "compose.yml"), kFile);
  EXPECT_EQ(std::distance(fs::directory_iterator{disk_}, {}), 2) << "no half-written copy";
  fs::remove(disk_ / "filler");
  EXPECT_EQ(executor_.apply(planned, watch_).state, StepState::done);
}

TEST_F(OnSmallDisk, a_read_only_disk_leaves_the_file_as_it_was) {
  const Step planned = step(disk_ / "compose.yml");
  ASSERT_EQ(::mount("tmpfs", disk_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=64k"), 0);
  const auto outcome = executor_.apply(planned, watch_);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("Read-only"));
  EXPECT_EQ(read(disk_ / "compose.yml"), kFile);
}

}  // namespace
}  // namespace plimsoll
