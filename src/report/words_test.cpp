#include "report/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/command_words.h"
#include "report/document.h"
#include "report/html_escape.h"
#include "report/markdown_escape.h"
#include "report/moment_words.h"

namespace plimsoll {
namespace {

using testing::ElementsAre;

Instant at(const char* text) { return parse_iso8601(text).value(); }

TEST(Words, every_rule_has_a_name_in_both_languages) {
  for (int i = 0; i <= static_cast<int>(Rule::file_system_filling); ++i) {
    const Rule rule{i};
    const Text words = rule_words(rule);
    EXPECT_FALSE(words.en.empty()) << name_of(rule);
    EXPECT_NE(words.en, words.es) << name_of(rule);
  }
}

TEST(Words, names_of_stores_leave_out_what_everybody_means) {
  EXPECT_EQ(short_name("postgres/main/table/public.scan_results"), "scan_results");
  EXPECT_EQ(short_name("postgres/main/table/app.public.x"), "app.public.x");
  EXPECT_EQ(short_name("redis/main/stream/public.a/b"), "public.a/b");
  EXPECT_EQ(short_name("host/host/file_system//"), "/");
  EXPECT_EQ(short_name("redis/main/stream/a\nb"), "a\\nb");
  EXPECT_EQ(short_name("odd"), "odd");
  EXPECT_EQ(kind_of_id("redis/main/stream/a/container/b"), "stream");
  EXPECT_EQ(kind_of_id("odd"), "");
  EXPECT_EQ(target_of("redis/cache/stream/ticks"), "redis/cache");
}

TEST(Words, bounds_are_said_in_each_language) {
  EXPECT_EQ(bound_words({BoundKind::retention, "7 days", ""}).es, "guarda 7 días");
  EXPECT_EQ(bound_words({BoundKind::stream_cap, "10000 entries", ""}).en, "10,000 entries");
  EXPECT_EQ(bound_words({BoundKind::memory_limit, "4294967296", ""}).es, "límite 4,3 GB");
  EXPECT_EQ(bound_words({BoundKind::none, "", ""}).en, "none");
  EXPECT_EQ(bound_words({BoundKind::unknown, "", ""}).en, "not known");
  EXPECT_EQ(short_bound_words({BoundKind::unknown, "", ""}).en, "?");
}

TEST(Words, values_say_their_unit_once) {
  EXPECT_EQ(value_words({"rows", std::int64_t{12'536'682}, "rows", "", {}}).es, "12.536.682 filas");
  EXPECT_EQ(value_words({"bytes", Bytes{10'012'000'000}, "bytes", "", {}}).en, "10.0 GB");
  EXPECT_EQ(value_words({"maxmemory", Unbounded{}, "bytes", "", {}}).es, "sin límite");
  EXPECT_EQ(value_words({"lag", Unknown{}, "entries", "", {}}).en, "not known");
}

TEST(Words, spans_fit_a_narrow_column) {
  EXPECT_EQ(short_span(Days{26}, Language::en), "26 d");
  EXPECT_EQ(short_span(Days{4 * 365}, Language::es), "4 a");
  EXPECT_EQ(short_span(std::chrono::hours{36}, Language::en), "36 h");
  EXPECT_EQ(short_span(Seconds{0}, Language::es), "ya");
}

TEST(Moment, days_are_written_as_the_document_does) {
  EXPECT_EQ(day_words(at("2025-10-29"), Language::es), "29-oct-2025");
  EXPECT_EQ(day_words(at("2025-11-01"), Language::en), "1 Nov 2025");
}

TEST(Moment, the_market_ends_at_20_in_new_york) {
  // Winter there: 01:00 UTC of the next day, 02:00 in Madrid.
  EXPECT_EQ(iso8601(next_market_end(at("2025-11-11T17:00:00Z"))), "2025-11-12T01:00:00Z");
  EXPECT_EQ(madrid_clock(at("2025-11-12T01:00:00Z")), "02:00");
  // Summer there: 00:00 UTC.
  EXPECT_EQ(iso8601(next_market_end(at("2025-07-01T12:00:00Z"))), "2025-07-02T00:00:00Z");
  // Already past midnight UTC, and still the evening before in New York.
  EXPECT_EQ(iso8601(next_market_end(at("2025-11-12T00:30:00Z"))), "2025-11-12T01:00:00Z");
  // The week in which Europe has gone back and America has not: five hours apart.
  EXPECT_EQ(madrid_clock(next_market_end(at("2025-10-28T12:00:00Z"))), "01:00");
}

TEST(Commands, are_told_apart_by_their_first_word) {
  EXPECT_EQ(kind_of_command("SELECT drop_chunks('t', INTERVAL '7 days');"), CommandKind::sql);
  EXPECT_EQ(kind_of_command("-- first\nALTER TABLE t;"), CommandKind::sql);
  EXPECT_EQ(kind_of_command("XTRIM ticks MAXLEN ~ 1000"), CommandKind::redis);
  EXPECT_EQ(kind_of_command("docker update --memory 4g x"), CommandKind::shell);
  EXPECT_EQ(kind_of_command("services:\n  redis:"), CommandKind::yaml);
  EXPECT_EQ(kind_of_command("ask the owner"), CommandKind::note);
}

TEST(Commands, that_lose_data_are_known) {
  EXPECT_TRUE(deletes_data("DELETE FROM t WHERE time < now()"));
  EXPECT_TRUE(deletes_data("SELECT drop_chunks('t', INTERVAL '7 days');"));
  EXPECT_TRUE(deletes_data("XTRIM ticks MAXLEN ~ 10"));
  EXPECT_TRUE(deletes_data("docker volume rm x"));
  EXPECT_TRUE(deletes_data("SELECT add_retention_policy('t', INTERVAL '7 days');"));
  EXPECT_FALSE(deletes_data("SELECT set_chunk_time_interval('t', INTERVAL '1 day');"));
  EXPECT_FALSE(deletes_data("CONFIG SET maxmemory 1gb"));
}

TEST(Commands, connect_without_the_hidden_password) {
  Target target{"main", TargetKind::postgres, "postgresql://u:***@h:5432/d", "", "", true};
  EXPECT_EQ(psql_command(target), "psql 'postgresql://u@h:5432/d'");
  target.address = "redis://default:***@h:6379/0";
  EXPECT_EQ(redis_cli_command(target), "redis-cli --user 'default' -u 'redis://h:6379/0'");
  target.address = "redis://:***@h:6379/0";
  EXPECT_EQ(redis_cli_command(target), "redis-cli -u 'redis://h:6379/0'");
  target.address = "unix:///run/redis.sock";
  EXPECT_EQ(redis_cli_command(target), "redis-cli -s '/run/redis.sock'");
  target.address = "postgresql://h/it's";
  EXPECT_EQ(psql_command(target), "psql 'postgresql://h/it'\\''s'");
}

TEST(Commands, here_documents_end_where_they_should) {
  EXPECT_EQ(end_mark("SQL", "SELECT 1;\n"), "SQL");
  EXPECT_EQ(end_mark("SQL", "SELECT 1;\nSQL\nrm -rf\n"), "SQL_");
}

TEST(Markdown, shows_text_as_it_is) {
  EXPECT_EQ(markdown_text("scan_results"), "scan_results");
  EXPECT_EQ(markdown_text("_a_ *b* `c` <d> [e] f|g"),
            "\\_a\\_ \\*b\\* \\`c\\` \\<d\\> \\[e\\] f\\|g");
  EXPECT_EQ(markdown_text("~12 filas ~~x~~"), "~12 filas \\~\\~x\\~\\~");
  EXPECT_EQ(markdown_code("a`b"), "``a`b``");
  EXPECT_EQ(markdown_code("`"), "`` ` ``");
  EXPECT_EQ(markdown_fence("```\n````"), "`````");
  EXPECT_EQ(markdown_line_start("# not a heading"), "\\# not a heading");
  EXPECT_EQ(markdown_line_start("1. not an item"), "1\\. not an item");
  EXPECT_EQ(markdown_line_start("10,0 GB"), "10,0 GB");
  EXPECT_EQ(markdown_cell("`a|b` c\\|d"), "`a\\|b` c\\|d");
}

TEST(Rich, what_is_put_in_brings_no_marks) {
  const Line line =
      rich(Language::en, "*{}* in `{}`", "", {std::string{"*a*"}, std::string{"`b`"}});
  ASSERT_EQ(line.size(), 3U);
  EXPECT_EQ(line[0].style, Span::Style::strong);
  EXPECT_EQ(line[0].text, "*a*");
  EXPECT_EQ(line[1].text, " in ");
  EXPECT_EQ(line[2].style, Span::Style::code);
  EXPECT_EQ(line[2].text, "`b`");
}

TEST(Rich, an_argument_may_hold_braces) {
  const Line line = rich(Language::en, "{} and {}", "", {std::string{"{}"}, std::string{"b"}});
  ASSERT_EQ(line.size(), 1U);
  EXPECT_EQ(line[0].text, "{} and b");
}

TEST(Html, escapes_what_would_be_markup) {
  EXPECT_EQ(html_escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

}  // namespace
}  // namespace plimsoll
