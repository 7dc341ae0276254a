#include "analytics/partition.h"
#include "service/analytics_service.h"
#include "service/past.h"
#include "service/tables.h"

// The part of analytics that begins a day: what is stored of it and of the five before, and the
// simulator's past where nothing is.
namespace plimsoll::market {

Result<void> AnalyticsService::enter_day(Date date) {
  const auto day = market_day(date);
  const auto days = trading_days_before(date, static_cast<int>(VolumeHistory::kDays));
  // Midnight while it runs: today rolls into the history, and nothing has to be read.
  const bool rolls = day_ && days.back() == day_->date;
  if (!rolls) {
    if (auto recovered = recover(day, days); !recovered) return recovered;
  } else {
    write_slots();
    if (!analytics_.begin_day(day, days)) return {};
    auto link = open_database(settings_);
    if (link) {
      if (auto atr = load_atr(*link, date); !atr) log_.warn("atr", atr.error());
    }
  }
  day_ = day;
  log_.info("day", {{"date", iso8601(day.begin).substr(0, 10)},
                    {"recovered_rows", static_cast<std::int64_t>(recovered_rows_)},
                    {"seeded_rows", static_cast<std::int64_t>(seeded_rows_)}});
  return {};
}

Result<void> AnalyticsService::recover(const MarketDay& day, std::span<const Date> days) {
  auto link = open_database(settings_);
  if (!link) return failure(link.error());
  if (!analytics_.begin_day(day, days)) {  // the market's clock went back: a feed that began anew
    analytics_ = Analytics{analytics_.symbols().capacity()};
    analytics_.begin_day(day, days);
  }
  if (settings_.seed_history) {
    const auto seeded = has_slots(*link, days.front());
    if (!seeded) return failure(seeded.error());
    if (!*seeded && !past_) seed_past(days);
  }
  std::vector<Date> stored;
  if (!past_) stored.assign(days.begin(), days.end());
  stored.push_back(day.date);
  for (const auto date : stored) {
    if (stop_->asked()) return failure(ErrorCode::timed_out, say("stopped", "detenido"));
    const auto read = read_slots(*link, date, [this](const SlotRow& row) {
      if (is_mine(row.symbol) && analytics_.load(row)) ++recovered_rows_;
    });
    if (!read) return failure(read.error());
  }
  return load_atr(*link, day.date);
}

/// Known at once, stored by and by.
void AnalyticsService::seed_past(std::span<const Date> days) {
  past_.emplace();
  past_->companies = companies_of(settings_.simulator.seed, settings_.simulator.tickers);
  past_->days.assign(days.begin(), days.end());
  for (const auto date : days) {
    if (stop_->asked()) return;
    simulate_slots(past_->companies, date, [this](const SlotRow& row) {
      if (is_mine(row.symbol)) analytics_.load(row);
    });
  }
}

/// As much as the table takes without dropping. The oldest day comes last: where it is stored, all
/// are.
void AnalyticsService::store_past() {
  constexpr std::uint64_t kRowsWaiting = 20'000;
  if (!past_) return;
  auto& past = *past_;
  while (slots_->stats().rows_in_memory < kRowsWaiting) {
    if (past.days.empty()) {
      past_.reset();
      return;
    }
    if (!past.day) past.day = std::make_unique<SimulatedDay>(past.companies, past.days.back());
    if (past.ticker == past.companies.size()) {
      past.day.reset();
      past.days.pop_back();
      past.ticker = 0;
      continue;
    }
    const auto ticker = past.ticker++;
    const auto& symbol = past.companies[ticker].symbol;
    if (!is_mine(symbol)) continue;
    past.day->slots_of(ticker, past.slots);
    for (const auto& slot : past.slots) {
      const SlotRow row{past.days.back(), symbol,      slot.slot,
                        slot.accumulated, slot.trades, slot.average};
      if (slots_->add([&row](Row& to) { fill(to, row); })) ++seeded_rows_;
    }
  }
}

Result<void> AnalyticsService::load_atr(postgres::Link& link, Date date) {
  auto ranges = read_atr(link, date);
  if (!ranges) return failure(ranges.error());
  if (ranges->empty() && settings_.seed_history)
    *ranges =
        simulate_atr(companies_of(settings_.simulator.seed, settings_.simulator.tickers), date);
  for (const auto& range : *ranges)
    if (is_mine(range.symbol)) analytics_.set_atr(range.symbol, range.atr);
  return {};
}

}  // namespace plimsoll::market
