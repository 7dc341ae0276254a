#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "scanner/metrics.h"
#include "session/session.h"

namespace plimsoll::market {

enum class Category : std::uint8_t {
  gappers_up,
  gappers_down,
  momentum_up,
  momentum_down,
  winners,
  losers,
  anomalies,
  high_volume,
  new_highs,
  new_lows,
  reversals,
};
inline constexpr std::size_t kCategories = 11;

/// The word used in keys, messages and settings.
std::string_view name_of(Category category);
std::optional<Category> category_of(std::string_view name);
std::array<Category, kCategories> all_categories();

/// One bit per category.
using CategorySet = std::uint16_t;
constexpr bool contains(CategorySet set, Category category) {
  return (set >> static_cast<unsigned>(category) & 1U) != 0;
}

/// When new_highs and new_lows hold: how near, and to which extreme. Since Nov 18 the old stack
/// took the intraday ones, at 2 %.
struct NearExtreme {
  Decimal within = Decimal::of(0.5);  ///< percent
  bool intraday = false;
};

/// Distance to the extreme that counts, in percent.
Decimal distance_to_high(const Metrics& metrics, const Figures& figures, const NearExtreme& near);
Decimal distance_to_low(const Metrics& metrics, const Figures& figures, const NearExtreme& near);

/// gappers: change of 2 % or more; momentum: 3 %, only while the market is open; winners and
/// losers: 5 %; anomalies: rvol of 3; high_volume: rvol of 2; new_highs, new_lows: near the
/// extreme, or beyond it; reversals: 2 % from the previous close, and 1 % the other way from the
/// open. An unknown number is in none.
CategorySet categories_of(const Metrics& metrics, const Figures& figures, const NearExtreme& near,
                          Session session);

/// What a category is sorted by, largest first.
std::int64_t sort_key(Category category, const Metrics& metrics, const Figures& figures,
                      const NearExtreme& near);

}  // namespace plimsoll::market
