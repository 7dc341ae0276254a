#include "collect/docker/log_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace plimsoll {
namespace {

class ContainerLog : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plimsoll-log-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, std::size_t bytes) const {
    std::ofstream{folder_ / name} << std::string(bytes, 'x');
  }
  std::filesystem::path folder_;
};

TEST_F(ContainerLog, is_the_current_file_and_its_rotated_siblings) {
  write("ab-json.log", 100);
  write("ab-json.log.1", 1000);
  write("ab-json.log.2.gz", 50);
  write("config.v2.json", 7777);
  const auto files = measure_log(folder_ / "ab-json.log");
  ASSERT_TRUE(files);
  EXPECT_EQ(files->bytes, 1150_B);
  EXPECT_EQ(files->rotated, 2);
}

TEST_F(ContainerLog, that_is_not_here_is_no_zero) {
  const auto files = measure_log(folder_ / "elsewhere" / "ab-json.log");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::unreachable);
  EXPECT_FALSE(files.error().hint.es.empty());
}

TEST_F(ContainerLog, that_may_not_be_read_is_denied) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("ab-json.log", 100);
  std::filesystem::permissions(folder_, std::filesystem::perms::none);
  EXPECT_EQ(measure_log(folder_ / "ab-json.log").error().code, ErrorCode::denied);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
}

TEST(ContainerLogPath, depends_on_the_driver) {
  EXPECT_EQ(log_file_of("json-file", "/x/ab-json.log", "/var/lib/docker", "ab"), "/x/ab-json.log");
  EXPECT_EQ(log_file_of("local", "", "/var/lib/docker", "ab"),
            "/var/lib/docker/containers/ab/local-logs/container.log");
  EXPECT_TRUE(log_file_of("journald", "", "/var/lib/docker", "ab").empty());
  EXPECT_TRUE(log_file_of("json-file", "", "/var/lib/docker", "ab").empty()) << "never started";
}

}  // namespace
}  // namespace plimsoll
