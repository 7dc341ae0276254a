#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ticker/quote.h"

namespace plimsoll::market {

/// What ticker_metadata says of a symbol. Empty: not known.
struct Metadata {
  Symbol symbol;
  std::optional<std::int64_t> market_cap = {};
  std::optional<std::int64_t> float_shares = {};
  std::optional<std::int64_t> shares_outstanding = {};
  std::optional<std::int64_t> avg_volume_30d = {};
  std::optional<std::int64_t> avg_volume_10d = {};
  std::string sector = {};
  std::string industry = {};
  std::string exchange = {};
};

/// The same, as the scanner keeps it.
struct SymbolFacts {
  static constexpr std::int64_t kUnknown = -1;
  std::int64_t market_cap = kUnknown;
  std::int64_t float_shares = kUnknown;
  std::int64_t avg_volume_30d = kUnknown;
  std::uint16_t sector = 0;
  std::uint16_t industry = 0;
  std::uint16_t exchange = 0;
};

}  // namespace plimsoll::market
