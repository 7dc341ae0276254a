#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "census/store.h"

// Growth rates without a history. All pure; a rate is empty where the facts do not carry one.
namespace plimsoll {

/// What one chunk or partition holds of a stretch of time.
struct RangeUse {
  Instant begin;
  Instant end;
  std::optional<Bytes> bytes;
  std::optional<std::int64_t> rows;
};

/// Over the ranges that are over (nothing is written to them any more), the latest ones that make
/// up at least seven days where there are so many: a week holds one weekend, whatever its days
/// hold. `newest` is the newest row where known, and `now` otherwise: a range that ends later is
/// still filling. The first range begins with the oldest row.
std::optional<GrowthRate> growth_of_ranges(std::vector<RangeUse> ranges,
                                           std::optional<Instant> oldest, Instant newest,
                                           GrowthSource source);

/// rows ÷ (end − oldest). Of less than a day only when the newest row is fresh: a table loaded once
/// within the hour does not grow by that much each hour.
std::optional<GrowthRate> growth_of_row_range(std::int64_t rows, std::optional<Bytes> bytes,
                                              Instant oldest, Instant end, Instant now);

/// How the values of a column are spread: pg_stats' bins, each with as many rows as the next one,
/// and the values too frequent for bins.
struct TimeSpread {
  std::vector<Instant> bounds;
  struct Frequent {
    Instant value;
    double share;  ///< of all rows
  };
  std::vector<Frequent> frequent;
  double null_share = 0;

  std::optional<Instant> oldest() const;
  std::optional<Instant> newest() const;
  /// Of all rows, those in [begin, end); rows are even within a bin.
  double share_between(Instant begin, Instant end) const;
};

/// Over the last seven days that have rows (or all, of a shorter table). `step` is the axis' own
/// unit: a day for dates, which a newest value fills to its end.
std::optional<GrowthRate> growth_of_spread(const TimeSpread& spread, std::int64_t rows,
                                           std::optional<Bytes> bytes, Seconds step);

/// (inserted − deleted) since the counters were reset.
std::optional<GrowthRate> growth_of_counters(std::int64_t inserted, std::int64_t deleted,
                                             std::optional<double> bytes_per_row, Instant since,
                                             Instant now);

}  // namespace plimsoll
