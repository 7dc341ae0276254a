#include "link/redis/address.h"

#include <gtest/gtest.h>

namespace plimsoll::redis {
namespace {

TEST(RedisAddress, reads_every_part_of_a_url) {
  const auto address = parse_address("redis://us%65r:p%40ss%2Fw%3A@db.example:6390/5");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "db.example");
  EXPECT_EQ(address->port, 6390);
  EXPECT_EQ(address->database, 5);
  EXPECT_EQ(address->user, "user");
  EXPECT_EQ(address->password.reveal(), "p@ss/w:");
  EXPECT_FALSE(address->tls);
}

TEST(RedisAddress, takes_the_forms_clients_write) {
  EXPECT_EQ(parse_address("redis://h")->port, 6379);
  EXPECT_EQ(parse_address("valkey://h:1/2")->database, 2);
  EXPECT_TRUE(parse_address("rediss://h")->tls);
  EXPECT_TRUE(parse_address("valkeys://h")->tls);
  EXPECT_EQ(parse_address("redis://:secret@h")->password.reveal(), "secret");
  EXPECT_EQ(parse_address("redis://[::1]:7000/1")->host, "::1");
  EXPECT_EQ(parse_address("h:7000")->port, 7000);
  EXPECT_EQ(parse_address("redis://h/0?db=3&password=x%20y")->password.reveal(), "x y");
  EXPECT_EQ(parse_address("/run/redis.sock")->unix_path, "/run/redis.sock");
  const auto socket = parse_address("unix://me:pw@/run/a%20b.sock?db=4");
  EXPECT_EQ(socket->unix_path, "/run/a b.sock");
  EXPECT_EQ(socket->user, "me");
  EXPECT_EQ(socket->password.reveal(), "pw");
  EXPECT_EQ(socket->database, 4);
}

TEST(RedisAddress, a_password_may_hold_an_at_sign_and_a_question_mark) {
  const auto address = parse_address("redis://:a@b?c@host:1/2");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->password.reveal(), "a@b?c");
  EXPECT_EQ(address->host, "host");
  EXPECT_EQ(address->database, 2);
}

TEST(RedisAddress, refuses_what_it_cannot_read_and_shows_no_password) {
  for (const auto* url : {"", "http://h", "redis://", "redis://h:0", "redis://h:70000",
                          "redis://h:6379/x", "redis://u:hunter2%4@h", "redis://u:hunter2@h:port",
                          "unix://", "redis://[::1", "redis://u:hunter2@h/-1"}) {
    const auto address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().code, ErrorCode::malformed);
    EXPECT_EQ(address.error().what.en.find("hunter2"), std::string::npos)
        << address.error().what.en;
    EXPECT_EQ(address.error().what.es.find("hunter2"), std::string::npos);
  }
}

TEST(RedisAddress, is_shown_without_its_password) {
  EXPECT_EQ(parse_address("redis://me:hunter2@h:1/2")->shown(), "redis://me@h:1/2");
  EXPECT_EQ(parse_address("rediss://:hunter2@[::1]")->shown(), "rediss://[::1]:6379/0");
  EXPECT_EQ(parse_address("unix:///run/r.sock?password=hunter2")->shown(),
            "unix:///run/r.sock?db=0");
}

}  // namespace
}  // namespace plimsoll::redis
