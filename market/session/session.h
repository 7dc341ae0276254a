#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/instant.h"

// The day of the US equity market as the services cut it up: sessions, trading days, volume slots.
// All of it on New York's clocks; which days trade is the exchange's own rule (policy/xnys.h).
namespace plimsoll::market {

enum class Session {
  pre_market,   ///< 04:00–09:30
  market_open,  ///< 09:30–16:00; 13:00 on a half day
  post_market,  ///< until 20:00; 17:00 on a half day
  closed,
};

/// "PRE_MARKET", "MARKET_OPEN", "POST_MARKET", "CLOSED": the words of rows and entries.
std::string_view name_of(Session session);
std::optional<Session> session_named(std::string_view name);

using Date = std::chrono::year_month_day;

constexpr int kSlotsPerDay = 192;  ///< of five minutes, from 04:00 to 20:00
constexpr std::chrono::minutes kSlotLength{5};
constexpr int kMinutesPerDay = 960;
constexpr int kNoSlot = -1;

/// The four instants of one trading day. Arithmetic only, so that a hot path keeps one and asks it
/// until `next_midnight`. On a closed day all four are the same, and its session is always closed.
struct MarketDay {
  Date date{};
  bool trades = false;
  Instant begin{};          ///< 04:00
  Instant open{};           ///< 09:30
  Instant close{};          ///< 16:00 or 13:00
  Instant end{};            ///< 20:00 or 17:00
  Instant next_midnight{};  ///< when the next date begins in New York

  Session session_at(Instant now) const;
  /// 0 to 191, by the clock: slot 66 begins at 09:30 on every day, 78 regular ones follow, then 48.
  /// A half day ends with slot 155. kNoSlot outside the sessions.
  int slot_of(Instant now) const;
  /// 0 to 959; kNoSlot outside.
  int minute_of(Instant now) const;
  /// Needs 0 <= slot < kSlotsPerDay. Clocks never change between 04:00 and 20:00, so this is exact.
  Instant slot_begin(int slot) const { return begin + slot * kSlotLength; }
};

/// Where the system knows no New York (no tzdata) every day is a closed one; main says so at start.
MarketDay market_day(Date date);
bool new_york_is_known();

/// The date New York's calendars show: 03:00 UTC of a Tuesday is still its Monday.
Date trading_date(Instant now);
MarketDay market_day_at(Instant now);

/// For single questions: each looks the time zone up, about a microsecond.
Session session_at(Instant now);
int slot_of(Instant now);

/// The last `count` trading days before this date, oldest first; the date itself is not one of
/// them.
std::vector<Date> trading_days_before(Date date, int count);
/// The first trading day after this date.
Date next_trading_day(Date date);

}  // namespace plimsoll::market
