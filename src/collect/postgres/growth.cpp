#include "collect/postgres/growth.h"

#include <algorithm>

namespace plimsoll {
namespace {

constexpr Days kWeek{7};
constexpr double kSecondsPerDay = 86400;

double days_between(Instant begin, Instant end) {
  return std::chrono::duration<double>(end - begin).count() / kSecondsPerDay;
}

Seconds whole_seconds(Instant begin, Instant end) {
  return std::chrono::duration_cast<Seconds>(end - begin);
}

std::optional<double> per_day(std::optional<double> amount, double days) {
  if (!amount) return std::nullopt;
  return *amount / days;
}

std::optional<double> as_double(std::optional<Bytes> bytes) {
  if (!bytes) return std::nullopt;
  return static_cast<double>(bytes->count());
}

}  // namespace

std::optional<GrowthRate> growth_of_ranges(std::vector<RangeUse> ranges,
                                           std::optional<Instant> oldest, Instant newest,
                                           GrowthSource source) {
  std::erase_if(ranges, [&](const RangeUse& range) {
    return range.end > newest || range.begin >= range.end || (oldest && range.end <= *oldest);
  });
  if (ranges.empty()) return std::nullopt;
  std::sort(ranges.begin(), ranges.end(),
            [](const RangeUse& a, const RangeUse& b) { return a.begin > b.begin; });
  const auto last =
      std::max_element(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
        return a.end < b.end;
      })->end;
  auto first = last;
  std::optional<double> bytes = 0;
  std::optional<double> rows = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    // Those of one range (space partitions) are taken together.
    const bool same_range = i > 0 && ranges[i].begin == ranges[i - 1].begin;
    if (last - first >= kWeek && !same_range) break;
    first = oldest ? std::max(*oldest, ranges[i].begin) : ranges[i].begin;
    bytes = bytes && ranges[i].bytes ? std::optional{*bytes + *as_double(ranges[i].bytes)}
                                     : std::nullopt;
    rows = rows && ranges[i].rows ? std::optional{*rows + static_cast<double>(*ranges[i].rows)}
                                  : std::nullopt;
  }
  const double days = days_between(first, last);
  if (days < 0.5 || (!bytes && !rows)) return std::nullopt;
  return GrowthRate{per_day(bytes, days), per_day(rows, days), whole_seconds(first, last), source};
}

std::optional<GrowthRate> growth_of_row_range(std::int64_t rows, std::optional<Bytes> bytes,
                                              Instant oldest, Instant end, Instant now) {
  const double days = days_between(oldest, end);
  const bool fresh = now - end < std::chrono::hours{1};
  if (rows <= 1 || days < 1.0 / 24 || (days < 1 && !fresh)) return std::nullopt;
  return GrowthRate{per_day(as_double(bytes), days), static_cast<double>(rows) / days,
                    whole_seconds(oldest, end), GrowthSource::row_range};
}

std::optional<Instant> TimeSpread::oldest() const {
  std::optional<Instant> found;
  if (!bounds.empty()) found = bounds.front();
  for (const auto& [value, share] : frequent) found = found ? std::min(*found, value) : value;
  return found;
}

std::optional<Instant> TimeSpread::newest() const {
  std::optional<Instant> found;
  if (!bounds.empty()) found = bounds.back();
  for (const auto& [value, share] : frequent) found = found ? std::max(*found, value) : value;
  return found;
}

double TimeSpread::share_between(Instant begin, Instant end) const {
  double in_bins = 1 - null_share;
  double found = 0;
  for (const auto& [value, share] : frequent) {
    in_bins -= share;
    if (value >= begin && value < end) found += share;
  }
  if (bounds.size() < 2 || in_bins <= 0) return found;
  const double share_of_bin = in_bins / static_cast<double>(bounds.size() - 1);
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    const auto low = std::max(bounds[i - 1], begin);
    const auto high = std::min(bounds[i], end);
    const double width = days_between(bounds[i - 1], bounds[i]);
    if (width <= 0) {
      if (bounds[i] >= begin && bounds[i] < end) found += share_of_bin;
    } else if (high > low) {
      found += share_of_bin * days_between(low, high) / width;
    }
  }
  return found;
}

std::optional<GrowthRate> growth_of_spread(const TimeSpread& spread, std::int64_t rows,
                                           std::optional<Bytes> bytes, Seconds step) {
  const auto oldest = spread.oldest();
  const auto newest = spread.newest();
  if (!oldest || !newest || rows <= 1) return std::nullopt;
  const auto end = *newest + std::max(step, Seconds{1});
  const auto begin = std::max(*oldest, end - kWeek);
  const double days = days_between(begin, end);
  if (days < 1) return std::nullopt;
  const double share = spread.share_between(begin, end);
  const auto bytes_in_window = bytes ? std::optional{*as_double(bytes) * share} : std::nullopt;
  return GrowthRate{per_day(bytes_in_window, days), static_cast<double>(rows) * share / days,
                    whole_seconds(begin, end), GrowthSource::column_histogram};
}

std::optional<GrowthRate> growth_of_counters(std::int64_t inserted, std::int64_t deleted,
                                             std::optional<double> bytes_per_row, Instant since,
                                             Instant now) {
  const double days = days_between(since, now);
  if (days < 1.0 / 24 || (inserted == 0 && deleted == 0)) return std::nullopt;
  const double rows = static_cast<double>(inserted - deleted);
  return GrowthRate{bytes_per_row ? std::optional{rows * *bytes_per_row / days} : std::nullopt,
                    rows / days, whole_seconds(since, now), GrowthSource::tuple_counters};
}

}  // namespace plimsoll
