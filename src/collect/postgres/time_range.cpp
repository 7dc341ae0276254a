#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "collect/postgres/time_column.h"
#include "link/postgres/probes.h"
#include "link/postgres/quote.h"

namespace plimsoll {
namespace {

using postgres::Arguments;

/// Reading oldest and newest by the index costs one question a table; the largest ones are asked.
constexpr int kRangedTables = 200;
/// A table this small is read whole instead.
constexpr Bytes kSmallHeap = 8_MiB;
/// Of a table whose parts are no ranges of its time column, all are asked, if not more than these.
constexpr std::size_t kAskedLeaves = 8;

struct TimedTable {
  TableDraft* draft = nullptr;
  const TimeCandidate* column = nullptr;
  std::optional<ColumnSpread> spread;
  std::optional<EpochUnit> unit;
  std::optional<Instant> oldest, newest;
  bool exact = false;
  bool counted = false;
};

/// Tables that a question about them failed for, by the reason: one gap for all of them.
class FailedTables {
 public:
  void add(const Error& error, const Table& table) {
    auto& failed = by_code_[error.code];
    if (failed.count++ == 0) failed.error = error;
    if (failed.count <= 3) {
      failed.names += (failed.count == 1 ? "" : ", ") + printable(table.qualified());
    }
  }
  void report(Reading& reading, const postgres::Probe& probe) const {
    for (const auto& [code, failed] : by_code_) {
      const auto more = failed.count - 3;
      const Text what = more > 0 ? say("{} of {} and {} more", "{} de {} y {} más",
                                       {probe.what(), failed.names, more})
                                 : say("{} of {}", "{} de {}", {probe.what(), failed.names});
      Error error = *failed.error;
      const auto prefix = probe.what();
      if (error.what.en.starts_with(prefix.en + ": ")) {
        error.what = {error.what.en.substr(prefix.en.size() + 2),
                      error.what.es.substr(prefix.es.size() + 2)};
      }
      reading.add_gap(what, error);
    }
  }

 private:
  struct Failed {
    std::int64_t count = 0;
    std::string names;
    std::optional<Error> error;
  };
  std::map<ErrorCode, Failed> by_code_;
};

std::string dimension_of(const Table& table) {
  const auto* hypertable = std::get_if<Hypertable>(&table.shape);
  return hypertable == nullptr ? "" : hypertable->time_column;
}

std::vector<TimedTable> timed_tables(const CandidatesByTable& candidates,
                                     std::vector<TableDraft>& drafts) {
  std::vector<TimedTable> timed;
  for (auto& draft : drafts) {
    TimedTable table;
    table.draft = &draft;
    if (const auto found = candidates.find(draft.root->oid); found != candidates.end()) {
      table.column = choose_time_column(found->second, dimension_of(draft.table));
    }
    timed.push_back(table);
  }
  return timed;
}

void read_spreads(Reading& reading, std::vector<TimedTable>& tables, Instant now) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  std::vector<std::string> columns;
  std::map<std::string, TimedTable*> by_name;
  for (auto& timed : tables) {
    if (timed.column == nullptr) continue;
    const auto& table = timed.draft->table;
    schemas.push_back(table.schema);
    names.push_back(table.name);
    columns.push_back(timed.column->name);
    by_name[table.qualified()] = &timed;
  }
  if (by_name.empty()) return;
  for (auto* list : {&schemas, &columns}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  const auto rows = reading.ask(postgres::kColumnStatistics,
                                {{postgres::array_literal(schemas), postgres::array_literal(names),
                                  postgres::array_literal(columns)},
                                 {},
                                 {}});
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto found = by_name.find(row.text("schema") + "." + row.text("table"));
    if (found == by_name.end()) continue;
    auto& timed = *found->second;
    const bool plain = std::holds_alternative<PlainTable>(timed.draft->table.shape);
    if (row.cell("column") != timed.column->name || row.flag("inherited") == plain) continue;
    timed.spread = parse_spread(row, timed.column->is_integer(), now);
    timed.unit = timed.spread->unit;
  }
}

/// The leaves that hold the oldest and the newest rows: the first and the last of the ranges that
/// are not empty; a default partition may hold anything.
std::vector<const Relation*> leaves_to_ask(const TimedTable& timed) {
  const auto& draft = *timed.draft;
  const auto holds_rows = [](const Relation* leaf) {
    return leaf->main_bytes.value_or(Bytes{1}) > Bytes{} && !leaf->stale;
  };
  std::vector<const Relation*> full;
  for (const auto* leaf : draft.leaves) {
    if (holds_rows(leaf)) full.push_back(leaf);
  }
  const auto* hypertable = std::get_if<Hypertable>(&draft.table.shape);
  const bool by_range = hypertable != nullptr || timed.column->in_key;
  if (!by_range || full.size() <= 2) {
    return full.size() <= kAskedLeaves ? full : std::vector<const Relation*>{};
  }
  std::vector<const Relation*> asked;
  std::unordered_map<std::string_view, RangeValue> chunk_begins;
  if (hypertable != nullptr) {
    for (const auto& chunk : hypertable->chunks) chunk_begins[chunk.name] = chunk.range_start;
  }
  const auto range_begin = [&](const Relation* leaf) -> RangeValue {
    if (hypertable == nullptr) return leaf->bound.from;
    const auto found = chunk_begins.find(leaf->qualified());
    return found == chunk_begins.end() ? RangeValue{} : found->second;
  };
  std::vector<std::pair<RangeValue, const Relation*>> ranged;
  for (const auto* leaf : full) {
    auto begin = range_begin(leaf);
    if (std::holds_alternative<std::monostate>(begin)) {
      asked.push_back(leaf);
    } else {
      ranged.emplace_back(begin, leaf);
    }
  }
  if (asked.size() > kAskedLeaves) return {};
  if (ranged.empty()) return asked;
  const auto by_begin = [](const auto& a, const auto& b) { return a.first < b.first; };
  const auto [first, last] = std::minmax_element(ranged.begin(), ranged.end(), by_begin);
  // All of the same range: space partitions.
  for (const auto& [begin, leaf] : ranged) {
    if (begin == first->first || begin == last->first) asked.push_back(leaf);
  }
  return asked.size() <= 4 * kAskedLeaves ? asked : std::vector<const Relation*>{};
}

void take_range(TimedTable& timed, const postgres::Row& row, Instant now) {
  const auto oldest = row.cell("oldest");
  const auto newest = row.cell("newest");
  if (timed.column->is_integer() && !timed.unit && newest) {
    if (const auto number = parse_int(*newest)) timed.unit = epoch_unit(*number, now);
    if (!timed.unit) return;
  }
  const auto first = oldest ? parse_time_value(*oldest, timed.unit) : std::nullopt;
  const auto last = newest ? parse_time_value(*newest, timed.unit) : std::nullopt;
  if (first) timed.oldest = timed.oldest ? std::min(*timed.oldest, *first) : *first;
  if (last) timed.newest = timed.newest ? std::max(*timed.newest, *last) : *last;
}

void read_range(Reading& reading, TimedTable& timed, FailedTables& failed, Instant now) {
  const auto& table = timed.draft->table;
  const bool small = table.heap_bytes.value_or(kSmallHeap) < kSmallHeap;
  if (!timed.column->indexed && !small) return;
  const auto leaves = leaves_to_ask(timed);
  bool all = !leaves.empty();
  for (const auto* leaf : leaves) {
    if (!leaf->readable) {
      all = false;
      continue;
    }
    const auto rows = reading.attempt(postgres::kTimeRange,
                                      {{}, {leaf->schema, leaf->name, timed.column->name}, {}});
    if (!rows) {
      failed.add(rows.error(), table);
      all = false;
      break;
    }
    if (!rows->empty()) take_range(timed, (*rows)[0], now);
  }
  timed.exact = all && timed.oldest && timed.newest;
  if (!all) timed.oldest = timed.newest = std::nullopt;
}

/// --exact: one pass over the table, as long as it takes.
void count_rows(Reading& reading, TimedTable& timed, FailedTables& failed, Instant now) {
  auto& table = timed.draft->table;
  if (!table.readable) return;
  const bool with_time = timed.column != nullptr && timed.column->readable;
  std::vector<std::string> names{table.schema, table.name};
  if (with_time) names.push_back(timed.column->name);
  const auto& probe = with_time ? postgres::kCountRange : postgres::kCountRows;
  const auto rows = reading.attempt_unhurried(probe, {{}, std::move(names), {}});
  if (!rows || rows->empty()) {
    if (!rows) failed.add(rows.error(), table);
    return;
  }
  timed.counted = true;
  table.rows = (*rows)[0].integer("rows");
  table.rows_exact = table.rows.has_value();
  if (!with_time) return;
  timed.oldest = timed.newest = std::nullopt;
  take_range(timed, (*rows)[0], now);
  timed.exact = timed.oldest && timed.newest;
}

std::string type_name(const TimedTable& timed) {
  const auto& type = timed.column->type;
  if (timed.unit) return type + " (epoch " + std::string{abbreviation(*timed.unit)} + ")";
  if (type == "timestamp with time zone") return "timestamptz";
  if (type == "timestamp without time zone") return "timestamp";
  return type;
}

std::optional<Instant> instant_of_range(const RangeValue& value, std::optional<EpochUnit> unit) {
  if (const auto* instant = std::get_if<Instant>(&value)) return *instant;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || !unit) return std::nullopt;
  return instant_of(*number, *unit);
}

/// The unit of an integer axis, from its latest range that is a time at all.
std::optional<EpochUnit> unit_of_ranges(const TableShape& shape, Instant now) {
  std::optional<EpochUnit> unit;
  const auto look = [&](const RangeValue& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) return;
    if (const auto found = epoch_unit(*number, now)) unit = found;
  };
  if (const auto* hypertable = std::get_if<Hypertable>(&shape)) {
    for (const auto& chunk : hypertable->chunks) look(chunk.range_start);
  }
  if (const auto* partitioned = std::get_if<PartitionedTable>(&shape)) {
    for (const auto& partition : partitioned->partitions) look(partition.range_start);
  }
  return unit;
}

template <typename Parts>
std::vector<RangeUse> uses_of(const Parts& parts, std::optional<EpochUnit> unit) {
  std::vector<RangeUse> uses;
  for (const auto& part : parts) {
    const auto begin = instant_of_range(part.range_start, unit);
    const auto end = instant_of_range(part.range_end, unit);
    if (begin && end) uses.push_back({*begin, *end, part.bytes, part.rows});
  }
  return uses;
}

std::optional<GrowthRate> growth_by_ranges(const TimedTable& timed, Instant now) {
  const auto& shape = timed.draft->table.shape;
  const auto newest = std::min(timed.newest.value_or(now), now);
  if (const auto* hypertable = std::get_if<Hypertable>(&shape)) {
    return growth_of_ranges(uses_of(hypertable->chunks, timed.unit), timed.oldest, newest,
                            GrowthSource::chunk_ranges);
  }
  if (const auto* partitioned = std::get_if<PartitionedTable>(&shape)) {
    return growth_of_ranges(uses_of(partitioned->partitions, timed.unit), timed.oldest, newest,
                            GrowthSource::partition_ranges);
  }
  return std::nullopt;
}

/// A date lasts a day: rows of the newest one are spread over it.
Seconds step_of(const TimedTable& timed) {
  return timed.column->type == "date" ? Seconds{Days{1}} : Seconds{0};
}

std::optional<GrowthRate> growth_by_rows(const TimedTable& timed, Instant now) {
  const auto& table = timed.draft->table;
  if (!table.rows || !timed.oldest || !timed.newest) return std::nullopt;
  return growth_of_row_range(*table.rows, table.bytes, *timed.oldest,
                             *timed.newest + step_of(timed), now);
}

std::optional<GrowthRate> growth_by_spread(const TimedTable& timed) {
  const auto& table = timed.draft->table;
  if (!table.rows || !timed.spread) return std::nullopt;
  return growth_of_spread(timed.spread->spread, *table.rows, table.bytes, step_of(timed));
}

std::optional<GrowthRate> growth_by_counters(const Table& table, const PostgresCensus& census) {
  if (!census.stats_since || !table.inserted || !table.deleted) return std::nullopt;
  std::optional<double> bytes_per_row;
  if (table.bytes && table.rows && *table.rows > 0) {
    bytes_per_row = static_cast<double>(table.bytes->count()) / static_cast<double>(*table.rows);
  }
  return growth_of_counters(*table.inserted, *table.deleted, bytes_per_row, *census.stats_since,
                            census.taken_at);
}

/// Ranges of chunks and partitions first: they hold what was really written. Of a plain table that
/// is young, all its rows over all its time; of an older one, its latest week, since the mean of
/// years says little of today.
std::optional<GrowthRate> growth_of(const TimedTable& timed, const PostgresCensus& census) {
  const auto now = census.taken_at;
  if (timed.column != nullptr) {
    if (const auto rate = growth_by_ranges(timed, now)) return rate;
    const bool young = timed.exact && *timed.newest - *timed.oldest <= std::chrono::hours{24 * 31};
    if (!young) {
      if (const auto rate = growth_by_spread(timed)) return rate;
    }
    if (const auto rate = growth_by_rows(timed, now)) return rate;
  }
  return growth_by_counters(timed.draft->table, census);
}

void finish(TimedTable& timed, const PostgresCensus& census) {
  auto& table = timed.draft->table;
  const auto now = census.taken_at;
  if (timed.column != nullptr) {
    if (timed.column->is_integer() && !timed.unit) timed.unit = unit_of_ranges(table.shape, now);
    // An integer whose values are no times is no time column, unless the table is cut by it.
    const bool number = timed.column->is_integer() && !timed.unit;
    if (!timed.oldest && timed.spread) {
      timed.oldest = timed.spread->spread.oldest();
      timed.newest = timed.spread->spread.newest();
    }
    if (!number || dimension_of(table) == timed.column->name) {
      table.time = TimeColumn{timed.column->name, type_name(timed), timed.column->indexed,
                              timed.oldest,       timed.newest,     timed.exact};
    }
    if (number) timed.column = nullptr;
  }
  table.growth = growth_of(timed, census);
}

}  // namespace

void collect_times(Reading& reading, const CandidatesByTable& candidates,
                   std::vector<TableDraft>& drafts, const PostgresCensus& census) {
  auto tables = timed_tables(candidates, drafts);
  read_spreads(reading, tables, census.taken_at);
  FailedTables failed_ranges;
  FailedTables failed_counts;
  int asked = 0;
  for (auto& timed : tables) {
    if (reading.options().exact) count_rows(reading, timed, failed_counts, census.taken_at);
    if (!timed.counted && timed.column != nullptr && asked < kRangedTables) {
      ++asked;
      read_range(reading, timed, failed_ranges, census.taken_at);
    }
    finish(timed, census);
  }
  failed_ranges.report(reading, postgres::kTimeRange);
  failed_counts.report(reading, postgres::kCountRows);
}

}  // namespace plimsoll
