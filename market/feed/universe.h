#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "session/session.h"
#include "ticker/quote.h"

namespace plimsoll::market {

constexpr std::size_t kUsTickers = 11'900;

/// What stays the same of an invented company.
struct Company {
  Symbol symbol;
  std::uint64_t key = 0;  ///< of all its chances
  double price = 0;       ///< about which it moves, in dollars
  double volume = 0;      ///< shares on a usual day
  double volatility = 0;  ///< of a usual day, as a share of the price
  std::int64_t shares_outstanding = 0;
  std::int64_t float_shares = 0;
  std::uint8_t sector = 0;
  std::uint8_t industry = 0;
  std::uint8_t exchange = 0;
};

/// Some sixty names one knows, at about their size; the rest is drawn: prices and volumes spread
/// log-normally (half of all under 15 dollars and 60,000 shares a day, a handful a thousandfold).
std::vector<Company> companies_of(std::uint64_t seed, std::size_t count);

/// The columns of ticker_metadata that the scanner reads.
struct TickerMetadata {
  Symbol symbol;
  std::int64_t market_cap = 0;  ///< dollars
  std::int64_t float_shares = 0;
  std::int64_t shares_outstanding = 0;
  std::int64_t avg_volume_30d = 0;
  std::int64_t avg_volume_10d = 0;
  std::string_view sector;
  std::string_view industry;
  std::string_view exchange;  ///< "XNAS", "XNYS", "ARCX", "XASE", "OTC"
};

std::string_view sector_of(const Company& company);
std::string_view industry_of(const Company& company);
std::string_view exchange_of(const Company& company);
inline bool is_otc(const Company& company) { return exchange_of(company) == "OTC"; }

}  // namespace plimsoll::market
