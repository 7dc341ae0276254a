#include "policy/xnys.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace plimsoll::xnys {
namespace {

/// "01-01" of the year's weekdays that are of this kind.
std::set<std::string> weekdays_of(int year, DayKind kind) {
  std::set<std::string> found;
  const std::chrono::sys_days end{std::chrono::year{year + 1} / 1 / 1};
  for (std::chrono::sys_days day{std::chrono::year{year} / 1 / 1}; day < end; day += Days{1}) {
    const std::chrono::weekday on{day};
    if (on == std::chrono::Saturday || on == std::chrono::Sunday) {
      EXPECT_EQ(day_kind(day), DayKind::closed);
    } else if (day_kind(day) == kind) {
      found.insert(iso8601(day).substr(5, 5));
    }
  }
  return found;
}

struct Year {
  std::set<std::string> closed, half;
};

/// As the exchange publishes them (up to 2028) and as its rules give them (after).
const std::map<int, Year> kYears{
    {2022,
     {{"01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"},
      {"11-25"}}},
    {2023,
     {{"01-02", "01-16", "02-20", "04-07", "05-29", "06-19", "07-04", "09-04", "11-23", "12-25"},
      {"07-03", "11-24"}}},
    {2024,
     {{"01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"},
      {"07-03", "11-29", "12-24"}}},
    {2025,
     {{"01-01", "01-09", "01-20", "02-17", "04-18", "05-26", "06-19", "07-04", "09-01", "11-27",
       "12-25"},
      {"07-03", "11-28", "12-24"}}},
    {2026,
     {{"01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"},
      {"11-27", "12-24"}}},
    {2027,
     {{"01-01", "01-18", "02-15", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24"},
      {"11-26"}}},
    {2028,
     {{"01-17", "02-21", "04-14", "05-29", "06-19", "07-04", "09-04", "11-23", "12-25"},
      {"07-03", "11-24"}}},
    {2029,
     {{"01-01", "01-15", "02-19", "03-30", "05-28", "06-19", "07-04", "09-03", "11-22", "12-25"},
      {"07-03", "11-23", "12-24"}}},
    {2030,
     {{"01-01", "01-21", "02-18", "04-19", "05-27", "06-19", "07-04", "09-02", "11-28", "12-25"},
      {"07-03", "11-29", "12-24"}}},
    {2032,  // a leap year; 4 July is a Sunday
     {{"01-01", "01-19", "02-16", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24"},
      {"11-26"}}},
    {2033,  // 1 January is a Saturday: nobody is off, not even on 31 December 2032
     {{"01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"},
      {"11-25"}}},
};

TEST(Xnys, holidays_and_half_days_of_known_years) {
  for (const auto& [year, expected] : kYears) {
    EXPECT_EQ(weekdays_of(year, DayKind::closed), expected.closed) << year;
    EXPECT_EQ(weekdays_of(year, DayKind::half), expected.half) << year;
  }
}

TEST(Xnys, a_day_that_does_not_exist_is_closed) {
  EXPECT_EQ(day_kind(std::chrono::year{2025} / 2 / 30), DayKind::closed);
}

Instant at(const char* text) { return *parse_iso8601(text); }

TEST(Xnys, a_session_runs_from_04_to_20_in_new_york_in_winter_and_summer) {
  const auto winter = session_of(std::chrono::year{2025} / 11 / 11);
  ASSERT_TRUE(winter);
  EXPECT_EQ(winter->begin, at("2025-11-11T09:00:00Z"));
  EXPECT_EQ(winter->end, at("2025-11-12T01:00:00Z"));
  const auto summer = session_of(std::chrono::year{2025} / 7 / 8);
  ASSERT_TRUE(summer);
  EXPECT_EQ(summer->begin, at("2025-07-08T08:00:00Z"));
  EXPECT_EQ(summer->end, at("2025-07-09T00:00:00Z"));
}

TEST(Xnys, the_post_market_of_a_half_day_ends_at_17) {
  const auto half = session_of(std::chrono::year{2025} / 11 / 28);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->end, at("2025-11-28T22:00:00Z"));
  EXPECT_FALSE(session_of(std::chrono::year{2025} / 11 / 27));
}

TEST(Xnys, a_session_holds_its_begin_and_not_its_end) {
  EXPECT_FALSE(in_session(at("2025-11-11T08:59:59Z")));
  EXPECT_TRUE(in_session(at("2025-11-11T09:00:00Z")));
  EXPECT_TRUE(in_session(at("2025-11-12T00:59:59Z")));
  EXPECT_FALSE(in_session(at("2025-11-12T01:00:00Z")));
  EXPECT_FALSE(in_session(at("2025-11-15T17:00:00Z")));  // Saturday noon
}

}  // namespace
}  // namespace plimsoll::xnys
