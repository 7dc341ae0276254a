#include "base/secret.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(Redact, hides_the_password_of_a_url) {
  EXPECT_EQ(redact("postgresql://u:hunter2@h:5432/db"), "postgresql://u:***@h:5432/db");
  EXPECT_EQ(redact("redis://:hunter2@h:6379/0"), "redis://:***@h:6379/0");
  EXPECT_EQ(redact("postgresql://u:hun@ter/2@h/db"), "postgresql://u:***@h/db");
  EXPECT_EQ(redact("could not connect to redis://x:hunter2@h now"),
            "could not connect to redis://x:***@h now");
}

TEST(Redact, leaves_a_url_without_password_alone) {
  EXPECT_EQ(redact("postgresql://u@h:5432/db"), "postgresql://u@h:5432/db");
  EXPECT_EQ(redact("unix:///var/run/docker.sock"), "unix:///var/run/docker.sock");
}

TEST(Redact, hides_named_values) {
  EXPECT_EQ(redact("postgresql://h/db?user=a&password=hunter2&x=1"),
            "postgresql://h/db?user=a&password=***&x=1");
  EXPECT_EQ(redact("host=h password='hun ter\\'2' dbname=d"), "host=h password=*** dbname=d");
  EXPECT_EQ(redact("host=h PASSWORD = hunter2 dbname=d"), "host=h PASSWORD =*** dbname=d");
  EXPECT_EQ(redact("compass=north"), "compass=north");
}

TEST(Redact, hides_a_known_secret_wherever_it_stands) {
  const Secret secret{"hunter2"};
  EXPECT_EQ(redact("auth hunter2 failed: hunter2", secret), "auth *** failed: ***");
  EXPECT_EQ(redact("nothing", Secret{}), "nothing");
}

}  // namespace
}  // namespace plimsoll
