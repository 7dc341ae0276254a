#include "policy/xnys.h"

#include <algorithm>
#include <array>

#include "policy/local_time.h"

namespace plimsoll::xnys {
namespace {

using namespace std::chrono;

/// Closed for an occasion no rule foresees.
constexpr std::array kSpecialClosures{
    year{2018} / December / 5,  // day of mourning for George H. W. Bush
    year{2025} / January / 9,   // day of mourning for Jimmy Carter
};

/// Gregorian, by the algorithm of Meeus, Jones and Butcher.
sys_days easter_sunday(year in) {
  const int y = static_cast<int>(in);
  const int a = y % 19;
  const int b = y / 100;
  const int c = y % 100;
  const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return in / month{static_cast<unsigned>(n / 31)} / day{static_cast<unsigned>(n % 31 + 1)};
}

/// Saturday's holiday is kept on Friday, Sunday's on Monday.
sys_days observed(sys_days holiday) {
  const weekday on{holiday};
  if (on == Saturday) return holiday - days{1};
  if (on == Sunday) return holiday + days{1};
  return holiday;
}

/// Of a Saturday 1 January there is no day off: Friday ends the year's accounts.
bool is_new_year(sys_days day, year in) {
  const sys_days first = in / January / 1;
  return weekday{first} != Saturday && day == observed(first);
}

sys_days thanksgiving(year in) { return in / November / Thursday[4]; }

bool is_holiday(sys_days day) {
  const year in = year_month_day{day}.year();
  const std::array<sys_days, 8> holidays{
      in / January / Monday[3],   // Martin Luther King Jr.
      in / February / Monday[3],  // Washington
      easter_sunday(in) - days{2},
      in / May / Monday[last],     // Memorial
      observed(in / July / 4),     // Independence
      in / September / Monday[1],  // Labor
      thanksgiving(in),
      observed(in / December / 25),
  };
  const bool juneteenth = in >= year{2022} && day == observed(in / June / 19);
  return is_new_year(day, in) || juneteenth ||
         std::find(holidays.begin(), holidays.end(), day) != holidays.end();
}

/// The eves of Independence Day and Christmas where the feast itself is on a weekday and the eve
/// too: Monday to Thursday. (A Friday eve belongs to a Saturday feast and is closed.)
bool closes_early(sys_days day) {
  const year in = year_month_day{day}.year();
  return day == thanksgiving(in) + days{1} || day == sys_days{in / July / 3} ||
         day == sys_days{in / December / 24};
}

}  // namespace

DayKind day_kind(year_month_day day) {
  if (!day.ok()) return DayKind::closed;
  const sys_days point{day};
  const weekday on{point};
  const bool special =
      std::find(kSpecialClosures.begin(), kSpecialClosures.end(), day) != kSpecialClosures.end();
  if (on == Saturday || on == Sunday || special || is_holiday(point)) return DayKind::closed;
  return closes_early(point) ? DayKind::half : DayKind::full;
}

std::optional<Session> session_of(year_month_day day) {
  const DayKind kind = day_kind(day);
  if (kind == DayKind::closed) return std::nullopt;
  const auto begin = shown_at(day, hours{4}, kZone);
  const auto end = shown_at(day, kind == DayKind::half ? hours{17} : hours{20}, kZone);
  if (!begin || !end) return std::nullopt;
  return Session{begin->first, end->last};
}

bool in_session(Instant now) {
  const auto local = local_time(now, kZone);
  const auto session = local ? session_of(local->day) : std::nullopt;
  return session && now >= session->begin && now < session->end;
}

}  // namespace plimsoll::xnys
