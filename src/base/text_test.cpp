#include "base/text.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(ParseInt, takes_whole_numbers_only) {
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_FALSE(parse_int(""));
  EXPECT_FALSE(parse_int("12a"));
  EXPECT_FALSE(parse_int("99999999999999999999"));
}

TEST(Printable, disarms_escapes_and_keeps_letters) {
  EXPECT_EQ(printable("año \"x\""), "año \"x\"");
  EXPECT_EQ(printable("a\x1b[2Jb\nc"), "a\\x1B[2Jb\\nc");
  EXPECT_EQ(printable("\xff\xfe"), "\\xFF\\xFE");
  EXPECT_EQ(printable("a\u202eb"), "a\\xE2\\x80\\xAEb");
}

TEST(DisplayWidth, counts_columns) {
  EXPECT_EQ(display_width("año"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

TEST(Glob, matches_as_a_shell_does) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("stream:*:d?ltas", "stream:ranking:deltas"));
  EXPECT_FALSE(matches_glob("stream:*", "streams"));
  EXPECT_TRUE(matches_glob("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(matches_glob("a*b", "abc"));
}

}  // namespace
}  // namespace plimsoll
