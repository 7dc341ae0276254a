#include <gtest/gtest.h>

#include <fstream>

#include "link/docker/link.h"
#include "link/docker/replay_server.h"

namespace plimsoll::docker {
namespace {

using std::chrono::milliseconds;

LinkOptions options_for(const ReplayServer& server) {
  return {.address = "unix://" + server.socket_path(), .timeout = milliseconds{400}};
}

milliseconds elapsed_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

struct Negotiation {
  std::string server, minimum, spoken;
};
class DockerNegotiation : public testing::TestWithParam<Negotiation> {};

TEST_P(DockerNegotiation, settles_on_the_newest_both_know) {
  const auto& [api, minimum, spoken] = GetParam();
  const ReplayServer server{with_engine({{"/info", {200, "{}"}}}, api, minimum)};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link) << link.error().what.en;
  EXPECT_EQ(link->engine().api.text(), spoken);
  EXPECT_TRUE(link->info());
  EXPECT_EQ(server.requests().back(), "/v" + spoken + "/info");
}

INSTANTIATE_TEST_SUITE_P(Versions, DockerNegotiation,
                         testing::Values(Negotiation{"1.24", "", "1.24"},
                                         Negotiation{"1.41", "1.12", "1.41"},
                                         Negotiation{"1.44", "1.24", "1.44"},
                                         Negotiation{"1.53", "1.44", "1.47"},
                                         Negotiation{"1.60", "1.52", "1.52"}));

TEST(DockerLink, tells_podman_by_its_server_header) {
  const ReplayServer podman{with_engine({}, "1.41", "1.24", "Libpod/4.3.1 (linux)")};
  EXPECT_EQ(Link::open(options_for(podman))->engine().name, "podman");
  const ReplayServer docker{with_engine({}, "1.41", "1.24")};
  EXPECT_EQ(Link::open(options_for(docker))->engine().name, "docker");
}

TEST(DockerLink, asks_for_one_shot_stats_and_types_of_df_only_where_the_engine_knows_them) {
  struct Case {
    std::string api, stats, df;
  };
  for (const Case& expected :
       {Case{"1.40", "/v1.40/containers/ab/stats?stream=false", "/v1.40/system/df"},
        Case{"1.41", "/v1.41/containers/ab/stats?stream=false&one-shot=true", "/v1.41/system/df"},
        Case{"1.44", "/v1.44/containers/ab/stats?stream=false&one-shot=true",
             "/v1.44/system/df?type=volume"}}) {
    const ReplayServer server{with_engine({}, expected.api, "")};
    auto link = Link::open(options_for(server));
    ASSERT_TRUE(link);
    EXPECT_FALSE(link->stats("ab"));
    EXPECT_EQ(server.requests().back(), expected.stats);
    EXPECT_FALSE(link->system_df(DiskUse::volumes, deadline_in(milliseconds{400})));
    EXPECT_EQ(server.requests().back(), expected.df);
  }
}

TEST(DockerLink, a_server_that_says_nothing_costs_one_deadline) {
  const ReplayServer server{{{"/_ping", {.silent = true}}}};
  const auto begin = std::chrono::steady_clock::now();
  const auto link = Link::open(options_for(server));
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, ErrorCode::timed_out);
  EXPECT_FALSE(link.error().hint.es.empty());
  EXPECT_GE(elapsed_since(begin), milliseconds{390});
  EXPECT_LT(elapsed_since(begin), milliseconds{1200});
}

TEST(DockerLink, one_hung_container_takes_no_other_with_it) {
  ReplayBodies bodies;
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back("c" + std::to_string(i));
    bodies["/containers/" + ids.back() + "/json"] = {.body = "{}", .silent = i == 3};
  }
  const ReplayServer server{with_engine(bodies, "1.41", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  const auto replies = link->inspect(ids, deadline_in(milliseconds{1500}));
  ASSERT_EQ(replies.size(), ids.size());
  for (std::size_t i = 0; i < replies.size(); ++i) {
    EXPECT_EQ(replies[i].has_value(), i != 3) << i;
  }
  EXPECT_EQ(replies[3].error().code, ErrorCode::timed_out);
  EXPECT_TRUE(link->ping()) << "the link is still of use";
}

TEST(DockerLink, an_answer_cut_short_is_malformed) {
  const ReplayServer server{
      with_engine({{"/info", {.body = R"({"ID":"x")", .cut_short = true}}}, "1.41", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  const auto info = link->info();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::malformed);
  EXPECT_NE(info.error().what.en.find("/v1.41/info"), std::string::npos);
}

TEST(DockerLink, a_huge_answer_is_refused_while_it_arrives) {
  const ReplayServer server{
      with_engine({{"/images/json", {200, std::string(1 << 20, ' ')}}}, "1.41", "")};
  LinkOptions options = options_for(server);
  options.largest_body = 64 << 10;
  auto link = Link::open(options);
  ASSERT_TRUE(link);
  const auto images = link->images();
  ASSERT_FALSE(images);
  EXPECT_EQ(images.error().code, ErrorCode::malformed);
  EXPECT_NE(images.error().what.en.find("larger"), std::string::npos) << images.error().what.en;
}

TEST(DockerLink, says_what_each_status_means) {
  const ReplayServer server{
      with_engine({{"/info", {500, R"({"message":"layer store is locked"})"}},
                   {"/volumes", {403, "<html>Forbidden</html>"}},
                   {"/images/json", {400, R"({"message":"client version 1.41 is too old"})"}},
                   {"/containers/gone/json", {404, R"({"message":"No such container: gone"})"}}},
                  "1.41", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->info().error().code, ErrorCode::unreachable);
  EXPECT_NE(link->info().error().what.en.find("layer store is locked"), std::string::npos);
  EXPECT_EQ(link->volumes().error().code, ErrorCode::denied);
  EXPECT_EQ(link->images().error().code, ErrorCode::unsupported);
  EXPECT_EQ(link->inspect("gone").error().code, ErrorCode::conflict);
}

TEST(DockerLink, what_an_engine_says_is_made_safe) {
  const ReplayServer server{with_engine(
      {{"/info", {500, R"({"message":"\u001b[2J pull postgres://u:hunter2@h/d"})"}}}, "1.41", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  const auto info = link->info();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().what.en.find("hunter2"), std::string::npos);
  EXPECT_EQ(info.error().what.en.find('\x1b'), std::string::npos);
}

TEST(DockerLink, what_is_no_docker_engine_is_said_to_be_none) {
  const ReplayServer not_http{{{"/_ping", {.raw = "-ERR unknown command\r\n"}}}};
  EXPECT_EQ(Link::open(options_for(not_http)).error().code, ErrorCode::malformed);
  const ReplayServer other{{{"/_ping", {200, "OK"}}, {"/version", {200, "<html></html>"}}}};
  EXPECT_EQ(Link::open(options_for(other)).error().code, ErrorCode::malformed);
  const ReplayServer versionless{{{"/_ping", {200, "OK"}}, {"/version", {200, "{}"}}}};
  EXPECT_EQ(Link::open(options_for(versionless)).error().code, ErrorCode::malformed);
}

TEST(DockerLink, a_missing_socket_and_a_file_that_is_none_are_unreachable) {
  const auto missing = Link::open({.address = "/nonexistent/docker.sock"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unreachable);
  EXPECT_NE(missing.error().what.en.find("no such socket"), std::string::npos)
      << missing.error().what.en;
  const std::string file = testing::TempDir() + "plimsoll-not-a-socket";
  std::ofstream{file} << "x";
  EXPECT_EQ(Link::open({.address = file}).error().code, ErrorCode::unreachable);
  std::filesystem::remove(file);
}

TEST(DockerLink, nothing_but_an_id_gets_into_a_path) {
  const ReplayServer server{with_engine({}, "1.41", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  const auto asked = server.requests().size();
  for (const std::string id : {"", "..", "a/../../images", "a?x=1", "a b", "a\r\nX: y"}) {
    EXPECT_EQ(link->inspect(id).error().code, ErrorCode::malformed) << id;
  }
  EXPECT_EQ(server.requests().size(), asked);
}

TEST(DockerLink, sixty_containers_use_eight_connections_at_most) {
  ReplayBodies bodies;
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) {
    ids.push_back("c" + std::to_string(i));
    bodies["/containers/" + ids.back() + "/stats?stream=false&one-shot=true"] = {200, ids.back()};
  }
  const ReplayServer server{with_engine(bodies, "1.44", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  EXPECT_EQ(server.connections(), 1) << "_ping and version share one";
  for (int round = 0; round < 2; ++round) {
    const auto replies = link->stats(ids, deadline_in(milliseconds{2000}));
    ASSERT_EQ(replies.size(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ASSERT_TRUE(replies[i]);
      EXPECT_EQ(*replies[i], ids[i]);
    }
  }
  EXPECT_LE(server.connections(), 10);
}

}  // namespace
}  // namespace plimsoll::docker
