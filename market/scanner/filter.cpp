#include "scanner/filter.h"

#include <algorithm>

namespace plimsoll::market {
namespace {

template <typename T>
std::optional<std::int64_t> units(const std::optional<T>& bound) {
  if (!bound) return std::nullopt;
  return bound->units;
}

bool in_force(const ScannerFilter& filter, Session session) {
  if (!filter.enabled) return false;
  return filter.sessions.empty() || std::find(filter.sessions.begin(), filter.sessions.end(),
                                              session) != filter.sessions.end();
}

}  // namespace

void CompiledFilter::Range::narrow(std::optional<std::int64_t> low,
                                   std::optional<std::int64_t> high) {
  if (low) least = std::max(least, *low);
  if (high) most = std::min(most, *high);
  asked = asked || low || high;
}

void CompiledFilter::narrow(Allowed& allowed, const std::vector<std::string>& texts, Names& names) {
  if (texts.empty()) return;
  Allowed these(Names::kMost);
  for (const auto& text : texts) these[names.intern(text)] = 1;
  these[Names::kUnknown] = 0;
  for (std::size_t id = 0; id < allowed.size(); ++id) these[id] &= allowed[id];
  allowed = std::move(these);
}

CompiledFilter::CompiledFilter(const std::vector<ScannerFilter>& filters, Session session,
                               Names& names) {
  for (const auto& filter : filters)
    if (in_force(filter, session)) add(filter, names);
}

void CompiledFilter::add(const ScannerFilter& filter, Names& names) {
  matched_.push_back(filter.name);
  rvol_.narrow(units(filter.min_rvol), units(filter.max_rvol));
  price_.narrow(units(filter.min_price), units(filter.max_price));
  volume_.narrow(filter.min_volume, std::nullopt);
  change_.narrow(units(filter.min_change_percent), units(filter.max_change_percent));
  market_cap_.narrow(filter.min_market_cap, filter.max_market_cap);
  float_.narrow(filter.min_float, filter.max_float);
  from_high_.narrow(units(filter.min_price_from_high), units(filter.max_price_from_high));
  minute_volume_.narrow(filter.min_minute_volume, std::nullopt);
  if (filter.max_data_age && (!max_age_ || *filter.max_data_age < *max_age_))
    max_age_ = *filter.max_data_age;
  narrow(sectors_, filter.sectors, names);
  narrow(industries_, filter.industries, names);
  narrow(exchanges_, filter.exchanges, names);
}

bool CompiledFilter::passes(const Quote& quote, const Metrics& metrics, const SymbolFacts& facts,
                            Millis now) const {
  // Divisions cost the most of a quote: only those that some filter asks for.
  const auto known = [&](const Range& range, auto percent_of) {
    if (!range.asked) return true;
    const Decimal value = percent_of(quote, metrics.price);
    return value.known() && range.holds(value.units);
  };
  const auto counted = [](const Range& range, std::int64_t value) {
    return !range.asked || (value != SymbolFacts::kUnknown && range.holds(value));
  };
  return (!metrics.rvol.known() || rvol_.holds(metrics.rvol.units)) &&
         price_.holds(metrics.price.units) && volume_.holds(metrics.volume_today) &&
         known(change_, change_percent_of) && known(from_high_, price_from_high_of) &&
         minute_volume_.holds(quote.minute_volume) && counted(market_cap_, facts.market_cap) &&
         counted(float_, facts.float_shares) && allows(sectors_, facts.sector) &&
         allows(industries_, facts.industry) && allows(exchanges_, facts.exchange) &&
         (!max_age_ || now - quote.exchange_time <= *max_age_);
}

}  // namespace plimsoll::market
