#include "policy/server_url.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

struct UrlCase {
  std::string given, url, password;
};

TEST(ServerUrl, a_password_leaves_the_url) {
  for (const UrlCase& c :
       std::vector<UrlCase>{{"postgresql://u@h:5432/d", "postgresql://u@h:5432/d", ""},
                            {"postgresql://u:p%40ss@h/d?sslmode=require",
                             "postgresql://u@h/d?sslmode=require", "p@ss"},
                            {"postgres://u:p@s:s/w@h/d", "postgres://u@h/d", "p@s:s/w"},
                            {"postgresql://h/d?password=x&user=u", "postgresql://h/d?user=u", "x"},
                            {"postgresql://h/d?password=x", "postgresql://h/d", "x"},
                            {"postgresql:///d?host=/run/pg", "postgresql:///d?host=/run/pg", ""},
                            {"host=h password = a\\ b dbname=d", "host=h dbname=d", "a b"},
                            {"password='a b\\'c' user=u", "user=u", "a b'c"}}) {
    const auto target = postgres_target("main", c.given, "--postgres");
    ASSERT_TRUE(target) << c.given;
    EXPECT_EQ(target->url, c.url);
    EXPECT_EQ(target->password.reveal(), c.password) << c.given;
  }
  const auto redis = redis_target("main", "redis://:hunter2@h:6379/0", "--redis");
  ASSERT_TRUE(redis);
  EXPECT_EQ(redis->url, "redis://h:6379/0");
  EXPECT_EQ(redis->password.reveal(), "hunter2");
  EXPECT_EQ(redis_target("main", "rediss://acl:pw@h", "x")->url, "rediss://acl@h");
}

TEST(ServerUrl, what_is_none_is_refused_without_being_repeated) {
  for (const char* given : {"", "hunter2", "mysql://u:hunter2@h", "postgresql://", "/var/run/pg"}) {
    const auto target = postgres_target("main", given, "--postgres");
    ASSERT_FALSE(target) << given;
    EXPECT_EQ(target.error().what.en.find("hunter2"), std::string::npos);
    EXPECT_NE(target.error().what.en.find("--postgres"), std::string::npos);
    EXPECT_FALSE(target.error().hint.es.empty());
  }
  EXPECT_FALSE(redis_target("main", "localhost:6379", "--redis"));
  EXPECT_FALSE(redis_target("main", "redis://", "--redis"));
}

TEST(ServerUrl, encoding_and_decoding_are_each_others_inverse) {
  const std::string every = "a b@c:d/e%f?g&ñ\n";
  EXPECT_EQ(percent_decode(percent_encode(every)), every);
  EXPECT_EQ(percent_encode("tradeul_user"), "tradeul_user");
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace plimsoll
