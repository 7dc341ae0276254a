#include "report/moment_words.h"

#include <fmt/format.h>

#include <array>

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::last;
using std::chrono::local_days;
using std::chrono::month;
using std::chrono::Sunday;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

year_month_day date_of(Instant instant) {
  return year_month_day{std::chrono::floor<Days>(instant)};
}

/// New York's offset on a calendar day, at an hour far from the change (02:00).
hours new_york_offset(sys_days day) {
  const year y = year_month_day{day}.year();
  const sys_days begins{y / month{3} / Sunday[2]};
  const sys_days ends{y / month{11} / Sunday[1]};
  return day >= begins && day < ends ? hours{-4} : hours{-5};
}

hours madrid_offset(Instant instant) {
  const year y = date_of(instant).year();
  const Instant begins = sys_days{y / month{3} / Sunday[last]} + hours{1};
  const Instant ends = sys_days{y / month{10} / Sunday[last]} + hours{1};
  return instant >= begins && instant < ends ? hours{2} : hours{1};
}

}  // namespace

std::string day_words(Instant instant, Language language) {
  constexpr std::array<const char*, 12> kSpanish{"ene", "feb", "mar", "abr", "may", "jun",
                                                 "jul", "ago", "sep", "oct", "nov", "dic"};
  constexpr std::array<const char*, 12> kEnglish{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const year_month_day date = date_of(instant);
  const std::size_t index = static_cast<unsigned>(date.month()) - 1U;
  const auto day = static_cast<unsigned>(date.day());
  const int of_year = static_cast<int>(date.year());
  if (language == Language::es) return fmt::format("{}-{}-{}", day, kSpanish.at(index), of_year);
  return fmt::format("{} {} {}", day, kEnglish.at(index), of_year);
}

Instant next_market_end(Instant now) {
  // 20:00 in New York is already the next day in UTC, so the day before may still be to come.
  for (sys_days day = std::chrono::floor<Days>(now) - Days{1};; day += Days{1}) {
    const Instant end = day + hours{20} - new_york_offset(day);
    if (end >= now) return end;
  }
}

std::string utc_clock(Instant instant) { return iso8601(instant).substr(11, 5); }

std::string madrid_clock(Instant instant) { return utc_clock(instant + madrid_offset(instant)); }

}  // namespace plimsoll
