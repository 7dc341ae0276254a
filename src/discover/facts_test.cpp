#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "discover/addresses.h"
#include "discover/container_facts.h"
#include "discover/credentials.h"
#include "discover/identify.h"
#include "link/docker/replay_server.h"

namespace plimsoll {
namespace {

const docker::Address kSocket{"/var/run/docker.sock", {}, 0};
const docker::Address kElsewhere{{}, "10.0.0.5", 2375};

ContainerFacts running(std::vector<std::string> command) {
  ContainerFacts facts;
  facts.id = "ab";
  facts.name = "db";
  facts.running = true;
  facts.network_mode = "tradeul_network";
  facts.command = std::move(command);
  return facts;
}

TEST(ContainerFacts, as_captured) {
  const auto facts = parse_container_facts(docker::captured("engine-20.10.24/inspect_redis.json"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->name, "tradeul_redis");
  EXPECT_TRUE(facts->running);
  EXPECT_EQ(facts->network_mode, "host");
  EXPECT_EQ(facts->variable("REDIS_PASSWORD"), "hunter2");
  EXPECT_EQ(facts->command.front(), "redis-server");
  EXPECT_FALSE(parse_container_facts("{"));
  EXPECT_TRUE(parse_container_facts(R"({"Args":7,"Config":{"Env":{"a":1}},"Mounts":{}})"));
}

TEST(Identify, a_process_says_more_than_any_command) {
  const auto facts = running({"/start.sh"});
  const auto servers =
      identify(facts, {{TargetKind::postgres, "ab", 5477}, {TargetKind::redis, "ab", 6390}}, true);
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(servers[0].port, 5477);
  EXPECT_EQ(servers[1].port, 6390);
  EXPECT_TRUE(identify(facts, {}, true).empty());
}

TEST(Identify, images_count_only_where_nothing_can_be_seen) {
  auto facts = running({"/opt/bitnami/scripts/postgresql/run.sh"});
  facts.image = "registry:5000/bitnami/postgresql:16@sha256:00";
  EXPECT_EQ(identify(facts, {}, false).size(), 1U);
  EXPECT_TRUE(identify(facts, {}, true).empty()) << "no such process, so no such server";
  facts.command = {"sh", "-c", "while :; do pg_dump x; sleep 3600; done"};
  EXPECT_TRUE(identify(facts, {}, false).empty()) << "a backup made from the server's image";
  facts.command = {"uvicorn", "main:app"};
  facts.image = "tradeul/postgres-exporter";
  EXPECT_TRUE(identify(facts, {}, false).empty());
}

TEST(Identify, ports_come_from_the_command_or_the_environment) {
  auto postgres = running({"postgres"});
  EXPECT_EQ(identify(postgres, {}, false).at(0).port, 5432);
  postgres.environment["PGPORT"] = "5440";
  EXPECT_EQ(identify(postgres, {}, false).at(0).port, 5440);
  EXPECT_EQ(identify(running({"redis-server", "--port", "6380"}), {}, false).at(0).port, 6380);
  const auto tls =
      identify(running({"redis-server", "--port", "0", "--tls-port", "6379"}), {}, false);
  EXPECT_TRUE(tls.at(0).tls);
  EXPECT_TRUE(identify(running({"redis-server", "--port", "0"}), {}, false).empty());
}

TEST(Addresses, published_before_the_containers_own) {
  auto facts = running({"postgres"});
  facts.published = {{"5432/tcp", "0.0.0.0", "15432"},
                     {"5432/tcp", "::", "15432"},
                     {"5432/udp", "0.0.0.0", "1"},
                     {"8008/tcp", "0.0.0.0", "8008"}};
  facts.addresses = {"172.18.0.5"};
  EXPECT_EQ(addresses_of_port(facts, 5432, kSocket, {}),
            (std::vector<HostPort>{{"127.0.0.1", 15432}, {"172.18.0.5", 5432}}));
  EXPECT_EQ(addresses_of_port(facts, 5432, kElsewhere, {}),
            (std::vector<HostPort>{{"10.0.0.5", 15432}}));
  facts.published[0].host_address = "192.168.1.2";
  EXPECT_EQ(addresses_of_port(facts, 5432, kSocket, {}).at(0).host, "192.168.1.2");
}

TEST(Addresses, of_the_hosts_network_and_of_a_shared_one) {
  auto host = running({"redis-server"});
  host.network_mode = "host";
  EXPECT_EQ(addresses_of_port(host, 6391, kSocket, {}),
            (std::vector<HostPort>{{"127.0.0.1", 6391}}));
  auto owner = running({"pause"});
  owner.id = "cdef";
  owner.addresses = {"172.18.0.9"};
  auto shared = running({"postgres"});
  shared.network_mode = "container:cdef";
  EXPECT_EQ(addresses_of_port(shared, 5432, kSocket, {owner}).at(0).host, "172.18.0.9");
  auto none = running({"postgres"});
  none.network_mode = "none";
  EXPECT_TRUE(addresses_of_port(none, 5432, kSocket, {}).empty());
}

TEST(Credentials, of_the_images_in_use) {
  auto facts = running({"postgres"});
  EXPECT_EQ(postgres_credentials(facts, true).user, "postgres");
  EXPECT_TRUE(postgres_credentials(facts, true).password.empty());
  facts.environment = {{"POSTGRES_USER", "tradeul_user"}, {"POSTGRES_PASSWORD", "pw"}};
  const auto official = postgres_credentials(facts, true);
  EXPECT_EQ(official.user, "tradeul_user");
  EXPECT_EQ(official.database, "tradeul_user") << "as the image does";
  EXPECT_EQ(official.password.reveal(), "pw");
  facts.environment = {
      {"POSTGRESQL_USERNAME", "u"}, {"POSTGRESQL_DATABASE", "d"}, {"POSTGRESQL_PASSWORD", "b"}};
  EXPECT_EQ(postgres_credentials(facts, true).database, "d");
  EXPECT_EQ(postgres_credentials(facts, true).password.reveal(), "b");
}

TEST(Credentials, of_redis) {
  auto facts = running({"redis-server", "--requirepass", "cmd"});
  facts.environment = {{"REDIS_PASSWORD", "env"}};
  EXPECT_EQ(redis_credentials(facts, true).password.reveal(), "cmd");
  facts.command = {"redis-server"};
  EXPECT_EQ(redis_credentials(facts, true).password.reveal(), "env");
  facts.environment = {{"REDIS_ARGS", "--requirepass stack"}};
  EXPECT_EQ(redis_credentials(facts, true).password.reveal(), "stack");
  facts.environment = {{"REDIS_ARGS", "--requirepass"}};
  EXPECT_TRUE(redis_credentials(facts, true).password.empty());
}

TEST(Credentials, a_secret_file_is_read_where_it_is_mounted_from) {
  std::string pattern = testing::TempDir() + "plimsoll-secret-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  std::ofstream{folder / "pg"} << "from file\n";
  auto facts = running({"postgres"});
  facts.environment = {{"POSTGRES_PASSWORD_FILE", "/run/secrets/pg"}};
  facts.mounts = {{"/wrong", "/run"}, {folder.string(), "/run/secrets"}};
  EXPECT_EQ(postgres_credentials(facts, true).password.reveal(), "from file");
  EXPECT_FALSE(postgres_credentials(facts, true).missing);
  const auto elsewhere = postgres_credentials(facts, false);
  EXPECT_TRUE(elsewhere.password.empty());
  ASSERT_TRUE(elsewhere.missing) << "the same path of another host is not that file";
  EXPECT_NE(elsewhere.missing->what.en.find("POSTGRES_PASSWORD_FILE"), std::string::npos);
  facts.environment["POSTGRES_PASSWORD_FILE"] = "/run/secrets/../../etc/shadow";
  EXPECT_TRUE(path_on_host(facts, "/run/secrets/../../etc/shadow").empty());
  EXPECT_TRUE(postgres_credentials(facts, true).missing);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace plimsoll
