#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "discover/discover.h"
#include "link/docker/replay_server.h"

namespace plimsoll {
namespace {

using docker::captured;
using docker::ReplayBodies;
using docker::ReplayServer;

std::string row(const std::string& id) { return R"({"Id":")" + id + R"(","State":"running"})"; }

Result<Discovery> discover_in(ReplayBodies bodies, DiscoverOptions options = {}) {
  const ReplayServer server{with_engine(std::move(bodies), "1.41", "")};
  auto link = docker::Link::open(
      {.address = server.socket_path(), .timeout = std::chrono::milliseconds{300}});
  if (!link) return failure(link.error());
  options.proc = "/nonexistent";
  auto discovery = discover(*link, options);
  for (const std::string& path : server.requests()) {
    EXPECT_EQ(path.find("exec"), std::string::npos);
    EXPECT_EQ(path.find("top"), std::string::npos);
  }
  return discovery;
}

TEST(Discover, finds_both_servers_of_the_captured_stack) {
  const auto discovery = discover_in(
      {{"/containers/json?all=1", {200, "[" + row("aa") + "," + row("bb") + "]"}},
       {"/containers/aa/json", {200, captured("engine-20.10.24/inspect_redis.json")}},
       {"/containers/bb/json", {200, captured("engine-20.10.24/inspect_postgres.json")}}});
  ASSERT_TRUE(discovery) << discovery.error().what.en;
  ASSERT_EQ(discovery->servers.size(), 2U);
  EXPECT_TRUE(discovery->gaps.empty());
  for (const FoundServer& server : discovery->servers) {
    const ServerTarget& best = server.candidates.at(0);
    EXPECT_EQ(best.name, "main");
    EXPECT_EQ(best.origin, "container " + server.container);
    if (server.kind == TargetKind::redis) {
      EXPECT_EQ(best.url, "redis://127.0.0.1:6391/0");
      EXPECT_EQ(best.password.reveal(), "hunter2");
    } else {
      EXPECT_EQ(best.url, "postgresql://trader@127.0.0.1:5477/tradeul");
      EXPECT_EQ(best.password.reveal(), "s3cret");
      EXPECT_EQ(server.candidates.back().url, "postgresql://trader@127.0.0.1:5477/postgres");
    }
  }
}

TEST(Discover, several_of_a_kind_are_told_apart) {
  const auto redis = [](const std::string& name, const std::string& service) {
    return R"({"Id":")" + name + R"(","Name":"/)" + name +
           R"(","Path":"redis-server","Args":[],"State":{"Running":true},
        "HostConfig":{"NetworkMode":"net"},"Config":{"Labels":{"com.docker.compose.service":")" +
           service + R"("}},"NetworkSettings":{"Networks":{"net":{"IPAddress":"172.18.0.2"}}}})";
  };
  const auto discovery = discover_in(
      {{"/containers/json?all=1", {200, "[" + row("a") + "," + row("b") + "," + row("c") + "]"}},
       {"/containers/a/json", {200, redis("t-cache-1", "cache")}},
       {"/containers/b/json", {200, redis("t-cache-2", "cache")}},
       {"/containers/c/json", {200, redis("t-queue-1", "queue")}}});
  ASSERT_TRUE(discovery);
  std::vector<std::string> names;
  for (const auto& server : discovery->servers) names.push_back(server.candidates.at(0).name);
  EXPECT_EQ(names, (std::vector<std::string>{"t-cache-1", "t-cache-2", "queue"}));
}

TEST(Discover, a_server_without_a_way_in_is_a_gap_with_a_hint) {
  const auto discovery = discover_in(
      {{"/containers/json?all=1", {200, "[" + row("a") + "]"}},
       {"/containers/a/json",
        {200, R"({"Id":"a","Name":"/db","Path":"postgres","Args":[],"State":{"Running":true},
              "HostConfig":{"NetworkMode":"none"},"Config":{"Env":["POSTGRES_PASSWORD=hunter2"]}})"}}});
  ASSERT_TRUE(discovery);
  EXPECT_TRUE(discovery->servers.empty());
  ASSERT_EQ(discovery->gaps.size(), 1U);
  const Gap& gap = discovery->gaps[0];
  EXPECT_NE(gap.what.es.find("PostgreSQL en el contenedor db"), std::string::npos);
  EXPECT_FALSE(gap.hint.en.empty());
  EXPECT_EQ((gap.what.en + gap.why.en + gap.hint.en).find("hunter2"), std::string::npos);
}

TEST(Discover, other_projects_stopped_and_vanished_containers_are_left_out) {
  const std::string exited = R"({"Id":"x","State":"exited"})";
  DiscoverOptions options;
  options.project = "elsewhere";
  const auto discovery = discover_in(
      {{"/containers/json?all=1", {200, "[" + row("bb") + "," + row("gone") + "," + exited + "]"}},
       {"/containers/bb/json", {200, captured("engine-20.10.24/inspect_postgres.json")}}},
      options);
  ASSERT_TRUE(discovery);
  EXPECT_TRUE(discovery->servers.empty());
  EXPECT_TRUE(discovery->gaps.empty());
}

TEST(Discover, an_answer_that_is_cut_is_a_gap_or_an_error_and_never_a_crash) {
  EXPECT_FALSE(discover_in({{"/containers/json?all=1", {200, "[{"}}}));
  const auto discovery = discover_in({{"/containers/json?all=1", {200, "[" + row("a") + "]"}},
                                      {"/containers/a/json", {200, R"({"Id":"a","Path":"post)"}}});
  ASSERT_TRUE(discovery);
  EXPECT_EQ(discovery->gaps.size(), 1U);
}

}  // namespace
}  // namespace plimsoll
