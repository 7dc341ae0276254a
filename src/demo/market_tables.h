#pragma once

#include <cstdint>
#include <functional>

#include "base/instant.h"
#include "base/result.h"
#include "link/postgres/link.h"

namespace plimsoll {

/// What a long load says while it runs: "scan_results 62 %".
using Progress = std::function<void(const Text&)>;

/// Rows at scale 1, as the document counted or implied them.
struct MarketCounts {
  std::int64_t scan_results = 12'536'682;
  std::int64_t symbols = 12'000;  ///< per trading day, with 49 five-minute slots each
  std::int64_t volume_days = 17;
  std::int64_t daily_days = 69;
};

/// The counts that a load at this scale makes; at least a handful of each.
MarketCounts counts_at(double scale);

/// Makes the schema and fills it inside the server: the same rows for the same scale and `now`, the
/// newest a few seconds before `now`, the oldest 13 days before. Trading hours are heavy, nights
/// and weekends light. Then ANALYZE. Costs about 20 µs a row of scan_results. Errors: those of
/// postgres::execute.
Result<void> load_market_tables(postgres::Link& link, double scale, Instant now,
                                const Progress& progress);

}  // namespace plimsoll
