#include "policy/maintenance.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Instant at(const char* text) { return *parse_iso8601(text); }

MaintenanceWindow weekends(std::string zone) { return {"weekends", std::move(zone), true, {}, {}}; }
MaintenanceWindow daily(minutes begin, minutes end, std::string zone) {
  return {"", std::move(zone), false, begin, end};
}
MaintenanceWindow night() { return daily(hours{20}, hours{4}, "America/New_York"); }

struct Moment {
  const char* now;
  bool open;
  const char* next;  ///< where not open
};

void expect_moments(const Maintenance& maintenance, std::initializer_list<Moment> moments) {
  for (const auto& [now, open, next] : moments) {
    EXPECT_EQ(may_run_heavy(maintenance, at(now)), open) << now;
    const auto found = next_heavy_instant(maintenance, at(now));
    ASSERT_TRUE(found) << now;
    EXPECT_EQ(iso8601(*found), open ? now : next) << now;
  }
}

TEST(Maintenance, nothing_said_is_always) {
  expect_moments({}, {{"2025-11-11T15:00:00Z", true, ""}});
}

TEST(Maintenance, a_calendar_alone_is_outside_its_sessions) {
  expect_moments({"XNYS", {}},
                 {{"2025-11-11T08:59:59Z", true, ""},
                  {"2025-11-11T09:00:00Z", false, "2025-11-12T01:00:00Z"},
                  {"2025-11-27T15:00:00Z", true, ""},                         // Thanksgiving
                  {"2025-11-28T15:00:00Z", false, "2025-11-28T22:00:00Z"},    // the half day after
                  {"2025-07-08T12:00:00Z", false, "2025-07-09T00:00:00Z"}});  // summer
}

TEST(Maintenance, a_window_runs_past_midnight) {
  expect_moments({"", {night()}}, {{"2025-11-12T00:59:59Z", false, "2025-11-12T01:00:00Z"},
                                   {"2025-11-12T01:00:00Z", true, ""},
                                   {"2025-11-12T05:00:00Z", true, ""},
                                   {"2025-11-12T08:59:59Z", true, ""},
                                   {"2025-11-12T09:00:00Z", false, "2025-11-13T01:00:00Z"}});
}

TEST(Maintenance, the_documents_windows_on_a_week) {
  const Maintenance maintenance{"XNYS", {weekends("America/New_York"), night()}};
  expect_moments(maintenance,
                 {{"2025-11-14T20:00:00Z", false, "2025-11-15T01:00:00Z"},  // Friday afternoon
                  {"2025-11-15T01:00:00Z", true, ""},
                  {"2025-11-16T18:00:00Z", true, ""},  // Sunday
                  {"2025-11-17T06:00:00Z", true, ""},  // Monday before 04:00
                  {"2025-11-17T09:00:00Z", false, "2025-11-18T01:00:00Z"},
                  // Thanksgiving is no session, and in no window until 20:00.
                  {"2025-11-27T15:00:00Z", false, "2025-11-28T01:00:00Z"}});
}

TEST(Maintenance, a_weekend_is_the_weekend_of_its_zone) {
  expect_moments({"", {weekends("Asia/Tokyo")}},
                 {{"2025-11-14T14:59:59Z", false, "2025-11-14T15:00:00Z"},
                  {"2025-11-14T15:00:00Z", true, ""},
                  {"2025-11-16T15:00:00Z", false, "2025-11-21T15:00:00Z"}});
}

TEST(Maintenance, a_session_closes_a_window_that_overlaps_it) {
  // 19:00 to 23:00: the post-market holds it back for an hour.
  expect_moments({"XNYS", {daily(hours{19}, hours{23}, "America/New_York")}},
                 {{"2025-11-11T15:00:00Z", false, "2025-11-12T01:00:00Z"},
                  {"2025-11-28T15:00:00Z", false, "2025-11-29T00:00:00Z"}});  // half day: 19:00
}

TEST(Maintenance, a_window_follows_its_own_clocks_when_they_change) {
  // Europe leaves summer time on 26 October 2025, the United States on 2 November.
  const Maintenance madrid{"", {daily(hours{2}, hours{5}, "Europe/Madrid")}};
  expect_moments(madrid, {{"2025-10-24T12:00:00Z", false, "2025-10-25T00:00:00Z"},
                          {"2025-10-25T12:00:00Z", false, "2025-10-26T00:00:00Z"},
                          {"2025-10-26T02:30:00Z", true, ""},  // 03:30 in winter time
                          {"2025-10-26T12:00:00Z", false, "2025-10-27T01:00:00Z"}});
  // On 30 March 2025 there is no 02:00 in Madrid: the window opens at 03:00.
  expect_moments(madrid, {{"2025-03-30T00:30:00Z", false, "2025-03-30T01:00:00Z"}});
}

TEST(Maintenance, an_hour_that_comes_twice_opens_twice) {
  const Maintenance twice{"", {daily(minutes{75}, minutes{105}, "America/New_York")}};
  expect_moments(twice, {{"2025-11-02T05:00:00Z", false, "2025-11-02T05:15:00Z"},
                         {"2025-11-02T05:50:00Z", false, "2025-11-02T06:15:00Z"},
                         {"2025-11-02T06:50:00Z", false, "2025-11-03T06:15:00Z"}});
}

TEST(Maintenance, an_hour_that_is_skipped_waits_a_day) {
  const Maintenance skipped{"", {daily(minutes{135}, minutes{165}, "America/New_York")}};
  expect_moments(skipped, {{"2025-03-09T06:00:00Z", false, "2025-03-10T06:15:00Z"}});
}

TEST(Maintenance, a_window_that_never_opens_has_no_next_instant) {
  // The parser refuses a zone that the system does not know; a system can lose it later.
  const Maintenance lost{"XNYS", {daily(hours{20}, hours{4}, "Mars/Olympus"), weekends("")}};
  EXPECT_FALSE(may_run_heavy(lost, at("2025-11-15T15:00:00Z")));
  EXPECT_FALSE(next_heavy_instant(lost, at("2025-11-11T15:00:00Z")));
}

TEST(Maintenance, what_the_calendar_leaves_of_a_window_may_be_days_away) {
  // Noon is in a session on every trading day: Saturday it is, or the holiday before it.
  expect_moments({"XNYS", {daily(hours{12}, hours{13}, "America/New_York")}},
                 {{"2025-11-10T18:30:00Z", false, "2025-11-15T17:00:00Z"},
                  {"2025-11-24T15:00:00Z", false, "2025-11-27T17:00:00Z"}});
}

/// Whatever the hour, the answer is the first allowed minute: nothing before it is open.
TEST(Maintenance, next_is_never_late) {
  const Maintenance maintenance{
      "XNYS", {night(), daily(hours{1}, hours{2}, "Europe/Madrid"), weekends("America/New_York")}};
  for (Instant now = at("2025-10-20"); now < at("2025-11-10"); now += minutes{47}) {
    const auto next = next_heavy_instant(maintenance, now);
    ASSERT_TRUE(next);
    for (Instant minute = now; minute < *next; minute += minutes{5}) {
      ASSERT_FALSE(may_run_heavy(maintenance, minute)) << iso8601(now) << ' ' << iso8601(minute);
    }
    ASSERT_TRUE(may_run_heavy(maintenance, *next)) << iso8601(now);
  }
}

}  // namespace
}  // namespace plimsoll
