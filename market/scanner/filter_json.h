#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/filter.h"

namespace plimsoll::market {

/// A row of scanner_filters, its `parameters` being a JSON object: min_rvol, max_rvol, min_price,
/// max_price, min_volume, min_change_percent, max_change_percent, min_market_cap, max_market_cap,
/// min_float, max_float, min_price_from_high, max_price_from_high, min_minute_volume,
/// max_data_age_seconds (numbers); sectors, industries, exchanges, sessions (arrays of text). null
/// asks for nothing.
/// Errors: malformed, also for a key that is none of these: a filter that is not applied must not
/// look as if it were.
Result<ScannerFilter> parse_filter(std::string name, bool enabled, std::string_view parameters);

}  // namespace plimsoll::market
