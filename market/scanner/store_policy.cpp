#include "scanner/store_policy.h"

#include <algorithm>

#include "scanner/row_json.h"

namespace plimsoll::market {
namespace {

constexpr std::int64_t kMost8 = 9'999 * Decimal::kOne + 9'999;
constexpr std::int64_t kMost10 = 999'999 * Decimal::kOne + 9'999;
constexpr std::int64_t kMost12 = 99'999'999 * Decimal::kOne + 9'999;
constexpr std::size_t kUsualGaps = 240;

}  // namespace

void StorePolicy::Mean::add(Decimal value) {
  if (!value.known()) return;
  sum += value.units;
  ++count;
}

Decimal StorePolicy::Mean::value() const {
  if (count == 0) return {};
  return {divide_rounded(sum, count)};
}

StorePolicy::StorePolicy(const StoreSettings& settings, const ScannerOptions& options)
    : settings_{settings}, minutes_(settings.minutes ? options.capacity : 0) {
  rows_.reserve(options.keep + (settings.minutes ? options.capacity : 0));
  in_minute_.reserve(minutes_.size());
  if (!settings.gaps) return;
  gap_places_.reserve(options.keep);
  gaps_.reserve(options.keep * kUsualGaps);
}

bool StorePolicy::is_due(Millis at) {
  if (settings_.every.count() <= 0) return true;
  const auto span = at.time_since_epoch() / std::chrono::milliseconds{settings_.every};
  if (last_span_ == span) return false;
  last_span_ = span;
  return true;
}

std::span<const StoredRow> StorePolicy::take(const Scanner& scanner) {
  rows_.clear();
  if (settings_.minutes) add_to_minute(scanner);
  if (settings_.scans && is_due(scanner.moment().at)) store_scan(scanner);
  return rows_;
}

std::span<const StoredRow> StorePolicy::flush(const Scanner& scanner) {
  rows_.clear();
  if (minute_) close_minute(scanner);
  return rows_;
}

void StorePolicy::store_scan(const Scanner& scanner) {
  const auto& moment = scanner.moment();
  const auto top = settings_.top[static_cast<std::size_t>(moment.session)];
  const auto first = rows_.size();
  gaps_.clear();
  gap_places_.clear();
  for (const auto& row : scanner.rows().first(std::min(top, scanner.rows().size()))) {
    const auto& facts = scanner.facts(row.symbol_index);
    rows_.push_back({.table = *settings_.scans,
                     .time = moment.at,
                     .symbol = row.quote.symbol,
                     .session = moment.session,
                     .price = row.metrics.price,
                     .volume = row.quote.minute_volume,
                     .volume_today = row.metrics.volume_today,
                     .change_percent = row.metrics.change_percent,
                     .rvol = row.metrics.rvol,
                     .rvol_slot = row.figures.rvol,
                     .price_from_high = row.metrics.price_from_high,
                     .price_from_low = row.metrics.price_from_low,
                     .market_cap = facts.market_cap,
                     .float_shares = facts.float_shares,
                     .score = row.metrics.score,
                     .filters_matched = &scanner.filters_matched()});
    fit(rows_.back());
    if (!settings_.gaps) continue;
    const auto begin = gaps_.size();
    write_gaps_json(gaps_, row, moment.session);
    gap_places_.emplace_back(begin, gaps_.size());
  }
  for (std::size_t i = 0; i < gap_places_.size(); ++i)
    rows_[first + i].metadata = gaps_.view(gap_places_[i].first, gap_places_[i].second);
}

void StorePolicy::add_to_minute(const Scanner& scanner) {
  const auto& moment = scanner.moment();
  const auto minute = std::chrono::floor<std::chrono::minutes>(moment.at);
  if (minute_ && (minute > *minute_ || moment.session != minute_session_)) close_minute(scanner);
  if (!minute_) {
    minute_ = minute;
    minute_session_ = moment.session;
  }
  for (const auto& row : scanner.rows()) {
    auto& sum = minutes_[row.symbol_index];
    if (sum.scans++ == 0) in_minute_.push_back(row.symbol_index);
    sum.symbol = row.quote.symbol;
    sum.volume = row.quote.minute_volume;
    sum.volume_today = row.metrics.volume_today;
    sum.price.add({row.metrics.price.units});
    sum.change.add(row.metrics.change_percent);
    sum.rvol.add(row.metrics.rvol);
    sum.rvol_slot.add(row.figures.rvol);
    sum.from_high.add(row.metrics.price_from_high);
    sum.from_low.add(row.metrics.price_from_low);
    sum.score.add(row.metrics.score);
  }
}

StoredRow StorePolicy::minute_row(const Scanner& scanner, std::uint32_t index) {
  const auto& sum = minutes_[index];
  const auto& facts = scanner.facts(index);
  StoredRow row{.table = *settings_.minutes,
                .time = *minute_,
                .symbol = sum.symbol,
                .session = minute_session_,
                .price = {sum.price.value().units},
                .volume = sum.volume,
                .volume_today = sum.volume_today,
                .change_percent = sum.change.value(),
                .rvol = sum.rvol.value(),
                .rvol_slot = sum.rvol_slot.value(),
                .price_from_high = sum.from_high.value(),
                .price_from_low = sum.from_low.value(),
                .market_cap = facts.market_cap,
                .float_shares = facts.float_shares,
                .score = sum.score.value(),
                .filters_matched = &scanner.filters_matched()};
  fit(row);
  return row;
}

void StorePolicy::close_minute(const Scanner& scanner) {
  const auto better = [this](std::uint32_t a, std::uint32_t b) {
    const auto left = minutes_[a].score.value();
    const auto right = minutes_[b].score.value();
    return left != right ? left > right : minutes_[a].symbol < minutes_[b].symbol;
  };
  const auto top =
      std::min(settings_.top[static_cast<std::size_t>(minute_session_)], in_minute_.size());
  std::partial_sort(in_minute_.begin(), in_minute_.begin() + static_cast<std::ptrdiff_t>(top),
                    in_minute_.end(), better);
  for (std::size_t i = 0; i < top; ++i) rows_.push_back(minute_row(scanner, in_minute_[i]));
  for (const auto index : in_minute_) minutes_[index] = {};
  in_minute_.clear();
  minute_.reset();
}

Decimal StorePolicy::fitted(Decimal value, std::int64_t most) {
  if (!value.known() || (value.units <= most && value.units >= -most)) return value;
  ++clamped_;
  return {value.units > 0 ? most : -most};
}

void StorePolicy::fit(StoredRow& row) {
  row.price.units = fitted({row.price.units}, kMost12).units;
  row.change_percent = fitted(row.change_percent, kMost8);
  row.rvol = fitted(row.rvol, kMost10);
  row.rvol_slot = fitted(row.rvol_slot, kMost10);
  row.price_from_high = fitted(row.price_from_high, kMost8);
  row.price_from_low = fitted(row.price_from_low, kMost8);
  row.score = fitted(row.score, kMost10);
}

}  // namespace plimsoll::market
