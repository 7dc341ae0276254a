#include "link/postgres/rows.h"

#include <gtest/gtest.h>

#include "link/postgres/probe.h"
#include "link/postgres/quote.h"

namespace plimsoll::postgres {
namespace {

TEST(Rows, null_empty_and_absent_are_told_apart_from_zero) {
  Rows rows{"a", "b", "c"};
  rows.add_row({"", std::nullopt, "0"});
  const Row row = rows[0];
  EXPECT_EQ(row.optional_text("a"), "");
  EXPECT_EQ(row.optional_text("b"), std::nullopt);
  EXPECT_EQ(row.integer("a"), std::nullopt);
  EXPECT_EQ(row.integer("c"), 0);
  EXPECT_EQ(row.integer("no such column"), std::nullopt);
}

TEST(Rows, reads_what_the_server_writes) {
  Rows rows{"at", "never", "ok", "size", "share"};
  rows.add_row({"2025-11-11 17:03:09.5+00", "-infinity", "t", "8589934592", "0.25"});
  rows.add_row({"x", "infinity", "f", "1e3", "NaN?"});
  EXPECT_EQ(iso8601(*rows[0].instant("at")), "2025-11-11T17:03:09.500000Z");
  EXPECT_EQ(rows[0].instant("never"), std::nullopt);
  EXPECT_TRUE(rows[0].flag("ok"));
  EXPECT_EQ(rows[0].bytes("size"), 8_GiB);
  EXPECT_EQ(rows[0].real("share"), 0.25);
  EXPECT_EQ(rows[1].instant("at"), std::nullopt);
  EXPECT_EQ(rows[1].boolean("ok"), false);
  EXPECT_EQ(rows[1].bytes("size"), std::nullopt);
}

TEST(Quote, survives_every_odd_name) {
  EXPECT_EQ(quote_identifier("a \"b\"\n"), "\"a \"\"b\"\"\n\"");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal("a\\'"), "E'a\\\\'''");
  EXPECT_EQ(array_literal({"a", "b\"\\c", ""}), "{\"a\",\"b\\\"\\\\c\",\"\"}");
  EXPECT_EQ(array_literal({}), "{}");
}

TEST(SqlOf, puts_names_in_and_leaves_other_braces) {
  const Probe probe{"x", "x", "x", "select min({1}) from {0} where a = '{}' and b ~ '{2,3}'"};
  EXPECT_EQ(sql_of(probe, {{}, {"t", "c\"d"}, {}}),
            "select min(\"c\"\"d\") from \"t\" where a = '{}' and b ~ '{2,3}'");
}

}  // namespace
}  // namespace plimsoll::postgres
