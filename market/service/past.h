#pragma once

#include <functional>
#include <span>
#include <vector>

#include "analytics/analytics.h"
#include "analytics/atr.h"
#include "base/result.h"
#include "feed/simulated_day.h"
#include "link/postgres/link.h"
#include "scanner/filter.h"
#include "scanner/metadata.h"
#include "service/settings.h"

// What the services read of PostgreSQL when they begin, and what a fresh machine is given instead:
// the simulator's own past. Named calls; their SQL is in past.cpp.
namespace plimsoll::market {

Result<postgres::Link> open_database(const Settings& settings);

/// The stored rows of one day, by symbol and slot, in pages of 20,000. A table that is not there
/// has none.
Result<std::size_t> read_slots(postgres::Link& link, Date day,
                               const std::function<void(const SlotRow&)>& row);
Result<bool> has_slots(postgres::Link& link, Date day);

struct SymbolAtr {
  Symbol symbol;
  Decimal atr;
};
/// ATR(14) of the newest daily bars before `day`: 60 days are read. Empty without such a table.
Result<std::vector<SymbolAtr>> read_atr(postgres::Link& link, Date day);

/// ticker_metadata. Empty where there is no such table.
Result<std::vector<Metadata>> read_metadata(postgres::Link& link);
/// Makes the table where it is missing, and fills it.
Result<void> store_metadata(postgres::Link& link, const std::vector<TickerMetadata>& metadata);

struct FilterRows {
  bool table = false;  ///< it is there
  std::vector<ScannerFilter> filters;
  std::vector<Error> refused;  ///< rows that are no filter: left out, and told
};
Result<FilterRows> read_filters(postgres::Link& link);
/// Makes scanner_filters with the three of the document: rvol, price and volume.
Result<void> seed_filters(postgres::Link& link);

/// The rows of one day as the simulator's market made them.
void simulate_slots(const std::vector<Company>& companies, Date day,
                    const std::function<void(const SlotRow&)>& row);
/// ATR(14) of the simulator's last 14 days; highs and lows are of every tenth minute.
std::vector<SymbolAtr> simulate_atr(const std::vector<Company>& companies, Date day);

}  // namespace plimsoll::market
