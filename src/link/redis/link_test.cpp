#include "link/redis/link.h"

#include <gtest/gtest.h>

#include <deque>

#include "link/redis/server_error.h"

namespace plimsoll::redis {
namespace {

/// Answers what the test wrote down, and remembers what was asked. Without an answer left it is a
/// server that hung up.
class ScriptedChannel final : public Channel {
 public:
  ScriptedChannel(std::deque<Reply> answers, std::vector<Command>& asked)
      : answers_{std::move(answers)}, asked_{asked} {}

  Result<void> send(const std::vector<Command>& commands) override {
    asked_.insert(asked_.end(), commands.begin(), commands.end());
    return {};
  }
  Result<std::vector<Reply>> receive(std::size_t count, Deadline) override {
    std::vector<Reply> replies;
    for (; replies.size() < count; answers_.pop_front()) {
      if (answers_.empty()) return failure(ErrorCode::unreachable, say("hung up", "colgó"));
      replies.push_back(std::move(answers_.front()));
    }
    return replies;
  }

 private:
  std::deque<Reply> answers_;
  std::vector<Command>& asked_;
};

const Reply kOk = Reply::of("OK");

struct Session {
  std::vector<Command> asked;
  Result<Link> link;
  Session(std::string_view url, std::deque<Reply> answers)
      : link{Link::over(std::make_unique<ScriptedChannel>(std::move(answers), asked),
                        *parse_address(url), std::chrono::seconds{1})} {}
};

TEST(RedisLink, says_nothing_of_its_password_until_it_knows_whether_one_is_wanted) {
  const Session open{"redis://h", {Reply::of("PONG"), kOk, kOk, kOk}};
  ASSERT_TRUE(open.link);
  EXPECT_EQ(open.link->password_required(), false);

  const Session shut{"redis://u:pw@h/3",
                     {Reply::error("NOAUTH Authentication required."), kOk, kOk, kOk, kOk, kOk}};
  ASSERT_TRUE(shut.link);
  EXPECT_EQ(shut.link->password_required(), true);
  EXPECT_EQ(shut.asked[1], (Command{"AUTH", "u", "pw"}));
  EXPECT_EQ(shut.asked.back(), (Command{"SELECT", "3"}));
}

TEST(RedisLink, a_password_nobody_asked_for_is_no_error) {
  const Session session{
      "redis://:pw@h",
      {Reply::of("PONG"),
       Reply::error("ERR AUTH <password> called without any password configured for the default "
                    "user. Are you sure your configuration is correct?"),
       kOk, kOk, kOk}};
  ASSERT_TRUE(session.link);
  EXPECT_EQ(session.link->password_required(), false);
}

TEST(RedisLink, refused_entry_is_denied_with_a_hint_and_without_the_password) {
  const Session no_password{"redis://h", {Reply::error("NOAUTH Authentication required.")}};
  ASSERT_FALSE(no_password.link);
  EXPECT_EQ(no_password.link.error().code, ErrorCode::denied);
  EXPECT_NE(no_password.link.error().hint.en.find("REDISCLI_AUTH"), std::string::npos);

  const Session wrong{"redis://:hunter2@h",
                      {Reply::error("NOAUTH Authentication required."),
                       Reply::error("WRONGPASS invalid pair for hunter2")}};
  ASSERT_FALSE(wrong.link);
  EXPECT_EQ(wrong.link.error().code, ErrorCode::denied);
  EXPECT_EQ(wrong.link.error().what.en.find("hunter2"), std::string::npos);

  const Session guarded{"redis://h", {Reply::error("DENIED Redis is running in protected mode")}};
  ASSERT_FALSE(guarded.link);
  EXPECT_NE(guarded.link.error().hint.es.find("modo protegido"), std::string::npos);
}

TEST(RedisLink, an_acl_that_hides_ping_leaves_the_question_open) {
  const Session session{"redis://h", {Reply::error("NOPERM no"), kOk, kOk, kOk}};
  ASSERT_TRUE(session.link);
  EXPECT_FALSE(session.link->password_required().has_value());
}

TEST(RedisLink, many_keys_get_one_answer_each_in_their_order) {
  std::deque<Reply> answers{Reply::of("PONG"), kOk, kOk, kOk};
  std::vector<std::string> keys;
  for (std::int64_t i = 0; i < 500; ++i) {
    answers.push_back(Reply::of(i));
    keys.push_back(std::to_string(i));
  }
  Session session{"redis://h", std::move(answers)};
  const auto sizes = session.link->memory_usage(keys);
  ASSERT_TRUE(sizes);
  ASSERT_EQ(sizes->size(), 500U);
  EXPECT_EQ((*sizes)[499].integer, 499);
  EXPECT_EQ(session.link->memory_usage({"gone"}).error().code, ErrorCode::unreachable);
}

TEST(RedisServerError, tells_denied_from_unsupported_from_a_race) {
  const auto code = [](std::string_view message) {
    return server_error(message, "CONFIG GET").code;
  };
  EXPECT_EQ(code("NOPERM User x has no permissions to run the 'config|get' command"),
            ErrorCode::denied);
  EXPECT_EQ(code("ERR unknown command 'CONFIG', with args beginning with: "),
            ErrorCode::unsupported);
  EXPECT_EQ(code("LOADING Redis is loading the dataset in memory"), ErrorCode::unreachable);
  EXPECT_EQ(code("MASTERDOWN Link with MASTER is down"), ErrorCode::unreachable);
  EXPECT_EQ(code("BUSY Redis is busy running a script"), ErrorCode::unreachable);
  EXPECT_EQ(code("WRONGTYPE Operation against a key"), ErrorCode::conflict);
  EXPECT_EQ(code("NOGROUP No such key"), ErrorCode::conflict);
  EXPECT_EQ(server_error("NOPERM no", "CONFIG GET").hint.en, "ACL SETUSER <user> +config|get");
}

TEST(RedisServerError, quotes_the_server_safely) {
  const auto error =
      server_error(std::string(295, 'x') + "hunter2\x1b[2J", "AUTH", Secret{"hunter2"});
  EXPECT_EQ(error.what.en.find("hun"), std::string::npos);
  EXPECT_EQ(error.what.en.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace plimsoll::redis
