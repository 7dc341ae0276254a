#include "policy/local_time.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
constexpr const char* kNewYork = "America/New_York";
constexpr const char* kMadrid = "Europe/Madrid";

Instant at(const char* text) { return *parse_iso8601(text); }

/// The hour in Madrid at 20:00 in New York.
std::int64_t madrid_at_8_pm(std::chrono::sys_days day) {
  const Instant instant = shown_at(day, hours{20}, kNewYork)->first;
  return std::chrono::floor<hours>(local_time(instant, kMadrid)->of_day).count();
}

// The document says "8 PM ET (1 AM Madrid)". It is 2 AM, but for the weeks in which one side has
// changed its clocks and the other has not.
TEST(LocalTime, eight_in_new_york_is_two_in_madrid_but_for_a_few_weeks) {
  using namespace std::chrono;
  const auto is_between = [](sys_days day, year_month_day first, year_month_day end) {
    return day >= sys_days{first} && day < sys_days{end};
  };
  int at_one = 0;
  for (sys_days day = 2025y / January / 1; day < sys_days{2026y / January / 1}; day += days{1}) {
    // Europe changes at 01:00 UTC on Sunday, an hour after Saturday's 20:00 in New York.
    const bool apart = is_between(day, 2025y / March / 9, 2025y / March / 30) ||
                       is_between(day, 2025y / October / 26, 2025y / November / 2);
    EXPECT_EQ(madrid_at_8_pm(day), apart ? 1 : 2) << iso8601(day);
    at_one += apart ? 1 : 0;
  }
  EXPECT_EQ(at_one, 28);
}

TEST(LocalTime, is_written_with_each_city) {
  EXPECT_EQ(local_times(at("2025-11-12T01:00:00Z"), {kNewYork, kMadrid}),
            "2025-11-11 20:00 New York = 2025-11-12 02:00 Madrid");
  EXPECT_EQ(local_times(at("2025-10-29T00:00:00Z"), {kNewYork, "Mars/Olympus", kMadrid, "UTC"}),
            "2025-10-28 20:00 New York = 2025-10-29 01:00 Madrid = 2025-10-29 00:00 UTC");
}

TEST(LocalTime, a_zone_that_is_none_has_no_clock) {
  for (const char* zone : {"", "Mars/Olympus", "../../etc/passwd", "EST5EDT4", "America"}) {
    EXPECT_FALSE(is_time_zone(zone)) << zone;
    EXPECT_FALSE(local_time(at("2025-11-11"), zone)) << zone;
  }
  EXPECT_TRUE(is_time_zone(kNewYork));
  EXPECT_TRUE(is_time_zone("UTC"));
}

TEST(LocalTime, an_hour_that_comes_twice_has_two_instants) {
  const auto shown = shown_at(std::chrono::year{2025} / 11 / 2, minutes{90}, kNewYork);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->first, at("2025-11-02T05:30:00Z"));
  EXPECT_EQ(shown->last, at("2025-11-02T06:30:00Z"));
}

TEST(LocalTime, an_hour_that_is_skipped_is_the_jump) {
  const auto shown = shown_at(std::chrono::year{2025} / 3 / 9, minutes{150}, kNewYork);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->first, at("2025-03-09T07:00:00Z"));
  EXPECT_EQ(shown->last, shown->first);
}

TEST(LocalTime, says_its_offset) {
  EXPECT_EQ(local_time(at("2025-07-01T12:00:00Z"), kMadrid)->offset, hours{2});
  const auto before_1970 = local_time(at("1969-12-31T23:30:00.5Z"), "UTC");
  EXPECT_EQ(before_1970->of_day, hours{23} + minutes{30});
  EXPECT_EQ(before_1970->day, std::chrono::year{1969} / 12 / 31);
}

}  // namespace
}  // namespace plimsoll
