#include "collect/docker/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace plimsoll {
namespace {

const std::string kId(64, 'a');

TEST(CgroupPaths, a_hybrid_host_accounts_under_version_1) {
  const std::string text = "9:name=systemd:/docker/" + kId + "\n4:memory:/docker/" + kId +
                           "\n2:cpu,cpuacct:/docker/" + kId + "/nested\n8:pids:/docker/" + kId +
                           "\n0::/docker/" + kId + "\n";
  const auto paths = parse_cgroup_paths(text, kId);
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->version, 1);
  EXPECT_EQ(paths->memory, "memory/docker/" + kId);
  EXPECT_EQ(paths->cpu, "cpu,cpuacct/docker/" + kId) << "cut behind the id";
  EXPECT_EQ(paths->pids, "pids/docker/" + kId);
}

TEST(CgroupPaths, version_2_has_one_folder_whatever_the_driver_calls_it) {
  const auto systemd = parse_cgroup_paths("0::/system.slice/docker-" + kId + ".scope\n", kId);
  ASSERT_TRUE(systemd);
  EXPECT_EQ(systemd->version, 2);
  EXPECT_EQ(systemd->memory, "system.slice/docker-" + kId + ".scope");
  const auto podman =
      parse_cgroup_paths("0::/machine.slice/libpod-" + kId + ".scope/container\n", kId);
  EXPECT_EQ(podman->memory, "machine.slice/libpod-" + kId + ".scope");
}

TEST(CgroupPaths, another_process_of_the_same_number_is_not_the_container) {
  EXPECT_FALSE(parse_cgroup_paths("0::/user.slice/session-1.scope\n", kId));
  EXPECT_FALSE(parse_cgroup_paths("0::/docker/" + std::string(64, 'b') + "\n", kId));
  EXPECT_FALSE(parse_cgroup_paths("", kId));
  EXPECT_FALSE(parse_cgroup_paths("0::/user.slice", ""));
}

TEST(CgroupPaths, a_path_outside_of_our_namespace_is_of_no_use) {
  EXPECT_FALSE(parse_cgroup_paths("0::/../docker-" + kId + ".scope\n", kId));
}

TEST(CgroupPaths, what_is_no_path_or_no_id_is_of_no_use) {
  EXPECT_FALSE(parse_cgroup_paths("0::" + kId, kId));
  EXPECT_FALSE(parse_cgroup_paths("0::/docker/x\n21::/2\n", "/"));
}

TEST(MemoryStat, version_2_and_version_1_have_their_own_names) {
  const auto v2 = parse_memory_stat("anon 100\nfile 50\nshmem 7\ninactive_file 30\n", 200_B);
  EXPECT_EQ(v2.working_set, 170_B);
  EXPECT_EQ(v2.anonymous, 100_B);
  EXPECT_EQ(v2.file, 50_B);
  EXPECT_EQ(v2.shmem, 7_B);
  const auto v1 = parse_memory_stat(
      "cache 1\nrss 2\ninactive_file 3\ntotal_cache 40\ntotal_rss 100\ntotal_inactive_file 25\n",
      200_B);
  EXPECT_EQ(v1.working_set, 175_B);
  EXPECT_EQ(v1.anonymous, 100_B);
  EXPECT_FALSE(v1.shmem) << "this kernel does not say";
}

TEST(MemoryStat, what_is_not_there_stays_unknown) {
  EXPECT_FALSE(parse_memory_stat("", 200_B).working_set);
  EXPECT_FALSE(parse_memory_stat("inactive_file 5\n", std::nullopt).working_set);
  EXPECT_FALSE(parse_memory_stat("anon many\n", 1_B).anonymous);
  EXPECT_EQ(parse_memory_stat("inactive_file 500\n", 200_B).working_set, 0_B);
}

TEST(MemoryEvents, kills_are_counted_where_the_kernel_counts_them) {
  EXPECT_EQ(parse_oom_kills("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"), 2);
  EXPECT_EQ(parse_oom_kills("oom_kill_disable 0\nunder_oom 0\noom_kill 4\n"), 4);
  EXPECT_FALSE(parse_oom_kills("oom_kill_disable 0\nunder_oom 0\n")) << "before Linux 4.13";
}

TEST(MemoryMax, no_limit_has_two_spellings) {
  EXPECT_TRUE(std::holds_alternative<Unbounded>(parse_memory_max("max\n")));
  EXPECT_TRUE(std::holds_alternative<Unbounded>(parse_memory_max("9223372036854771712\n")));
  EXPECT_EQ(std::get<Bytes>(parse_memory_max("268435456\n")), 256_MiB);
  EXPECT_TRUE(std::holds_alternative<Unknown>(parse_memory_max("")));
  EXPECT_TRUE(std::holds_alternative<Unknown>(parse_memory_max("-1")));
}

class CgroupFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plimsoll-cgroup-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void write(const std::filesystem::path& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream{root_ / path} << text;
  }
  CgroupRoots roots() const { return {root_ / "proc", root_ / "cgroup"}; }
  std::filesystem::path root_;
};

TEST_F(CgroupFiles, one_container_of_version_2) {
  const std::string folder = "cgroup/system.slice/docker-" + kId + ".scope/";
  write("proc/42/cgroup", "0::/system.slice/docker-" + kId + ".scope\n");
  write(folder + "memory.current", "4096\n");
  write(folder + "memory.stat", "anon 1000\ninactive_file 96\n");
  write(folder + "memory.events", "oom_kill 1\n");
  write(folder + "memory.max", "max\n");
  write(folder + "memory.peak", "8192\n");
  write(folder + "cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
  write(folder + "pids.current", "7\n");
  const auto sample = read_cgroup(roots(), 42, kId);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->memory.working_set, 4000_B);
  EXPECT_EQ(sample->memory.peak, 8192_B);
  EXPECT_TRUE(std::holds_alternative<Unbounded>(sample->memory_limit_in_force));
  EXPECT_EQ(sample->oom_kills, 1);
  EXPECT_EQ(sample->cpu_used, std::chrono::nanoseconds{1'500'000});
  EXPECT_EQ(sample->pids, 7);
}

TEST_F(CgroupFiles, no_process_and_no_accounting_are_no_sample) {
  EXPECT_FALSE(read_cgroup(roots(), 42, kId));
  EXPECT_FALSE(read_cgroup(roots(), 0, kId));
  write("proc/42/cgroup", "0::/docker/" + kId + "\n");  // cgroup_enable=memory missing
  EXPECT_FALSE(read_cgroup(roots(), 42, kId));
}

}  // namespace
}  // namespace plimsoll
