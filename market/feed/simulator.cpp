#include "feed/simulator.h"

#include <algorithm>

namespace plimsoll::market {
namespace {

constexpr std::int64_t kMsPerMinute = 60'000;
constexpr std::int64_t kMostSteps = 60;  ///< prices a ticker shows within one minute
constexpr std::int64_t kCent = Price::kPerDollar / 100;

std::int64_t millis_between(Instant from, Instant to) {
  return std::chrono::floor<std::chrono::milliseconds>(to - from).count();
}

}  // namespace

Simulator::Simulator(SimulatorOptions options)
    : options_{std::move(options)},
      companies_{companies_of(options_.seed, options_.tickers)},
      now_{next_open(options_.start)},
      base_due_{options_.clock()} {
  begin_day(trading_date(now_));
}

Simulator::~Simulator() = default;

Instant Simulator::next_open(Instant after) const {
  const auto day = market_day_at(after);
  if (day.trades && after < day.end) return std::max(after, day.begin);
  return market_day(next_trading_day(day.date)).begin;
}

Deadline Simulator::due() const {
  if (options_.speed <= 0) return Deadline::min();
  const std::chrono::duration<double, std::milli> ahead{
      static_cast<double>(steps_ * options_.interval.count()) / options_.speed};
  return base_due_ + std::chrono::duration_cast<Deadline::duration>(ahead);
}

/// Steps over the cycles of this day whose successor is due already.
void Simulator::catch_up() {
  const std::chrono::duration<double, std::milli> late = options_.clock() - due();
  auto missed = static_cast<std::int64_t>(late.count() * options_.speed /
                                          static_cast<double>(options_.interval.count()));
  for (; missed > 0 && now_ + options_.interval < day_->market().end; --missed) {
    now_ += options_.interval;
    ++steps_;
    ++missed_;
  }
}

Result<Next> Simulator::next(Cycle& into) {
  if (options_.speed > 0) catch_up();
  show(now_, into);
  now_ = next_open(now_ + options_.interval);
  ++steps_;
  return Next::cycle;
}

void Simulator::show(Instant now, Cycle& into) {
  const auto& shown = day_->market();
  if (now < shown.begin || now >= shown.next_midnight) begin_day(trading_date(next_open(now)));
  const auto& market = day_->market();
  const auto ms = std::clamp<std::int64_t>(millis_between(market.begin, now), 0,
                                           day_->minutes() * kMsPerMinute);
  const int minute = static_cast<int>(ms / kMsPerMinute);
  if (minute < minute_) begin_day(market.date);
  while (minute_ < minute) {
    if (minute_ >= 0) finish_minute();
    ++minute_;
    begin_minute(minute_);
  }
  show_part(ms % kMsPerMinute);
  into.taken_at = std::chrono::floor<std::chrono::milliseconds>(now);
  into.unreadable = 0;
  into.quotes.assign(quotes_.begin(), quotes_.end());
}

void Simulator::begin_day(Date date) {
  if (!day_ || day_->market().date != date) day_ = std::make_unique<SimulatedDay>(companies_, date);
  const auto yesterday = market_day(trading_days_before(date, 1).front());
  quotes_.assign(companies_.size(), {});
  minutes_.assign(companies_.size(), {});
  trading_.clear();
  trading_.reserve(companies_.size());
  minute_ = -1;
  for (std::size_t i = 0; i < companies_.size(); ++i) {
    auto& quote = quotes_[i];
    quote.symbol = companies_[i].symbol;
    quote.otc = is_otc(companies_[i]);
    quote.exchange_time = std::chrono::floor<std::chrono::milliseconds>(yesterday.close);
    quote.prev_close = day_->prev_close(i);
    quote.prev_volume = day_->prev_volume(i);
    quote.last = quote.prev_close;
    quote_around(quote);
  }
}

void Simulator::begin_minute(int minute) {
  trading_.clear();
  for (std::size_t i = 0; i < quotes_.size(); ++i) {
    const auto bar = day_->bar_at(i, minute);
    if (bar.trades == 0) continue;
    trading_.push_back(static_cast<std::uint32_t>(i));
    const auto& quote = quotes_[i];
    auto& state = minutes_[i];
    state.volume = bar.volume;
    state.trades = bar.trades;
    state.volume_before = quote.volume_today;
    state.to = bar.close;
    state.from = quote.volume_today > 0 ? quote.last : bar.close;
    state.high_before = quote.day_high;
    state.low_before = quote.day_low;
  }
}

void Simulator::finish_minute() {
  show_part(kMsPerMinute);
  if (minute_ >= day_->close_minute()) return;
  for (const auto i : trading_) {
    auto& state = minutes_[i];
    state.paid_before += static_cast<double>(state.volume) *
                         static_cast<double>(state.from.units + state.to.units) / 2;
  }
}

void Simulator::show_part(std::int64_t ms) {
  const auto begin = std::chrono::floor<std::chrono::milliseconds>(day_->market().begin) +
                     std::chrono::minutes{minute_};
  const bool in_day_bar = minute_ < day_->close_minute();
  for (const auto i : trading_) {
    const auto& state = minutes_[i];
    // Step k of n happens in the middle of its part of the minute: the first after a half of one.
    const auto steps = std::min<std::int64_t>(state.trades, kMostSteps);
    const auto done = std::min(steps, (2 * ms * steps + kMsPerMinute) / (2 * kMsPerMinute));
    if (done == 0) continue;
    auto& quote = quotes_[i];
    auto units = state.from.units + (state.to.units - state.from.units) * done / steps;
    if (units >= Price::kPerDollar) units = units / kCent * kCent;
    quote.last.units = done == steps ? state.to.units : units;
    quote.exchange_time =
        begin + std::chrono::milliseconds{(2 * done - 1) * kMsPerMinute / (2 * steps)};
    const auto volume = state.volume * done / steps;
    quote.minute_volume = static_cast<std::int32_t>(std::min<std::int64_t>(volume, INT32_MAX));
    quote.minute_trades = static_cast<std::int32_t>(state.trades * done / steps);
    quote.volume_today = state.volume_before + volume;
    quote_around(quote);
    if (!in_day_bar) continue;
    const auto low = std::min(state.from, quote.last);
    const auto high = std::max(state.from, quote.last);
    if (state.volume_before == 0) quote.day_open = quote.last;
    quote.day_high = std::max(state.high_before, high);
    quote.day_low = state.volume_before == 0 ? low : std::min(state.low_before, low);
    quote.day_close = quote.last;
    quote.day_volume = quote.volume_today;
    const double paid =
        state.paid_before +
        static_cast<double>(volume) * static_cast<double>(state.from.units + quote.last.units) / 2;
    quote.vwap.units =
        quote.day_volume > 0
            ? static_cast<std::int64_t>(paid / static_cast<double>(quote.day_volume) + 0.5)
            : quote.last.units;
  }
}

void Simulator::quote_around(Quote& quote) const {
  const auto tick = quote.last.units >= Price::kPerDollar ? kCent : 1;
  // 4 basis points wide, a tick at least.
  const auto half = std::max<std::int64_t>(quote.last.units / 5000 / tick, 1) * tick;
  quote.bid.units = std::max<std::int64_t>(quote.last.units - half, 1);
  quote.ask.units = quote.last.units + half;
}

}  // namespace plimsoll::market
