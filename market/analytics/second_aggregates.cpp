#include "analytics/second_aggregates.h"

#include <algorithm>

#include "analytics/decimal.h"

namespace plimsoll::market {
namespace {

constexpr std::size_t kClosedPerSymbol = 2;

}  // namespace

SecondAggregates::SecondAggregates(std::size_t capacity) : capacity_{capacity}, open_(capacity) {
  touched_.reserve(capacity);
  closed_.reserve(capacity * kClosedPerSymbol);
}

std::size_t SecondAggregates::bytes_for(std::size_t capacity) {
  return capacity *
         (sizeof(Open) + sizeof(std::uint32_t) + kClosedPerSymbol * sizeof(SecondAggregate));
}

void SecondAggregates::close(Open& open) {
  auto& done = open.so_far;
  done.vwap.units =
      static_cast<std::int64_t>(open.notional / static_cast<double>(done.volume) + 0.5);
  done.avg_trade_size = divide_rounded(done.volume, std::max<std::int64_t>(open.trades, 1));
  open.last_out = done.start;
  open.open = false;
  if (closed_.size() == capacity_ * kClosedPerSymbol) {
    ++dropped_;
    return;
  }
  closed_.push_back(done);
}

bool SecondAggregates::add(std::uint32_t index, const Quote& quote, Traded traded) {
  if (taken_) {
    closed_.clear();
    taken_ = false;
  }
  auto& open = open_[index];
  const auto start = std::chrono::floor<std::chrono::seconds>(quote.exchange_time);
  if (start <= open.last_out) return false;
  const bool listed = open.open;
  if (open.open && open.so_far.start < start) close(open);
  const Price price = quote.price();
  if (!open.open) {
    open.so_far = {.symbol = quote.symbol,
                   .otc = quote.otc,
                   .open = price,
                   .high = price,
                   .low = price,
                   .start = start,
                   .end = start + std::chrono::seconds{1}};
    open.notional = 0;
    open.trades = 0;
    open.open = true;
    if (!listed) touched_.push_back(index);
  }
  auto& second = open.so_far;
  second.high = std::max(second.high, price);
  second.low = std::min(second.low, price);
  second.close = price;
  second.volume += traded.volume;
  second.volume_accumulated = quote.volume();
  open.notional += static_cast<double>(price.units) * static_cast<double>(traded.volume);
  open.trades += std::max<std::int64_t>(traded.trades, 1);
  return true;
}

std::span<const SecondAggregate> SecondAggregates::take(Millis before) {
  if (taken_) closed_.clear();
  std::size_t kept = 0;
  for (const auto index : touched_) {
    if (open_[index].so_far.end > before) {
      touched_[kept++] = index;
    } else {
      close(open_[index]);
    }
  }
  touched_.resize(kept);
  taken_ = true;
  return closed_;
}

void SecondAggregates::clear() {
  for (const auto index : touched_) open_[index].open = false;
  touched_.clear();
}

}  // namespace plimsoll::market
