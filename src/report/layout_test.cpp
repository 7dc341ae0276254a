#include "report/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace plimsoll {
namespace {

using testing::ElementsAre;

const Glyphs& utf8() { return glyphs(true); }
const Glyphs& ascii() { return glyphs(false); }

TEST(Fit, cuts_by_what_is_seen_rather_than_by_bytes) {
  EXPECT_EQ(fit("retención", 9, utf8()), "retención");
  EXPECT_EQ(fit("retención", 8, utf8()), "retenci…");
  EXPECT_EQ(fit("日本語", 5, utf8()), "日本…");
  EXPECT_EQ(fit("日本語", 4, utf8()), "日…");
  EXPECT_EQ(fit("abcdef", 3, ascii()), "ab~");
  EXPECT_EQ(fit("abc", 0, utf8()), "");
}

TEST(Fit, middle_keeps_both_ends) {
  EXPECT_EQ(fit_middle("postgres/main/table/public.scan_results", 24, utf8()),
            "postgre…lic.scan_results");
  EXPECT_EQ(fit_middle("short", 24, utf8()), "short");
}

TEST(Columns, are_exactly_as_wide_as_asked) {
  for (const char* text : {"", "a", "ñandú", "日本語日本語", "\xff\xfe\xfd", "combi\u0301n"}) {
    for (const std::size_t width : {1U, 2U, 5U, 9U}) {
      EXPECT_EQ(display_width(left(text, width, utf8())), width) << text;
      EXPECT_EQ(display_width(right(text, width, utf8())), width) << text;
    }
  }
  EXPECT_EQ(right("10,0 GB", 9, utf8()), "  10,0 GB");
}

TEST(Wrap, breaks_between_words) {
  EXPECT_THAT(wrap("the chunks are dropped whole", 12),
              ElementsAre("the chunks", "are dropped", "whole"));
  EXPECT_THAT(wrap("", 12), ElementsAre(""));
  EXPECT_THAT(wrap("one\ntwo", 12), ElementsAre("one", "two"));
}

TEST(Wrap, breaks_a_word_only_when_it_is_longer_than_a_line) {
  EXPECT_THAT(wrap("a stream:realtime:aggregates b", 10),
              ElementsAre("a", "stream:rea", "ltime:aggr", "egates b"));
  EXPECT_THAT(wrap("日本語", 4), ElementsAre("日本", "語"));
  EXPECT_THAT(wrap("日本", 1), ElementsAre("日", "本"));
}

TEST(Bar, shows_a_share_in_eighths) {
  EXPECT_EQ(bar(0, 4, utf8()), "░░░░");
  EXPECT_EQ(bar(1, 4, utf8()), "████");
  EXPECT_EQ(bar(7, 4, utf8()), "████");
  EXPECT_EQ(bar(0.5, 4, utf8()), "██░░");
  EXPECT_EQ(bar(0.53125, 4, utf8()), "██▏░");
  EXPECT_EQ(bar(1e-9, 4, utf8()), "▏░░░");
  EXPECT_EQ(bar(0.5, 4, ascii()), "##..");
  EXPECT_EQ(bar(-3, 4, ascii()), "....");
}

TEST(Bar, is_as_wide_as_asked_for_every_share) {
  for (int percent = 0; percent <= 100; ++percent) {
    EXPECT_EQ(display_width(bar(percent / 100.0, 10, utf8())), 10U) << percent;
    EXPECT_EQ(display_width(bar(percent / 100.0, 10, ascii())), 10U) << percent;
  }
}

TEST(ContinueCommand, never_breaks_a_token_nor_a_quoted_text) {
  EXPECT_THAT(continue_command("SELECT drop_chunks('a b c', INTERVAL '7 days');", 30, ""),
              ElementsAre("SELECT drop_chunks('a b c',", "  INTERVAL '7 days');"));
  EXPECT_THAT(continue_command("SELECT 'one long quoted text that stays whole';", 20, ""),
              ElementsAre("SELECT", "  'one long quoted text that stays whole';"));
  EXPECT_THAT(continue_command("docker update --memory 4g tradeul_timescale", 30, " \\"),
              ElementsAre("docker update --memory 4g \\", "  tradeul_timescale"));
  EXPECT_THAT(continue_command("DELETE FROM t LIMIT 100; -- again until it says 0", 30, ""),
              ElementsAre("DELETE FROM t LIMIT 100;", "  -- again until it says 0"));
  EXPECT_THAT(continue_command("short", 30, " \\"), ElementsAre("short"));
}

}  // namespace
}  // namespace plimsoll
