#include "collect/host/collect.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace plimsoll {
namespace {

TEST(CollectHost, this_host_has_memory_and_a_disk) {
  const HostCollection host = collect_host();
  EXPECT_TRUE(host.target.reachable);
  ASSERT_TRUE(host.census.memory_total && host.census.memory_available);
  EXPECT_GT(*host.census.memory_total, *host.census.memory_available);
  EXPECT_TRUE(host.census.uptime && host.census.load_1m && host.census.cores);
  ASSERT_FALSE(host.census.file_systems.empty());
  for (const FileSystem& system : host.census.file_systems) {
    EXPECT_GT(system.size, 0_B) << system.mount_point;
    EXPECT_LE(system.used, system.size) << system.mount_point;
    EXPECT_LE(system.available, system.size) << system.mount_point;
  }
}

TEST(CollectHost, a_named_folder_is_measured_where_it_lies) {
  HostOptions options;
  options.disks = {"/usr", "/usr/bin"};
  const HostCollection host = collect_host(options);
  EXPECT_EQ(host.census.file_systems.size(), 1U) << "two folders of one file system";
}

class HostWithoutFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plimsoll-host-XXXXXX";
    options_.proc = ::mkdtemp(pattern.data());
    std::filesystem::create_directory(options_.proc / "self");
  }
  void TearDown() override { std::filesystem::remove_all(options_.proc); }
  HostOptions options_;
};

TEST_F(HostWithoutFiles, says_so_and_reports_nothing_as_zero) {
  const HostCollection host = collect_host(options_);
  EXPECT_FALSE(host.target.reachable);
  EXPECT_FALSE(host.census.memory_total);
  EXPECT_FALSE(host.census.oom_kills);
  EXPECT_TRUE(host.census.file_systems.empty());
  EXPECT_EQ(host.gaps.size(), 5U);
}

TEST_F(HostWithoutFiles, a_network_file_system_is_a_gap_and_is_not_asked) {
  std::ofstream{options_.proc / "self/mountinfo"}
      << "48 27 0:50 / /mnt/share rw - nfs4 nas:/export rw,hard\n"
         "49 27 8:1 / /nonexistent/disk rw - ext4 /dev/sda1 rw\n";
  const HostCollection host = collect_host(options_);
  const auto gap_of = [&](const std::string& what) {
    return std::count_if(host.gaps.begin(), host.gaps.end(), [&](const Gap& gap) {
      return gap.what.en.find(what) != std::string::npos;
    });
  };
  EXPECT_EQ(gap_of("/mnt/share"), 1);
  EXPECT_EQ(gap_of("/nonexistent/disk"), 1);
}

}  // namespace
}  // namespace plimsoll
