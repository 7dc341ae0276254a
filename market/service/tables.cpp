#include "service/tables.h"

#include <algorithm>
#include <array>

#include "policy/config.h"

namespace plimsoll::market {
namespace {

constexpr std::int64_t kNoBound = 1'000'000'000'000'000;

std::chrono::sys_days day_of(Date date) { return std::chrono::sys_days{date}; }

Row& put_decimal(Row& row, Decimal value) {
  return value.known() ? row.numeric(value.units, 4) : row.null();
}

Row& put_fact(Row& row, std::int64_t value) {
  return value == SymbolFacts::kUnknown ? row.null() : row.int8(value);
}

Policy without_bounds() {
  StreamRule streams;
  streams.pattern = "*";
  streams.maxlen = kNoBound;
  TableRule tables;
  tables.pattern = "*";
  tables.keep = Forever{};
  tables.plain = true;
  Policy policy;
  policy.streams = {streams};
  policy.tables = {tables};
  return policy;
}

}  // namespace

TableShape volume_slots_shape() {
  TableShape shape;
  shape.name = "volume_slots";
  shape.time_column = "date";
  shape.columns = {{"date", ColumnType::date, true},
                   {"symbol", ColumnType::varchar, true, 0, 0, 10},
                   {"slot_number", ColumnType::int4, true},
                   {"slot_time", ColumnType::time, true},
                   {"volume_accumulated", ColumnType::int8},
                   {"trades_count", ColumnType::int4},
                   {"avg_price", ColumnType::numeric, false, 12, 4}};
  shape.primary_key = {"date", "symbol", "slot_number"};
  return shape;
}

TableShape scan_results_shape(StoredIn stored, bool keyed) {
  TableShape shape;
  shape.name = stored == StoredIn::live ? "scan_results" : "scan_results_history";
  shape.time_column = "time";
  shape.columns = {{"time", ColumnType::timestamptz, true},
                   {"symbol", ColumnType::varchar, true, 0, 0, 10},
                   {"session", ColumnType::varchar, true, 0, 0, 20},
                   {"price", ColumnType::numeric, false, 12, 4},
                   {"volume", ColumnType::int8},
                   {"volume_today", ColumnType::int8},
                   {"change_percent", ColumnType::numeric, false, 8, 4},
                   {"rvol", ColumnType::numeric, false, 10, 4},
                   {"rvol_slot", ColumnType::numeric, false, 10, 4},
                   {"price_from_high", ColumnType::numeric, false, 8, 4},
                   {"price_from_low", ColumnType::numeric, false, 8, 4},
                   {"market_cap", ColumnType::int8},
                   {"float_shares", ColumnType::int8},
                   {"score", ColumnType::numeric, false, 10, 4},
                   {"filters_matched", ColumnType::text_array},
                   {"metadata", ColumnType::jsonb}};
  if (keyed) {
    shape.primary_key = {"symbol", "time"};
    shape.indexes = {{"time DESC"}};
  } else {
    shape.indexes = {{"time DESC"},
                     {"symbol", "time DESC"},
                     {"session", "time DESC"},
                     {"rvol DESC", "time DESC"},
                     {"score DESC", "time DESC"}};
  }
  return shape;
}

void fill(Row& row, const SlotRow& slot) {
  row.date(day_of(slot.date))
      .text(slot.symbol.text())
      .int4(slot.slot)
      .time(slot_time_of(slot.slot))
      .int8(slot.volume_accumulated)
      .int4(slot.trades_count);
  if (slot.avg_price.units > 0)
    row.numeric(slot.avg_price.units, 4);
  else
    row.null();
}

void fill(Row& row, const StoredRow& stored) {
  row.timestamptz(Instant{stored.time})
      .text(stored.symbol.text())
      .text(name_of(stored.session))
      .numeric(stored.price.units, 4)
      .int8(stored.volume)
      .int8(stored.volume_today);
  put_decimal(row, stored.change_percent);
  put_decimal(row, stored.rvol);
  put_decimal(row, stored.rvol_slot);
  put_decimal(row, stored.price_from_high);
  put_decimal(row, stored.price_from_low);
  put_fact(row, stored.market_cap);
  put_fact(row, stored.float_shares);
  put_decimal(row, stored.score);
  constexpr std::size_t kMostFilters = 32;
  std::array<std::string_view, kMostFilters> matched;
  std::size_t count = 0;
  if (stored.filters_matched != nullptr) {
    for (const auto& name : *stored.filters_matched)
      if (count < kMostFilters) matched[count++] = name;
  }
  row.text_array({matched.data(), count});
  if (stored.metadata.empty())
    row.null();
  else
    row.jsonb(stored.metadata);
}

Result<Policy> policy_of(const Settings& settings) {
  if (settings.unbounded) return without_bounds();
  auto config = load_config(settings.policy);
  if (!config) return failure(config.error());
  return std::move(config->policy);
}

Instant table_time(Millis market) {
  const auto wall = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const Instant at{market};
  return std::chrono::abs(wall - at) < 2 * kOneDay ? std::max(wall, at) : at;
}

TableOptions table_options(const Settings& settings, const std::string& writer) {
  TableOptions options;
  options.address = *settings.postgres;
  options.writer = writer;
  if (!settings.spool.empty()) options.spool = settings.spool / writer;
  options.when_full = WhenFull::drop_oldest;  // a market does not wait for its archive
  return options;
}

}  // namespace plimsoll::market
