#include "scanner/category.h"

#include <algorithm>

namespace plimsoll::market {
namespace {

constexpr std::array<std::string_view, kCategories> kNames{
    "gappers_up", "gappers_down", "momentum_up", "momentum_down", "winners",  "losers",
    "anomalies",  "high_volume",  "new_highs",   "new_lows",      "reversals"};

constexpr auto kGap = 2 * Decimal::kOne;
constexpr auto kMomentum = 3 * Decimal::kOne;
constexpr auto kWinner = 5 * Decimal::kOne;
constexpr auto kTurn = Decimal::kOne;
constexpr auto kAnomaly = 3 * Decimal::kOne;
constexpr auto kHighVolume = 2 * Decimal::kOne;

constexpr unsigned bit(Category category, bool holds) {
  return (holds ? 1U : 0U) << static_cast<unsigned>(category);
}

unsigned by_change(std::int64_t change, bool open) {
  using enum Category;
  return bit(gappers_up, change >= kGap) | bit(gappers_down, change <= -kGap) |
         bit(momentum_up, open && change >= kMomentum) |
         bit(momentum_down, open && change <= -kMomentum) | bit(winners, change >= kWinner) |
         bit(losers, change <= -kWinner);
}

}  // namespace

std::string_view name_of(Category category) { return kNames[static_cast<std::size_t>(category)]; }

std::optional<Category> category_of(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Category>(found - kNames.begin());
}

std::array<Category, kCategories> all_categories() {
  std::array<Category, kCategories> all{};
  for (std::size_t i = 0; i < kCategories; ++i) all[i] = static_cast<Category>(i);
  return all;
}

Decimal distance_to_high(const Metrics& metrics, const Figures& figures, const NearExtreme& near) {
  if (!near.intraday) return metrics.price_from_high;
  return percent_from(metrics.price.units, figures.intraday_high.units);
}

Decimal distance_to_low(const Metrics& metrics, const Figures& figures, const NearExtreme& near) {
  if (!near.intraday) return metrics.price_from_low;
  return percent_from(metrics.price.units, figures.intraday_low.units);
}

CategorySet categories_of(const Metrics& metrics, const Figures& figures, const NearExtreme& near,
                          Session session) {
  using enum Category;
  unsigned set = 0;
  if (metrics.change_percent.known()) {
    const auto change = metrics.change_percent.units;
    set |= by_change(change, session == Session::market_open);
    if (metrics.gap_from_open.known()) {
      const auto turn = metrics.gap_from_open.units;
      set |=
          bit(reversals, (change >= kGap && turn <= -kTurn) || (change <= -kGap && turn >= kTurn));
    }
  }
  // An unknown number is less than any threshold.
  set |= bit(anomalies, metrics.rvol.units >= kAnomaly);
  set |= bit(high_volume, metrics.rvol.units >= kHighVolume);
  const auto high = distance_to_high(metrics, figures, near);
  set |= bit(new_highs, high.known() && high.units >= -near.within.units);
  const auto low = distance_to_low(metrics, figures, near);
  set |= bit(new_lows, low.known() && low.units <= near.within.units);
  return static_cast<CategorySet>(set);
}

std::int64_t sort_key(Category category, const Metrics& metrics, const Figures& figures,
                      const NearExtreme& near) {
  switch (category) {
    case Category::gappers_up:
    case Category::momentum_up:
    case Category::winners:
      return metrics.change_percent.units;
    case Category::gappers_down:
    case Category::momentum_down:
    case Category::losers:
      return -metrics.change_percent.units;
    case Category::anomalies:
      return metrics.rvol.units;
    case Category::high_volume:
      return metrics.volume_today;
    case Category::new_highs:
      return distance_to_high(metrics, figures, near).units;
    case Category::new_lows:
      return -distance_to_low(metrics, figures, near).units;
    case Category::reversals:
      return metrics.score.units;
  }
  return 0;
}

}  // namespace plimsoll::market
