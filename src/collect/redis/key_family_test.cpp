#include "collect/redis/key_family.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(KeyFamily, what_varies_becomes_a_star) {
  EXPECT_EQ(family_pattern("metadata:ticker:AAPL"), "metadata:ticker:*");
  EXPECT_EQ(family_pattern("metadata:ticker:BRK-B"), "metadata:ticker:*");
  EXPECT_EQ(family_pattern("rvol:hist:avg:NVDA:5"), "rvol:hist:avg:*:*");
  EXPECT_EQ(family_pattern("bars/2025-11-11/0930"), "bars/*/*");
  EXPECT_EQ(family_pattern("session:550e8400-e29b-41d4-a716-446655440000"), "session:*");
  EXPECT_EQ(family_pattern("cache.9f86d081884c7d65"), "cache.*");
  EXPECT_EQ(family_pattern("user1234:profile"), "user*:profile");
  EXPECT_EQ(family_pattern("{user1000}:cart"), "{user*}:cart");
}

TEST(KeyFamily, what_names_a_thing_stays) {
  EXPECT_EQ(family_pattern("snapshot:polygon:latest"), "snapshot:polygon:latest");
  EXPECT_EQ(family_pattern("CONFIG:flags"), "CONFIG:flags");
  EXPECT_EQ(family_pattern("api:v2:routes"), "api:v2:routes");
  EXPECT_EQ(family_pattern("plain"), "plain");
  EXPECT_EQ(family_pattern(""), "");
}

TEST(KeyFamily, keys_of_any_length_and_bytes_give_a_short_pattern) {
  EXPECT_LE(family_pattern(std::string(1'000'000, 'k')).size(), 201U);
  EXPECT_EQ(family_pattern(std::string("raw:\x01\x02\xff\xfe_abcdefghijklmnop", 24)), "raw:*");
}

TEST(KeyFamily, one_key_is_one_key_whatever_share_was_seen) {
  KeyFamilies families{8};
  families.add({.key = "atr:daily", .type = "hash", .bytes = Bytes{1'242'960}, .has_ttl = true});
  for (int n = 0; n < 100; ++n)
    families.add({.key = "metadata:ticker:SYM" + std::to_string(n),
                  .type = "string",
                  .bytes = Bytes{64},
                  .has_ttl = true});
  for (const KeyFamily& family : families.finish(0, 3.6)) {
    const bool one = family.pattern == "atr:daily";
    EXPECT_EQ(family.keys, one ? 1 : 360) << family.pattern;
    EXPECT_EQ(family.bytes, one ? Bytes{1'242'960} : Bytes{23'040}) << family.pattern;
  }
}

TEST(KeyFamily, adds_up_and_scales) {
  KeyFamilies families{10};
  for (int i = 0; i < 100; ++i) {
    const std::string key = "ticker:" + std::to_string(i);
    families.add({key, "string", Bytes{50}, i < 25});
  }
  const auto list = families.finish(3, 10);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].pattern, "ticker:*");
  EXPECT_EQ(list[0].database, 3);
  EXPECT_EQ(list[0].type, "string");
  EXPECT_EQ(list[0].keys, 1000);
  EXPECT_EQ(list[0].bytes, Bytes{50'000});
  EXPECT_EQ(list[0].without_ttl, 750);
  EXPECT_EQ(list[0].sampled, 100);
}

TEST(KeyFamily, names_in_small_letters_are_found_by_their_number) {
  KeyFamilies families{16};
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  for (const char a : letters) {
    for (const char b : letters)
      families.add({std::string("user:") + a + b + ":profile", "hash", Bytes{100}, false});
  }
  families.add({"config", "string", Bytes{1}, false});
  const auto list = families.finish(0, 1);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].pattern, "user:*:profile");
  EXPECT_EQ(list[0].keys, 26 * 26);
  EXPECT_EQ(list[0].type, "hash");
}

TEST(KeyFamily, memory_is_bounded_and_no_key_is_lost) {
  KeyFamilies families{8};
  std::int64_t added = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string key;
    for (int n = i; n > 0; n /= 7) key += std::string(1, static_cast<char>('a' + n % 7)) + ":";
    families.add({key + "x", i % 2 == 0 ? "set" : "list", Bytes{1}, std::nullopt});
    ++added;
  }
  const auto list = families.finish(0, 1);
  EXPECT_LE(list.size(), 8U);
  std::int64_t keys = 0;
  for (const auto& family : list) keys += family.keys;
  EXPECT_EQ(keys, added);
}

TEST(KeyFamily, sizes_that_were_refused_are_not_zero) {
  KeyFamilies families{8};
  families.add({"a:1", "string", std::nullopt, false});
  EXPECT_FALSE(families.finish(0, 1).front().bytes_known);
}

TEST(KeyFamily, a_family_is_known_after_64_keys_unless_a_stream_was_among_them) {
  KeyFamilies families{8};
  EXPECT_FALSE(families.expect("k:1").known);
  for (int i = 0; i < 64; ++i) {
    const std::string plain = "k:" + std::to_string(i);
    const std::string mixed = "mixed:" + std::to_string(i);
    families.add({plain, "string", Bytes{1}, std::nullopt});
    families.add({mixed, "string", Bytes{1}, true});
  }
  EXPECT_TRUE(families.expect("k:999").known);
  EXPECT_FALSE(families.expect("k:999").ttl_known);
  families.add_stream("mixed:77");
  EXPECT_FALSE(families.expect("mixed:5").known);
  EXPECT_TRUE(families.expect("mixed:5").ttl_known);
}

}  // namespace
}  // namespace plimsoll
