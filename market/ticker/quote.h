#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

// One ticker as the feed said it: fixed-point, trivially copyable, without allocation.
namespace plimsoll::market {

/// Up to ten bytes of A–Z, 0–9, '.', '-', '/', '^', '+', '=': what varchar(10) holds. Padded with
/// NUL.
struct Symbol {
  static constexpr std::size_t kCapacity = 10;
  std::array<char, kCapacity> bytes{};

  static constexpr bool fits(std::string_view text) {
    return !text.empty() && text.size() <= kCapacity;
  }
  /// Needs fits(text).
  static constexpr Symbol of(std::string_view text) {
    Symbol symbol;
    for (std::size_t i = 0; i < text.size() && i < kCapacity; ++i) symbol.bytes[i] = text[i];
    return symbol;
  }
  constexpr std::string_view text() const {
    std::size_t size = 0;
    while (size < kCapacity && bytes[size] != '\0') ++size;
    return {bytes.data(), size};
  }
  friend constexpr auto operator<=>(const Symbol&, const Symbol&) = default;
};

/// A price in ten-thousandths of a dollar, as numeric(12,4) stores it; 0: the feed gave none.
struct Price {
  static constexpr std::int64_t kPerDollar = 10'000;
  std::int64_t units = 0;

  static constexpr Price dollars(double amount) {
    const double scaled = amount * static_cast<double>(kPerDollar);
    return {static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5)};
  }
  constexpr double in_dollars() const {
    return static_cast<double>(units) / static_cast<double>(kPerDollar);
  }
  friend constexpr auto operator<=>(Price, Price) = default;
};

/// Since 1970, UTC. The feed's nanoseconds are cut to this.
using Millis = std::chrono::sys_time<std::chrono::milliseconds>;

/// What one snapshot says of one ticker. Volumes are shares; 0 means the feed gave none.
struct Quote {
  Symbol symbol;
  bool otc = false;
  Millis exchange_time{};          ///< last trade, else `updated`
  Price last;                      ///< lastTrade.p
  Price bid;                       ///< lastQuote.p
  Price ask;                       ///< lastQuote.P
  Price day_open;                  ///< day.o
  Price day_high;                  ///< day.h
  Price day_low;                   ///< day.l
  Price day_close;                 ///< day.c
  Price vwap;                      ///< day.vw
  Price prev_close;                ///< prevDay.c
  std::int64_t day_volume = 0;     ///< day.v
  std::int64_t volume_today = 0;   ///< min.av: running volume of the day, pre-market included
  std::int64_t prev_volume = 0;    ///< prevDay.v
  std::int32_t minute_volume = 0;  ///< min.v
  std::int32_t minute_trades = 0;  ///< min.n

  /// The first that is there of the last trade, the day's close and yesterday's (STACK 3.2).
  constexpr Price price() const {
    if (last.units > 0) return last;
    return day_close.units > 0 ? day_close : prev_close;
  }
  /// min.av where it is there, else day.v.
  constexpr std::int64_t volume() const { return volume_today > 0 ? volume_today : day_volume; }

  friend constexpr bool operator==(const Quote&, const Quote&) = default;
};

}  // namespace plimsoll::market
