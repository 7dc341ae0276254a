#include "analytics/analytics.h"

#include <algorithm>

#include "analytics/atr.h"

namespace plimsoll::market {
namespace {

/// No day of one stock comes near: a number beyond it is noise, and would overflow what is computed
/// of it.
constexpr std::int64_t kMostVolume = 1'000'000'000'000;
constexpr std::size_t kClosedRowsPerSymbol = 2;
constexpr std::size_t kRowsPerSymbol = kClosedRowsPerSymbol + 1;

}  // namespace

Analytics::Analytics(std::size_t capacity)
    : symbols_{capacity},
      history_{capacity},
      seconds_{capacity},
      today_(capacity),
      volumes_(capacity * kSlotsPerDay),
      atr_(capacity) {
  changed_.reserve(capacity);
  rows_.reserve(capacity * kRowsPerSymbol);
}

std::size_t Analytics::bytes_for(std::size_t capacity) {
  constexpr auto kPerSymbol = sizeof(Today) + kSlotsPerDay * sizeof(std::int64_t) +
                              sizeof(Decimal) + sizeof(std::uint32_t) +
                              kRowsPerSymbol * sizeof(SlotRow);
  return SymbolTable::bytes_for(capacity) + VolumeHistory::bytes_for(capacity) +
         SecondAggregates::bytes_for(capacity) + capacity * kPerSymbol;
}

std::int64_t Analytics::volume_at(int slot, std::uint32_t index) const {
  return volumes_[static_cast<std::size_t>(slot) * symbols_.capacity() + index];
}

void Analytics::set_volume(int slot, std::uint32_t index, std::int64_t volume) {
  volumes_[static_cast<std::size_t>(slot) * symbols_.capacity() + index] = volume;
}

bool Analytics::begin_day(const MarketDay& today, std::span<const Date> previous_days) {
  if (began_ && today.date < day_.date) return false;
  const bool same = began_ && today.date == day_.date;
  if (began_ && !same) {
    for (const auto index : changed_) queue_row(index, today_[index]);
    changed_.clear();
  }
  const auto ended = day_.date;
  day_ = today;
  history_.set_days(previous_days);
  if (same || !began_) {
    began_ = true;
    return true;
  }
  history_.adopt(ended, volumes_);
  std::fill(today_.begin(), today_.end(), Today{});
  seconds_.clear();
  return true;
}

bool Analytics::load(const SlotRow& row) {
  if (row.slot < 0 || row.slot >= kSlotsPerDay || row.volume_accumulated < 0 ||
      row.volume_accumulated > kMostVolume)
    return false;
  const bool of_today = began_ && row.date == day_.date;
  if (!of_today && !history_.has(row.date)) return false;
  const auto index = symbols_.find_or_add(row.symbol);
  if (index == SymbolTable::kNone) {
    ++stats_.over_capacity;
    return false;
  }
  if (!of_today) return history_.set(row.date, row.slot, index, row.volume_accumulated);
  set_volume(row.slot, index, row.volume_accumulated);
  auto& today = today_[index];
  if (row.slot < today.slot) return true;
  today.slot_shares = std::max<std::int64_t>(row.volume_accumulated - today.volume, 0);
  today.slot_notional =
      static_cast<double>(row.avg_price.units) * static_cast<double>(today.slot_shares);
  today.slot = row.slot;
  today.slot_trades = row.trades_count;
  today.volume = row.volume_accumulated;
  today.last_price = row.avg_price;
  today.seen_at = std::chrono::floor<std::chrono::milliseconds>(day_.slot_begin(row.slot));
  return true;
}

void Analytics::set_atr(const Symbol& symbol, Decimal atr) {
  const auto index = symbols_.find_or_add(symbol);
  if (index == SymbolTable::kNone) {
    ++stats_.over_capacity;
    return;
  }
  atr_[index] = atr;
}

void Analytics::begin_cycle(Millis now) { history_.move_to(day_.slot_of(now)); }

void Analytics::take(std::span<const Quote> quotes, std::span<Figures> figures) {
  for (std::size_t i = 0; i < quotes.size(); ++i) figures[i] = take(quotes[i]);
}

Figures Analytics::take(const Quote& quote) {
  ++stats_.quotes;
  const auto index = symbols_.find_or_add(quote.symbol);
  if (index == SymbolTable::kNone) {
    ++stats_.over_capacity;
    return {.intraday_high = quote.day_high, .intraday_low = quote.day_low};
  }
  auto& today = today_[index];
  if (!is_today(quote.exchange_time) || quote.volume() > kMostVolume) {
    ++stats_.out_of_day;
  } else if (is_late(today, quote)) {
    ++stats_.late;
  } else {
    change(index, today, quote);
  }
  return figures_of(index, quote);
}

/// Midnight to midnight in New York; its clocks change on Sundays, which do not trade.
bool Analytics::is_today(Millis instant) const {
  return instant < day_.next_midnight && instant >= day_.next_midnight - kOneDay;
}

bool Analytics::is_late(const Today& today, const Quote& quote) const {
  if (quote.exchange_time != today.seen_at) return quote.exchange_time < today.seen_at;
  return quote.volume() < today.volume;
}

void Analytics::change(std::uint32_t index, Today& today, const Quote& quote) {
  note_price(today, quote);
  const auto volume = quote.volume();
  Traded traded{.trades = note_trades(today, quote)};
  if (volume > 0) {
    if (volume < today.volume) {
      ++stats_.corrections;
    } else {
      traded.volume = volume - today.volume;
    }
  }
  if (traded.volume > 0 && today.baseline) {
    const Traded second{.volume = traded.volume + today.unsent, .trades = traded.trades};
    today.unsent = seconds_.add(index, quote, second) ? 0 : second.volume;
  }
  note_slot(index, today, quote, traded);
  today.seen_at = quote.exchange_time;
  today.baseline = true;
}

/// The first quote of the day brings the extremes of before it was seen: after a restart the day's
/// high is not the price of that moment.
void Analytics::note_price(Today& today, const Quote& quote) const {
  if (!today.baseline) {
    today.high = quote.day_high;
    today.low = quote.day_low;
  }
  if (quote.last.units <= 0) return;
  today.high = std::max(today.high, quote.last);
  today.low = today.low.units > 0 ? std::min(today.low, quote.last) : quote.last;
}

std::int64_t Analytics::note_trades(Today& today, const Quote& quote) const {
  const auto minute =
      std::chrono::floor<std::chrono::minutes>(quote.exchange_time).time_since_epoch().count();
  const std::int64_t known = minute == today.minute ? today.minute_trades : 0;
  const auto more = std::max<std::int64_t>(quote.minute_trades - known, 0);
  today.minute = minute;
  today.minute_trades = known + more;
  return more;
}

void Analytics::note_slot(std::uint32_t index, Today& today, const Quote& quote, Traded traded) {
  const auto slot = day_.slot_of(quote.exchange_time);
  const bool first = !today.baseline && today.slot == kNoSlot;
  if (quote.volume() > 0) today.volume = quote.volume();
  if (slot == kNoSlot || today.volume == 0) return;
  if (slot != today.slot) {
    if (today.dirty) queue_row(index, today);
    today.slot = slot;
    today.slot_trades = 0;
    today.slot_shares = 0;
    today.slot_notional = 0;
  }
  today.last_price = quote.price();
  today.slot_trades += traded.trades;
  // The volume of before we looked was not traded at this price.
  if (!first) {
    today.slot_shares += traded.volume;
    today.slot_notional +=
        static_cast<double>(today.last_price.units) * static_cast<double>(traded.volume);
  }
  set_volume(slot, index, today.volume);
  if (!today.dirty) changed_.push_back(index);
  today.dirty = true;
}

SlotRow Analytics::row_of(std::uint32_t index, const Today& today) const {
  SlotRow row{.date = day_.date,
              .symbol = symbols_.symbol(index),
              .slot = today.slot,
              .volume_accumulated = volume_at(today.slot, index),
              .trades_count = static_cast<std::int32_t>(today.slot_trades),
              .avg_price = today.last_price};
  if (today.slot_shares > 0) {
    row.avg_price.units = static_cast<std::int64_t>(
        today.slot_notional / static_cast<double>(today.slot_shares) + 0.5);
  }
  return row;
}

void Analytics::queue_row(std::uint32_t index, Today& today) {
  if (rows_taken_) {
    rows_.clear();
    rows_taken_ = false;
  }
  if (rows_.size() >= symbols_.capacity() * kClosedRowsPerSymbol) {
    ++stats_.slot_rows_dropped;
    return;
  }
  rows_.push_back(row_of(index, today));
}

std::span<const SlotRow> Analytics::take_slot_rows() {
  if (rows_taken_) rows_.clear();
  for (const auto index : changed_) {
    rows_.push_back(row_of(index, today_[index]));
    today_[index].dirty = false;
  }
  changed_.clear();
  rows_taken_ = true;
  return rows_;
}

Figures Analytics::figures_of(std::uint32_t index, const Quote& quote) const {
  const auto& today = today_[index];
  const Price price = quote.last.units > 0 ? quote.last : quote.day_close;
  return {.rvol = history_.relative(index, today.volume),
          .atr = atr_[index],
          .atr_percent = atr_percent_of(atr_[index], price),
          .intraday_high = today.high.units > 0 ? today.high : quote.day_high,
          .intraday_low = today.low.units > 0 ? today.low : quote.day_low};
}

AnalyticsStats Analytics::stats() const {
  auto stats = stats_;
  stats.aggregates_dropped = seconds_.dropped();
  return stats;
}

}  // namespace plimsoll::market
