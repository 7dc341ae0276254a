#include "diagnose/server_words.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(ServerWords, sql_names_are_quoted_where_they_must_be) {
  EXPECT_EQ(sql_identifier("scan_results"), "scan_results");
  EXPECT_EQ(sql_identifier("order"), "\"order\"");
  EXPECT_EQ(sql_identifier("left"), "\"left\"") << "reserved for functions and types";
  EXPECT_EQ(sql_identifier("time"), "time");
  EXPECT_EQ(sql_identifier("Weird \"one\""), "\"Weird \"\"one\"\"\"");
  EXPECT_EQ(sql_identifier("2fast"), "\"2fast\"");
  EXPECT_EQ(sql_identifier("a\nb\"c"), "U&\"a\\000Ab\"\"c\"");
  EXPECT_EQ(sql_identifier("año"), "\"año\"");
  EXPECT_EQ(sql_identifier(""), "\"\"");
  EXPECT_EQ(sql_qualified("public.Ticks"), "public.\"Ticks\"");
  EXPECT_EQ(sql_qualified("public.a.b"), "public.\"a.b\"");
}

TEST(ServerWords, a_name_inside_a_literal_keeps_both_quotings) {
  EXPECT_EQ(sql_regclass("public.scan_results"), "'public.scan_results'");
  EXPECT_EQ(sql_regclass("public.O'Brien"), "'public.\"O''Brien\"'");
  EXPECT_EQ(sql_regclass("public.a\nb"), "E'public.\"a\\nb\"'");
  EXPECT_EQ(sql_literal("a\\b"), "E'a\\\\b'");
}

TEST(ServerWords, intervals_use_the_largest_whole_unit) {
  EXPECT_EQ(sql_interval(Seconds{7 * 86400}), "INTERVAL '7 days'");
  EXPECT_EQ(sql_interval(Seconds{86400}), "INTERVAL '1 day'");
  EXPECT_EQ(sql_interval(Seconds{36 * 3600}), "INTERVAL '36 hours'");
  EXPECT_EQ(sql_interval(Seconds{61}), "INTERVAL '61 seconds'");
}

TEST(ServerWords, redis_and_shell_arguments_mean_what_they_say) {
  EXPECT_EQ(redis_argument("polygon_ws:subscriptions"), "polygon_ws:subscriptions");
  EXPECT_EQ(redis_argument("a b\n\"\x01"), "\"a b\\n\\\"\\x01\"");
  EXPECT_EQ(redis_argument(""), "\"\"");
  EXPECT_EQ(shell_argument("tradeul_redis"), "tradeul_redis");
  EXPECT_EQ(shell_argument("x\ny'z"), "$'x\\ny\\'z'");
  EXPECT_EQ(shell_argument("a'b; rm -rf /"), "'a'\\''b; rm -rf /'");
}

}  // namespace
}  // namespace plimsoll
