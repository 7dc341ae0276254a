#include "discover/processes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace plimsoll {
namespace {

const std::string kId(64, 'c');

TEST(ServerProcesses, a_title_says_the_port) {
  EXPECT_EQ(parse_redis_title("redis-server *:6391"), 6391);
  EXPECT_EQ(parse_redis_title("valkey-server 127.0.0.1:6379 [cluster]"), 6379);
  EXPECT_EQ(parse_redis_title("redis-server [::1]:6380"), 6380);
  EXPECT_EQ(parse_redis_title("redis-server *:0"), 0);
  EXPECT_FALSE(parse_redis_title("redis-server"));
  EXPECT_FALSE(parse_redis_title("redis-server /etc/redis.conf"));
}

TEST(ServerProcesses, a_cgroup_says_the_container) {
  EXPECT_EQ(container_id_in("0::/system.slice/docker-" + kId + ".scope\n"), kId);
  EXPECT_EQ(container_id_in("4:memory:/docker/" + kId + "/nested\n"), kId);
  EXPECT_EQ(container_id_in("0::/user.slice\n"), "");
  EXPECT_EQ(container_id_in("0::/docker/" + kId.substr(1)), "");
}

TEST(ServerProcesses, a_postmaster_writes_its_port_down) {
  EXPECT_EQ(parse_postmaster_port("26\n/data\n1700000000\n5477\n/tmp\n*\n"), 5477);
  EXPECT_FALSE(parse_postmaster_port("26\n/data\n"));
  EXPECT_FALSE(parse_postmaster_port("26\n/data\n1\nfive\n"));
}

class ProcFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plimsoll-proc-XXXXXX";
    proc_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(proc_); }
  void process(int pid, const std::string& name, const std::string& command,
               const std::string& id) const {
    const auto folder = proc_ / std::to_string(pid);
    std::filesystem::create_directories(folder / "cwd");
    std::ofstream{folder / "comm"} << name << "\n";
    std::ofstream{folder / "cmdline"} << command;
    std::ofstream{folder / "cgroup"} << "0::/docker/" << id << "\n";
  }
  std::filesystem::path proc_;
};

TEST_F(ProcFolder, servers_are_found_and_workers_are_not) {
  using namespace std::string_literals;
  process(10, "postgres", "/usr/lib/postgresql/17/bin/postgres\0-D\0/d\0-p\0005477\0"s, kId);
  process(11, "postgres", "postgres: checkpointer \0"s, kId);
  process(12, "redis-server", "redis-server *:6391\0"s, kId);
  process(13, "postgres", "postgres\0-D\0/data\0"s, "user.slice");  // the host's own
  process(14, "bash", "bash\0"s, kId);
  const auto servers = find_server_processes(proc_);
  ASSERT_EQ(servers.size(), 2U);
  for (const ServerProcess& server : servers) {
    EXPECT_EQ(server.container_id, kId);
    EXPECT_EQ(server.port, server.kind == TargetKind::postgres ? 5477 : 6391);
  }
  EXPECT_TRUE(process_is_of_container(proc_, 14, kId));
  EXPECT_FALSE(process_is_of_container(proc_, 13, kId));
  EXPECT_FALSE(process_is_of_container(proc_, 99, kId));
}

TEST_F(ProcFolder, a_port_from_the_configuration_is_read_from_the_data_folder) {
  process(10, "postgres", "postgres", kId);
  std::ofstream{proc_ / "10/cwd/postmaster.pid"} << "1\n/d\n1\n5999\n";
  EXPECT_EQ(find_server_processes(proc_).at(0).port, 5999);
}

TEST_F(ProcFolder, nothing_to_look_at_is_nothing_found) {
  EXPECT_TRUE(find_server_processes(proc_ / "none").empty());
}

}  // namespace
}  // namespace plimsoll
