#include "policy/targets.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

ServerTarget server(const std::string& url, const std::string& password = "") {
  ServerTarget target;
  target.name = "main";
  target.url = url;
  target.password = Secret{password};
  return target;
}

TEST(MergeTargets, each_kind_comes_from_the_first_that_names_it) {
  Targets flags, file, environment, discovered;
  flags.postgres = {server("flag")};
  file.postgres = {server("file")};
  file.redis = {server("file-redis")};
  environment.redis = {server("env-redis")};
  discovered.docker = DockerTarget{};
  file.disks = {"/"};
  const Targets merged = merge_targets(flags, file, environment, discovered);
  EXPECT_EQ(merged.postgres.at(0).url, "flag");
  EXPECT_EQ(merged.redis.at(0).url, "file-redis");
  EXPECT_TRUE(merged.docker);
  EXPECT_EQ(merged.disks, std::vector<std::string>{"/"});
  EXPECT_TRUE(merge_targets({}, {}, {}, {}).postgres.empty());
}

TEST(MergeTargets, discovery_comes_last) {
  Targets environment, discovered;
  environment.postgres = {server("env")};
  discovered.postgres = {server("found")};
  discovered.redis = {server("found-redis")};
  const Targets merged = merge_targets({}, {}, environment, discovered);
  EXPECT_EQ(merged.postgres.at(0).url, "env");
  EXPECT_EQ(merged.redis.at(0).url, "found-redis");
}

TEST(MergeTargets, a_password_alone_is_for_servers_without_one) {
  Targets file, environment;
  file.postgres = {server("a", "own"), server("b")};
  environment.postgres_password = Secret{"from-env"};
  const Targets merged = merge_targets({}, file, environment, {});
  EXPECT_EQ(merged.postgres.at(0).password.reveal(), "own");
  EXPECT_EQ(merged.postgres.at(1).password.reveal(), "from-env");
}

TEST(MergeTargets, a_project_on_the_command_line_keeps_the_address_of_the_file) {
  Targets flags, file;
  flags.docker = DockerTarget{};
  flags.docker->address.clear();
  flags.docker->project = "tradeul";
  file.docker = DockerTarget{};
  file.docker->address = "/run/podman.sock";
  file.docker->project = "other";
  const Targets merged = merge_targets(flags, file, {}, {});
  EXPECT_EQ(merged.docker->address, "/run/podman.sock");
  EXPECT_EQ(merged.docker->project, "tradeul");
  EXPECT_EQ(merge_targets(flags, {}, {}, {}).docker->address, "unix:///var/run/docker.sock");
}

TEST(EnvironmentTargets, are_those_of_the_documented_variables) {
  const auto targets = targets_of_environment({{"PLIMSOLL_POSTGRES_URL", "postgresql://u:p@h/d"},
                                               {"PLIMSOLL_REDIS_URL", ""},
                                               {"PLIMSOLL_DOCKER", "/run/docker.sock"},
                                               {"PLIMSOLL_REDIS_PASSWORD", "r"}});
  ASSERT_TRUE(targets);
  EXPECT_EQ(targets->postgres.at(0).url, "postgresql://u@h/d");
  EXPECT_EQ(targets->postgres.at(0).origin, "PLIMSOLL_POSTGRES_URL");
  EXPECT_TRUE(targets->redis.empty()) << "an empty variable is not set";
  EXPECT_EQ(targets->docker->address, "/run/docker.sock");
  EXPECT_EQ(targets->redis_password.reveal(), "r");
  EXPECT_FALSE(targets_of_environment({{"PLIMSOLL_REDIS_URL", "hunter2"}}));
}

}  // namespace
}  // namespace plimsoll
