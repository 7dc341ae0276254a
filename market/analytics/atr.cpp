#include "analytics/atr.h"

#include <algorithm>

namespace plimsoll::market {
namespace {

double true_range(const DailyBar& bar, const DailyBar* previous) {
  auto range = bar.high.units - bar.low.units;
  if (previous != nullptr) {
    range = std::max({range, std::abs(bar.high.units - previous->close.units),
                      std::abs(bar.low.units - previous->close.units)});
  }
  return static_cast<double>(range) / static_cast<double>(Price::kPerDollar);
}

}  // namespace

Decimal atr14(std::span<const DailyBar> bars) {
  if (bars.size() < kAtrBars) return {};
  constexpr double kMultiplier = 2.0 / (static_cast<double>(kAtrBars) + 1);
  double sum = 0;
  double atr = 0;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double range = true_range(bars[i], i == 0 ? nullptr : &bars[i - 1]);
    if (i < kAtrBars) {
      sum += range;
      atr = sum / static_cast<double>(kAtrBars);
    } else {
      atr += (range - atr) * kMultiplier;
    }
  }
  return Decimal::of(atr);
}

Decimal atr_percent_of(Decimal atr, Price price) {
  if (!atr.known() || price.units <= 0) return {};
  static_assert(Decimal::kOne == Price::kPerDollar);
  return {divide_rounded(atr.units * (100 * Decimal::kOne), price.units)};
}

}  // namespace plimsoll::market
