#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace plimsoll::market {

/// A ratio or a percentage with four decimals, as numeric(10,4) stores it; or unknown. Fixed-point,
/// so there is no NaN and the same input ranks the same on every machine.
struct Decimal {
  static constexpr std::int64_t kOne = 10'000;
  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::min();
  std::int64_t units = kUnknown;

  static constexpr Decimal of(double value) {
    const double scaled = value * static_cast<double>(kOne);
    return {static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5)};
  }
  constexpr bool known() const { return units != kUnknown; }
  constexpr double value() const { return static_cast<double>(units) / static_cast<double>(kOne); }
  friend constexpr auto operator<=>(Decimal, Decimal) = default;
};

/// numerator / denominator to the nearest whole, halves away from zero. Needs denominator > 0.
constexpr std::int64_t divide_rounded(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t half = denominator / 2;
  return (numerator < 0 ? numerator - half : numerator + half) / denominator;
}

/// (value - base) / base * 100; unknown where the base is not there, or either is beyond what can
/// be computed: 400 million dollars as a price.
constexpr Decimal percent_from(std::int64_t value, std::int64_t base) {
  constexpr std::int64_t kMost = 4'000'000'000'000;
  if (base <= 0 || base > kMost || value < 0 || value > kMost) return {};
  return {divide_rounded((value - base) * (100 * Decimal::kOne), base)};
}

}  // namespace plimsoll::market
