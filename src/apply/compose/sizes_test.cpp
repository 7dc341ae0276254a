#include "apply/compose/sizes.h"

#include <gtest/gtest.h>

#include "apply/compose/unified_diff.h"

namespace plimsoll::compose {
namespace {

TEST(ComposeSizes, each_reader_gets_its_own_words) {
  EXPECT_EQ(memory_text(4_GiB), "4G");
  EXPECT_EQ(memory_text(1536_MiB), "1536M");
  EXPECT_EQ(memory_text(1048577_B), "1048577b");
  EXPECT_EQ(redis_size_text(2_GiB), "2gb");
  EXPECT_EQ(redis_size_text(2048_GiB), "2048gb");
  EXPECT_EQ(redis_size_text(1000_B), "1000");
  EXPECT_EQ(log_size_text(10_MiB), "10m");
}

TEST(ComposeSizes, the_same_text_is_another_size_to_each) {
  EXPECT_EQ(parse_memory("2g"), 2_GiB);
  EXPECT_EQ(parse_redis_size("2g"), 2'000'000'000_B);
  EXPECT_EQ(parse_redis_size("2GB"), 2_GiB);
  EXPECT_EQ(parse_log_size("10m"), 10'000'000_B);
  EXPECT_EQ(parse_memory("0.5g"), 512_MiB);
  EXPECT_EQ(parse_memory("512MiB"), 512_MiB);
  EXPECT_EQ(parse_memory("1024"), 1024_B);
}

TEST(ComposeSizes, anything_else_is_none) {
  for (const char* text : {"", "-1", "g", "1x", "1gbb", "1..5g", "99999999999g", "${A}"}) {
    EXPECT_FALSE(parse_memory(text)) << text;
    EXPECT_FALSE(parse_redis_size(text)) << text;
  }
  EXPECT_FALSE(parse_redis_size("1.5gb"));
  EXPECT_FALSE(parse_redis_size("1gib"));
}

TEST(ComposeSizes, what_is_written_is_read_back) {
  for (const Bytes bytes : {1_B, 1023_B, 1_KiB, 5_MiB, 3_GiB, 2048_GiB, 123456789_B}) {
    EXPECT_EQ(parse_memory(memory_text(bytes)), bytes);
    EXPECT_EQ(parse_redis_size(redis_size_text(bytes)), bytes);
    EXPECT_LE(parse_log_size(log_size_text(bytes))->count(), bytes.count());
  }
}

TEST(UnifiedDiff, is_what_diff_writes) {
  EXPECT_EQ(unified_diff("a\n", "a\n", "f"), "");
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nX\n6\n", "f"),
            "--- a/f\n+++ b/f\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+X\n 6\n");
  EXPECT_EQ(unified_diff("", "a\n", "f"), "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a", "a\nb", "f"),
            "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"
            "\\ No newline at end of file\n");
}

TEST(UnifiedDiff, near_changes_share_a_hunk_and_far_ones_do_not) {
  const auto hunks = [](int apart) {
    std::string before = "first\n", after = "FIRST\n";
    for (int i = 0; i < apart; ++i) {
      before += "same\n";
      after += "same\n";
    }
    const std::string diff = unified_diff(before + "last\n", after + "LAST\n", "f");
    int count = 0;
    for (auto at = diff.find("\n@@"); at != std::string::npos; at = diff.find("\n@@", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(hunks(6), 1);
  EXPECT_EQ(hunks(7), 2);
}

}  // namespace
}  // namespace plimsoll::compose
