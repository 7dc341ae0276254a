#include "service/past.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "link/postgres/act.h"
#include "link/postgres/quote.h"
#include "scanner/filter_json.h"

namespace plimsoll::market {
namespace {

constexpr std::chrono::seconds kConnectWithin{3};
constexpr std::size_t kPage = 20'000;
constexpr std::chrono::minutes kReadWithin{2};

std::string text_of(Date day) { return iso8601(Instant{std::chrono::sys_days{day}}).substr(0, 10); }

postgres::Act question(std::string_view what, std::string sql,
                       std::vector<std::optional<std::string>> values = {}) {
  postgres::Act act{verbatim(std::string{what}), {std::move(sql)}, std::move(values)};
  act.statement_timeout = kReadWithin;
  return act;
}

Result<bool> has_table(postgres::Link& link, const std::string& name) {
  const auto rows = postgres::act(
      link, question("find table " + name, "select to_regclass($1) is not null as there",
                     {"public." + name}));
  if (!rows) return failure(rows.error());
  return (*rows)[0].flag("there");
}

std::optional<Symbol> symbol_in(const postgres::Row& row) {
  const auto text = row.text("symbol");
  if (!Symbol::fits(text)) return std::nullopt;
  return Symbol::of(text);
}

Price price_in(const postgres::Row& row, std::string_view column) {
  return Price::dollars(std::clamp(row.real(column).value_or(0), 0.0, 4e8));
}

template <typename Value, typename Of>
std::string array_of(const std::vector<Value>& values, const Of& of) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const auto& value : values) texts.push_back(of(value));
  return postgres::array_literal(texts);
}

}  // namespace

Result<postgres::Link> open_database(const Settings& settings) {
  return postgres::Link::connect(*settings.postgres, kConnectWithin, postgres::Session::acting);
}

Result<bool> has_slots(postgres::Link& link, Date day) {
  const auto there = has_table(link, "volume_slots");
  if (!there) return failure(there.error());
  if (!*there) return false;
  const auto rows = postgres::act(
      link, question("look for volume_slots of a day",
                     "select exists (select from public.volume_slots where date = $1::date) as any",
                     {text_of(day)}));
  if (!rows) return failure(rows.error());
  return (*rows)[0].flag("any");
}

Result<std::size_t> read_slots(postgres::Link& link, Date day,
                               const std::function<void(const SlotRow&)>& row) {
  const auto there = has_table(link, "volume_slots");
  if (!there) return failure(there.error());
  std::size_t count = 0;
  std::string symbol;
  int slot = -1;
  for (bool more = *there; more;) {
    const auto rows = postgres::act(
        link, question("read volume_slots",
                       "select symbol, slot_number, volume_accumulated, trades_count, avg_price "
                       "from public.volume_slots"
                       " where date = $1::date and (symbol, slot_number) > ($2::varchar, $3::int)"
                       " order by symbol, slot_number limit 20000",
                       {text_of(day), symbol, std::to_string(slot)}));
    if (!rows) return failure(rows.error());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto stored = (*rows)[i];
      symbol = stored.text("symbol");
      slot = static_cast<int>(stored.integer("slot_number").value_or(0));
      const auto known = symbol_in(stored);
      if (!known) continue;
      row({day, *known, slot, stored.integer("volume_accumulated").value_or(0),
           static_cast<std::int32_t>(stored.integer("trades_count").value_or(0)),
           price_in(stored, "avg_price")});
      ++count;
    }
    more = rows->size() == kPage;
  }
  return count;
}

Result<std::vector<SymbolAtr>> read_atr(postgres::Link& link, Date day) {
  std::vector<SymbolAtr> result;
  const auto there = has_table(link, "market_data_daily");
  if (!there) return failure(there.error());
  if (!*there) return result;
  const auto rows =
      postgres::act(link, question("read market_data_daily",
                                   "select symbol, high, low, close from public.market_data_daily"
                                   " where trading_date < $1::date and trading_date >= $1::date - "
                                   "60 order by symbol, trading_date",
                                   {text_of(day)}));
  if (!rows) return failure(rows.error());
  std::vector<DailyBar> bars;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto bar = (*rows)[i];
    bars.push_back({price_in(bar, "high"), price_in(bar, "low"), price_in(bar, "close")});
    const bool last = i + 1 == rows->size() || (*rows)[i + 1].text("symbol") != bar.text("symbol");
    if (!last) continue;
    if (const auto symbol = symbol_in(bar)) {
      if (const auto atr = atr14(bars); atr.known()) result.push_back({*symbol, atr});
    }
    bars.clear();
  }
  return result;
}

Result<std::vector<Metadata>> read_metadata(postgres::Link& link) {
  std::vector<Metadata> result;
  const auto there = has_table(link, "ticker_metadata");
  if (!there) return failure(there.error());
  if (!*there) return result;
  const auto rows = postgres::act(
      link,
      question("read ticker_metadata",
               "select symbol, market_cap, float_shares, shares_outstanding, avg_volume_30d, "
               "avg_volume_10d, sector,"
               " industry, exchange from public.ticker_metadata order by symbol limit 65536"));
  if (!rows) return failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto symbol = symbol_in(row);
    if (!symbol) continue;
    result.push_back({*symbol, row.integer("market_cap"), row.integer("float_shares"),
                      row.integer("shares_outstanding"), row.integer("avg_volume_30d"),
                      row.integer("avg_volume_10d"), row.text("sector"), row.text("industry"),
                      row.text("exchange")});
  }
  return result;
}

Result<void> store_metadata(postgres::Link& link, const std::vector<TickerMetadata>& metadata) {
  using Row = TickerMetadata;
  const auto numbers = [&](std::int64_t Row::*member) {
    return array_of(metadata, [member](const Row& row) { return std::to_string(row.*member); });
  };
  const auto words = [&](std::string_view Row::*member) {
    return array_of(metadata, [member](const Row& row) { return std::string{row.*member}; });
  };
  auto act = question("fill ticker_metadata",
                      "create table if not exists public.ticker_metadata (symbol varchar(10) "
                      "primary key, company_name text,"
                      " exchange varchar(20), sector varchar(100), industry varchar(100), "
                      "market_cap bigint, float_shares bigint,"
                      " shares_outstanding bigint, avg_volume_30d bigint, avg_volume_10d bigint, "
                      "updated_at timestamptz)");
  act.statements.emplace_back(
      "insert into public.ticker_metadata (symbol, market_cap, float_shares, shares_outstanding, "
      "avg_volume_30d,"
      " avg_volume_10d, sector, industry, exchange, updated_at) select *, now() from "
      "unnest($1::varchar[], $2::bigint[],"
      " $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::varchar[], $8::varchar[], "
      "$9::varchar[])"
      " on conflict (symbol) do nothing");
  act.values = {array_of(metadata, [](const Row& row) { return std::string{row.symbol.text()}; }),
                numbers(&Row::market_cap),
                numbers(&Row::float_shares),
                numbers(&Row::shares_outstanding),
                numbers(&Row::avg_volume_30d),
                numbers(&Row::avg_volume_10d),
                words(&Row::sector),
                words(&Row::industry),
                words(&Row::exchange)};
  const auto done = postgres::act(link, act);
  if (!done) return failure(done.error());
  return {};
}

Result<FilterRows> read_filters(postgres::Link& link) {
  FilterRows result;
  const auto there = has_table(link, "scanner_filters");
  if (!there) return failure(there.error());
  result.table = *there;
  if (!*there) return result;
  const auto rows = postgres::act(
      link,
      question("read scanner_filters",
               "select name, enabled, parameters::text as parameters from public.scanner_filters"
               " order by priority, name limit 1000"));
  if (!rows) return failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    auto filter = parse_filter(row.text("name"), row.flag("enabled"),
                               row.optional_text("parameters").value_or("{}"));
    if (filter)
      result.filters.push_back(std::move(*filter));
    else
      result.refused.push_back(filter.error());
  }
  return result;
}

Result<void> seed_filters(postgres::Link& link) {
  auto act = question("make scanner_filters",
                      "create table if not exists public.scanner_filters (id serial primary key, "
                      "name varchar(100) not null unique,"
                      " description text, enabled boolean, filter_type varchar(50), parameters "
                      "jsonb, priority integer,"
                      " created_at timestamptz, updated_at timestamptz)");
  act.statements.emplace_back(
      "insert into public.scanner_filters (name, description, enabled, filter_type, parameters, "
      "priority, created_at,"
      " updated_at) values"
      " ('min_rvol', 'relative volume', true, 'rvol', '{\"min_rvol\": 2.0}', 1, now(), now()),"
      " ('min_price', 'no penny stocks', true, 'price', '{\"min_price\": 1.0}', 2, now(), now()),"
      " ('min_volume', 'liquidity', true, 'volume', '{\"min_volume\": 100000}', 3, now(), now())"
      " on conflict (name) do nothing");
  const auto done = postgres::act(link, act);
  if (!done) return failure(done.error());
  return {};
}

void simulate_slots(const std::vector<Company>& companies, Date day,
                    const std::function<void(const SlotRow&)>& row) {
  const SimulatedDay simulated{companies, day};
  std::vector<SlotVolume> slots;
  for (std::size_t i = 0; i < companies.size(); ++i) {
    simulated.slots_of(i, slots);
    for (const auto& slot : slots)
      row({day, companies[i].symbol, slot.slot, slot.accumulated, slot.trades, slot.average});
  }
}

std::vector<SymbolAtr> simulate_atr(const std::vector<Company>& companies, Date day) {
  constexpr int kStep = 10;
  std::vector<std::vector<DailyBar>> bars(companies.size());
  for (const auto date : trading_days_before(day, static_cast<int>(kAtrBars))) {
    const SimulatedDay simulated{companies, date};
    for (std::size_t i = 0; i < companies.size(); ++i) {
      DailyBar bar{simulated.prev_close(i), simulated.prev_close(i), simulated.prev_close(i)};
      bool traded = false;
      for (int minute = 0; minute < simulated.minutes(); minute += kStep) {
        const auto close = simulated.bar_at(i, minute).close;
        if (close.units <= 0) continue;
        bar.high = traded ? std::max(bar.high, close) : close;
        bar.low = traded ? std::min(bar.low, close) : close;
        bar.close = close;
        traded = true;
      }
      bars[i].push_back(bar);
    }
  }
  std::vector<SymbolAtr> result;
  for (std::size_t i = 0; i < companies.size(); ++i)
    if (const auto atr = atr14(bars[i]); atr.known()) result.push_back({companies[i].symbol, atr});
  return result;
}

}  // namespace plimsoll::market
