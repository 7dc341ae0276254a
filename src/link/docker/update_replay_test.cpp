#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "link/docker/replay_server.h"
#include "link/docker/update.h"

namespace plimsoll::docker {
namespace {

using ::testing::HasSubstr;

LinkOptions options_for(const ReplayServer& server) {
  return {.address = "unix://" + server.socket_path(), .timeout = std::chrono::milliseconds{400}};
}

/// An engine that answers every update with this.
Result<std::string> update_answered(const ReplayReply& reply) {
  const ReplayServer server{with_engine({}, "1.41", ""),
                            [&](auto&, const auto&, const auto&) { return reply; }};
  auto link = Link::open(options_for(server));
  if (!link) return failure(link.error());
  return update_container(*link, "ab", "{}", std::chrono::milliseconds{300});
}

TEST(DockerUpdate, posts_the_body_to_the_container) {
  std::string path, body;
  const ReplayServer server{with_engine({{"/info", {200, "{}"}}}, "1.41", ""),
                            [&](auto&, const auto& to, const auto& what) {
                              path = to;
                              body = what;
                              return ReplayReply{200, R"({"Warnings":null})"};
                            }};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  const auto answer = update_container(*link, "ab12", R"({"Memory":1073741824})");
  ASSERT_TRUE(answer) << answer.error().what.en;
  EXPECT_EQ(*answer, R"({"Warnings":null})");
  EXPECT_EQ(path, "/containers/ab12/update");
  EXPECT_EQ(body, R"({"Memory":1073741824})");
  EXPECT_EQ(server.requests().back(), "/v1.41/containers/ab12/update");
  EXPECT_TRUE(link->info()) << "the connection is of use afterwards";
  EXPECT_EQ(server.connections(), 1);
}

TEST(DockerUpdate, says_what_each_answer_means) {
  const auto code = [](int status, const std::string& body) {
    return update_answered({status, body}).error().code;
  };
  EXPECT_EQ(code(404, R"({"message":"No such container: ab"})"), ErrorCode::conflict);
  EXPECT_EQ(code(404, R"({"message":"page not found"})"), ErrorCode::unsupported);
  EXPECT_EQ(code(403, "<html>Forbidden</html>"), ErrorCode::denied);
  const auto busy = update_answered(
      {500, R"({"message":"Cannot update container ab: device or resource busy"})"});
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::conflict);
  EXPECT_THAT(busy.error().what.en, HasSubstr("device or resource busy"));
}

TEST(DockerUpdate, an_engine_that_says_nothing_costs_its_budget_only) {
  const auto answer = update_answered({.silent = true});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::timed_out);
  EXPECT_EQ(update_answered({.body = "{}", .cut_short = true}).error().code, ErrorCode::malformed);
}

TEST(DockerUpdate, nothing_but_an_id_gets_into_the_path) {
  const ReplayServer server{with_engine({}, "1.41", "")};
  auto link = Link::open(options_for(server));
  ASSERT_TRUE(link);
  const auto asked = server.requests().size();
  for (const std::string id : {"", "..", "a/../b", "a?x=1", "a b", "a\r\nX: y"})
    EXPECT_EQ(update_container(*link, id, "{}").error().code, ErrorCode::malformed) << id;
  EXPECT_EQ(server.requests().size(), asked);
}

}  // namespace
}  // namespace plimsoll::docker
