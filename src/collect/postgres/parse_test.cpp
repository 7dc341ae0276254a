#include "collect/postgres/parse.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

constexpr Seconds kDay{86400};
const Instant kNow = *parse_iso8601("2025-11-11T17:00:00Z");

TEST(ParseInterval, reads_every_style_a_server_may_write) {
  EXPECT_EQ(parse_interval("7 days"), 7 * kDay);
  EXPECT_EQ(parse_interval("1 day"), kDay);
  EXPECT_EQ(parse_interval("1 year 2 mons 3 days -04:05:06.7"), 423 * kDay - Seconds{14707});
  EXPECT_EQ(parse_interval("12:00:00"), kDay / 2);
  EXPECT_EQ(parse_interval("@ 7 days 1 hour"), 7 * kDay + Seconds{3600});
  EXPECT_EQ(parse_interval("@ 7 days ago"), -7 * kDay);
  EXPECT_EQ(parse_interval("P1MT12H"), 30 * kDay + kDay / 2);
  EXPECT_EQ(parse_interval("P7DT1M"), 7 * kDay + Seconds{60});
  EXPECT_EQ(parse_interval("604800 seconds"), 7 * kDay);
}

TEST(ParseInterval, takes_nothing_for_an_interval_that_is_none) {
  for (const auto* text : {"", "7", "days", "7 parsecs", "infinity", "P", "PT", "P7", "1e400 days",
                           "7 days ago ago 3", "::", "9223372036854775807 years", "P-D"}) {
    EXPECT_EQ(parse_interval(text), std::nullopt) << text;
  }
}

TEST(ParseArray, reads_quotes_escapes_and_nulls) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(parse_array("{}"), Strings{});
  EXPECT_EQ(parse_array("{1,2}"), (Strings{"1", "2"}));
  EXPECT_EQ(parse_array(R"({"2025-11-01 00:00:00+00",NULL,"a \"b\\",""})"),
            (Strings{"2025-11-01 00:00:00+00", "a \"b\\", ""}));
  for (const auto* text : {"", "{", "1,2", "{1,}", "{\"a}", "{\"a\"b}", "{{1},{2}}"}) {
    EXPECT_EQ(parse_array(text), std::nullopt) << text;
  }
}

TEST(ParseBound, reads_ranges_of_time_and_of_numbers) {
  const auto day = parse_bound(
      "FOR VALUES FROM ('2025-11-01 00:00:00+00', MINVALUE) TO ('2025-11-02 00:00:00+00', 'x')");
  EXPECT_EQ(std::get<Instant>(day.from), *parse_iso8601("2025-11-01"));
  EXPECT_EQ(std::get<Instant>(day.to), *parse_iso8601("2025-11-02"));
  const auto number = parse_bound("FOR VALUES FROM (100) TO ('200')");
  EXPECT_EQ(std::get<std::int64_t>(number.from), 100);
  EXPECT_EQ(std::get<std::int64_t>(number.to), 200);
  EXPECT_TRUE(parse_bound("DEFAULT").is_default);
}

TEST(ParseBound, has_no_range_for_what_is_none) {
  for (const auto* text : {"", "FOR VALUES IN ('a')", "FOR VALUES WITH (modulus 4, remainder 0)",
                           "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", "FOR VALUES FROM ('",
                           "FOR VALUES FROM (') TO (') TO (')"}) {
    const auto bound = parse_bound(text);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(bound.from)) << text;
    EXPECT_TRUE(std::holds_alternative<std::monostate>(bound.to)) << text;
    EXPECT_FALSE(bound.is_default);
  }
  // A bound of text that looks like the separator.
  const auto odd = parse_bound("FOR VALUES FROM ('a) TO (b') TO ('2025-11-02')");
  EXPECT_EQ(std::get<Instant>(odd.to), *parse_iso8601("2025-11-02"));
}

TEST(EpochUnit, is_told_by_magnitude) {
  EXPECT_EQ(epoch_unit(1'762'880'000, kNow), EpochUnit::seconds);
  EXPECT_EQ(epoch_unit(1'762'880'000'000, kNow), EpochUnit::milliseconds);
  EXPECT_EQ(epoch_unit(1'762'880'000'000'000, kNow), EpochUnit::microseconds);
  EXPECT_EQ(epoch_unit(1'762'880'000'000'000'000, kNow), EpochUnit::nanoseconds);
  for (const std::int64_t number : {0LL, -5LL, 12'536'682LL, 5'000'000'000LL}) {
    EXPECT_EQ(epoch_unit(number, kNow), std::nullopt) << number;
  }
}

TEST(ParseTimeValue, reads_each_unit) {
  const auto noon = parse_iso8601("2025-11-11T12:00:00Z");
  EXPECT_EQ(parse_time_value("1762862400", EpochUnit::seconds), noon);
  EXPECT_EQ(parse_time_value("1762862400000", EpochUnit::milliseconds), noon);
  EXPECT_EQ(parse_time_value("1762862400000000000", EpochUnit::nanoseconds), noon);
  EXPECT_EQ(parse_time_value("2025-11-11 12:00:00+00", std::nullopt), noon);
  EXPECT_EQ(parse_time_value("infinity", std::nullopt), std::nullopt);
  EXPECT_EQ(parse_time_value("0044-03-15 BC", std::nullopt), std::nullopt);
  EXPECT_TRUE(parse_time_value("9223372036854775807", EpochUnit::seconds));  // no overflow
}

}  // namespace
}  // namespace plimsoll
