#include "session/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policy/local_time.h"
#include "policy/xnys.h"

namespace plimsoll::market {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array kSessionNames{
    std::pair{Session::pre_market, std::string_view{"PRE_MARKET"}},
    std::pair{Session::market_open, std::string_view{"MARKET_OPEN"}},
    std::pair{Session::post_market, std::string_view{"POST_MARKET"}},
    std::pair{Session::closed, std::string_view{"CLOSED"}},
};

Instant new_york_clock(Date date, minutes of_day) {
  const auto shown = shown_at(date, of_day, xnys::kZone);
  return shown ? shown->first : Instant{std::chrono::sys_days{date}};
}

bool trades_on(Date date) { return xnys::day_kind(date) != xnys::DayKind::closed; }

}  // namespace

std::string_view name_of(Session session) {
  for (const auto& [value, name] : kSessionNames)
    if (value == session) return name;
  return "CLOSED";
}

std::optional<Session> session_named(std::string_view name) {
  for (const auto& [value, known] : kSessionNames)
    if (known == name) return value;
  return std::nullopt;
}

Session MarketDay::session_at(Instant now) const {
  if (now < begin || now >= end) return Session::closed;
  if (now < open) return Session::pre_market;
  return now < close ? Session::market_open : Session::post_market;
}

int MarketDay::minute_of(Instant now) const {
  if (now < begin || now >= end) return kNoSlot;
  return static_cast<int>(std::chrono::floor<minutes>(now - begin).count());
}

int MarketDay::slot_of(Instant now) const {
  const int minute = minute_of(now);
  return minute == kNoSlot ? kNoSlot : minute / static_cast<int>(kSlotLength.count());
}

MarketDay market_day(Date date) {
  MarketDay day{.date = date};
  const std::chrono::sys_days utc_day{date};
  day.next_midnight = new_york_clock(Date{utc_day + Days{1}}, minutes{0});
  const auto session = xnys::session_of(date);
  day.trades = session.has_value();
  if (!session) {
    day.begin = day.open = day.close = day.end = new_york_clock(date, hours{4});
    return day;
  }
  const bool half = xnys::day_kind(date) == xnys::DayKind::half;
  day.begin = session->begin;
  day.end = session->end;
  day.open = new_york_clock(date, hours{9} + minutes{30});
  day.close = new_york_clock(date, half ? hours{13} : hours{16});
  return day;
}

bool new_york_is_known() { return is_time_zone(xnys::kZone); }

Date trading_date(Instant now) {
  const auto local = local_time(now, xnys::kZone);
  return local ? local->day : Date{std::chrono::floor<Days>(now)};
}

MarketDay market_day_at(Instant now) { return market_day(trading_date(now)); }

Session session_at(Instant now) { return market_day_at(now).session_at(now); }

int slot_of(Instant now) { return market_day_at(now).slot_of(now); }

std::vector<Date> trading_days_before(Date date, int count) {
  std::vector<Date> days;
  for (std::chrono::sys_days day{date}; static_cast<int>(days.size()) < count;) {
    day -= Days{1};
    if (trades_on(Date{day})) days.emplace_back(day);
  }
  std::reverse(days.begin(), days.end());
  return days;
}

Date next_trading_day(Date date) {
  std::chrono::sys_days day{date};
  do {
    day += Days{1};
  } while (!trades_on(Date{day}));
  return Date{day};
}

}  // namespace plimsoll::market
