#pragma once

#include "analytics/analytics.h"
#include "scanner/metadata.h"

namespace plimsoll::market {

/// What the scanner computes of a quote; everything that filters, ranks or decides a category.
struct Metrics {
  Price price;
  std::int64_t volume_today = 0;
  Decimal rvol;             ///< analytics' value, else volume_today / avg_volume_30d
  Decimal change_percent;   ///< also the gap from the previous close
  Decimal price_from_high;  ///< of the day, in percent; negative below it
  Decimal price_from_low;
  Decimal gap_from_open;
  Decimal score;  ///< 10 * rvol + 5 * volume_today / avg_volume_30d; a term that is unknown adds 0
};

/// Prices and volumes beyond these are noise of the feed, and would overflow what is computed.
inline constexpr std::int64_t kMostPriceUnits = 4'000'000'000'000;
inline constexpr std::int64_t kMostShares = 1'000'000'000'000;

/// What filtering and ranking of every quote needs: price, volume, rvol and score. Needs a price
/// and a volume within those limits.
inline Metrics score_of(const Quote& quote, const Figures& figures, const SymbolFacts& facts) {
  Metrics metrics;
  metrics.price = quote.price();
  metrics.volume_today = quote.volume();
  const auto pace =
      facts.avg_volume_30d > 0
          ? Decimal{divide_rounded(metrics.volume_today * Decimal::kOne, facts.avg_volume_30d)}
          : Decimal{};
  metrics.rvol = figures.rvol.known() ? figures.rvol : pace;
  metrics.score.units =
      (metrics.rvol.known() ? 10 * metrics.rvol.units : 0) + (pace.known() ? 5 * pace.units : 0);
  return metrics;
}

inline Decimal change_percent_of(const Quote& quote, Price price) {
  return percent_from(price.units, quote.prev_close.units);
}
inline Decimal price_from_high_of(const Quote& quote, Price price) {
  return percent_from(price.units, quote.day_high.units);
}

/// All of them.
inline Metrics metrics_of(const Quote& quote, const Figures& figures, const SymbolFacts& facts) {
  auto metrics = score_of(quote, figures, facts);
  metrics.change_percent = change_percent_of(quote, metrics.price);
  metrics.price_from_high = price_from_high_of(quote, metrics.price);
  metrics.price_from_low = percent_from(metrics.price.units, quote.day_low.units);
  metrics.gap_from_open = percent_from(metrics.price.units, quote.day_open.units);
  return metrics;
}

}  // namespace plimsoll::market
