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
    if (!*seeded) {
      if (auto done = seed_past(days); !done) return done;
    }
  }
  std::vector<Date> stored{days.begin(), days.end()};
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

/// The oldest day is written last: where it is stored, all are.
Result<void> AnalyticsService::seed_past(std::span<const Date> days) {
  const auto policy = policy_of(settings_);
  if (!policy) return failure(policy.error());
  auto options = table_options(settings_, "seed-" + std::to_string(settings_.partition));
  options.spool.clear();
  options.when_full = WhenFull::block;
  options.block_for = std::chrono::minutes{2};
  options.now = [this] { return Instant{market_now_}; };
  const auto table = BoundedTable::open(*policy, volume_slots_shape(), options);
  if (!table) return failure(table.error());
  const auto companies = companies_of(settings_.simulator.seed, settings_.simulator.tickers);
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    if (stop_->asked()) return failure(ErrorCode::timed_out, say("stopped", "detenido"));
    simulate_slots(companies, *day, [&](const SlotRow& row) {
      if (is_mine(row.symbol) && (*table)->add([&row](Row& to) { fill(to, row); })) ++seeded_rows_;
    });
    if ((*table)->flush(deadline_in(std::chrono::minutes{2}))) continue;
    return failure((*table)->trouble().value_or(
        Error{ErrorCode::timed_out,
              say("the past could not be written", "no se pudo escribir el pasado"),
              {}}));
  }
  return {};
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
