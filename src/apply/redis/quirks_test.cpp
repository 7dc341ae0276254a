#include "apply/redis/quirks.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

RedisQuirks redis_of(std::string_view version) { return redis_quirks("redis", version); }

TEST(RedisQuirks, an_acked_trim_that_trims_nothing) {
  for (const auto* broken : {"8.2.0", "8.2.6", "8.4.0", "8.4.3"})
    EXPECT_TRUE(redis_of(broken).approximate_acked_trims_nothing) << broken;
  for (const auto* sound : {"7.0.15", "8.0.9", "8.2.7", "8.4.4", "8.6.0"})
    EXPECT_FALSE(redis_of(sound).approximate_acked_trims_nothing) << sound;
}

TEST(RedisQuirks, versions_on_which_no_trim_is_safe) {
  EXPECT_NE(redis_of("8.2.0").no_trim.value_or(Text{}).en.find("14276"), std::string::npos);
  EXPECT_NE(redis_of("6.0.16").no_trim.value_or(Text{}).es.find("6.2"), std::string::npos);
  for (const auto* sound : {"6.2.0", "7.0.15", "7.4.2", "8.0.2", "8.2.1", "8.4.0"})
    EXPECT_FALSE(redis_of(sound).no_trim) << sound;
}

TEST(RedisQuirks, the_rest_of_the_table) {
  EXPECT_TRUE(redis_of("8.2.2").xackdel_overflows);
  EXPECT_FALSE(redis_of("8.2.3").xackdel_overflows);
  EXPECT_TRUE(redis_of("7.4.1").lag_is_wrong_after_trim);
  EXPECT_FALSE(redis_of("7.4.2").lag_is_wrong_after_trim);
  EXPECT_TRUE(redis_of("8.2.1").memory_usage_is_wrong);
  EXPECT_FALSE(redis_of("8.2.2").memory_usage_is_wrong);
  EXPECT_FALSE(redis_of("7.0.15").idle_counts_attempts);
  EXPECT_TRUE(redis_of("7.2.0").idle_counts_attempts);
  EXPECT_FALSE(redis_of("6.2.14").expire_knows_nx);
  EXPECT_TRUE(redis_of("7.0.0").expire_knows_nx);
}

TEST(RedisQuirks, valkey_is_not_the_redis_of_its_number) {
  const auto valkey = redis_quirks("valkey", "8.2.0");
  EXPECT_FALSE(valkey.no_trim);
  EXPECT_FALSE(valkey.approximate_acked_trims_nothing);
  EXPECT_TRUE(valkey.expire_knows_nx);
  EXPECT_TRUE(redis_quirks("valkey", "8.0.2").lag_is_wrong_after_trim);
}

TEST(RedisQuirks, what_is_no_version_gets_only_what_all_have) {
  for (const auto* text : {"", "latest", "x.y.z", "-", "99999999999999999999"}) {
    const auto quirks = redis_of(text);
    EXPECT_FALSE(quirks.no_trim) << text;
    EXPECT_FALSE(quirks.expire_knows_nx) << text;
  }
  EXPECT_TRUE(redis_of("8.4").approximate_acked_trims_nothing);
  EXPECT_TRUE(redis_of("8.2.6-rc1").approximate_acked_trims_nothing);
}

}  // namespace
}  // namespace plimsoll
