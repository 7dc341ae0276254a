#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "policy/config.h"

namespace plimsoll {
namespace {

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plimsoll-config-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    write(
        "plimsoll.yaml",
        "version: 1\ntargets:\n  postgres: [{ url: 'postgresql://u@h/d', password_file: s/pg }]\n");
    std::filesystem::create_directory(folder_ / "s");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name} << text;
    std::filesystem::permissions(
        folder_ / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  Result<Config> load() const { return load_config(folder_ / "plimsoll.yaml"); }
  std::filesystem::path folder_;
};

TEST_F(ConfigFile, a_password_is_read_beside_it_without_its_newline) {
  write("s/pg", "pass word \r\n");
  const auto config = load();
  ASSERT_TRUE(config) << config.error().what.en;
  EXPECT_EQ(config->targets.postgres.at(0).password.reveal(), "pass word ");
  EXPECT_TRUE(config->warnings.empty());
}

TEST_F(ConfigFile, a_password_that_everyone_can_read_is_warned_about) {
  write("s/pg", "hunter2\n");
  std::filesystem::permissions(folder_ / "s/pg", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto config = load();
  ASSERT_TRUE(config);
  ASSERT_EQ(config->warnings.size(), 1U);
  EXPECT_NE(config->warnings[0].en.find("chmod 600"), std::string::npos);
  EXPECT_EQ(config->warnings[0].es.find("hunter2"), std::string::npos);
}

TEST_F(ConfigFile, what_cannot_be_read_is_named) {
  const auto no_password = load();
  ASSERT_FALSE(no_password);
  EXPECT_EQ(no_password.error().code, ErrorCode::unreachable);
  EXPECT_NE(no_password.error().what.en.find("plimsoll.yaml:3"), std::string::npos);
  EXPECT_NE(no_password.error().what.en.find("s/pg"), std::string::npos);
  write("s/pg", "\n");
  EXPECT_EQ(load().error().code, ErrorCode::malformed);
  EXPECT_EQ(load_config(folder_ / "none.yaml").error().code, ErrorCode::unreachable);
  EXPECT_EQ(load_config(folder_).error().code, ErrorCode::unreachable);
}

}  // namespace
}  // namespace plimsoll
