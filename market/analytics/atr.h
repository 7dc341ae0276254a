#pragma once

#include <span>

#include "analytics/decimal.h"
#include "ticker/quote.h"

namespace plimsoll::market {

/// A row of market_data_daily, as far as ATR reads it.
struct DailyBar {
  Price high;
  Price low;
  Price close;
};

inline constexpr std::size_t kAtrBars = 14;

/// ATR(14) in dollars of daily bars, oldest first: the mean of the first 14 true ranges, then an
/// EMA of the others with the multiplier 2/15; rounded once, at the end. The true range of the
/// first bar is its high less its low. Unknown with fewer than 14 bars.
Decimal atr14(std::span<const DailyBar> bars);

/// atr / price * 100; unknown where either is.
Decimal atr_percent_of(Decimal atr, Price price);

}  // namespace plimsoll::market
