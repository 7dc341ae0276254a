#include <algorithm>

#include "base/text.h"
#include "collect/postgres/stages.h"
#include "collect/postgres/tables.h"
#include "collect/postgres/time_column.h"
#include "collect/postgres/timescale.h"
#include "link/postgres/complaint.h"
#include "link/postgres/probes.h"
#include "link/postgres/quote.h"

namespace plimsoll {
namespace {

/// Tables whose columns' widths are asked for, largest first.
constexpr std::size_t kMeasuredTables = 200;
constexpr std::size_t kWidestColumns = 5;
constexpr int kSizeAttempts = 3;

/// Somebody may take a lock between the look at pg_locks and the size: then once more. When that
/// does not help, or the disk is slow, what the catalog remembers is better than nothing.
void read_sizes(Reading& reading, Relations& relations) {
  if (reading.rights.sees_files) {
    if (const auto files = reading.attempt(postgres::kTableFiles)) {
      relations.add_sizes(*files);
      return;
    }
  }
  for (int attempt = 0; attempt < kSizeAttempts; ++attempt) {
    const auto sizes = reading.attempt(postgres::kTableSizes);
    if (sizes) {
      relations.add_sizes(*sizes);
      return;
    }
    if (sizes.error().code == ErrorCode::conflict && attempt + 1 < kSizeAttempts) continue;
    reading.add_gap(postgres::kTableSizes.what(), sizes.error());
    break;
  }
  if (const auto pages = reading.ask(postgres::kTablePages)) relations.add_sizes(*pages);
}

std::string first_names(const std::vector<std::string>& names) {
  std::string listed;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i) {
    listed += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  return names.size() > 3 ? listed + ", …" : listed;
}

void report_unreadable(Reading& reading, const std::vector<TableDraft>& drafts) {
  std::vector<std::string> names;
  for (const auto& draft : drafts) {
    if (!draft.table.readable) names.push_back(draft.table.qualified());
  }
  if (names.empty()) return;
  reading.add_gap(say("times, growth and widest columns of {}",
                      "fechas, crecimiento y columnas más anchas de {}", {first_names(names)}),
                  say("role {} may not read {} tables", "el rol {} no puede leer {} tablas",
                      {reading.facts().role, static_cast<std::int64_t>(names.size())}),
                  postgres::hint_of(postgres::Grant::read_data, reading.facts().role));
}

void report_stale(Reading& reading, const std::vector<TableDraft>& drafts) {
  std::vector<std::string> names;
  for (const auto& draft : drafts) {
    if (draft.table.bytes_stale || !draft.table.bytes) names.push_back(draft.table.qualified());
  }
  if (names.empty()) return;
  reading.add_gap(say("present size of {}", "tamaño actual de {}", {first_names(names)}),
                  say("another session holds or waits for an exclusive lock: the size is the "
                      "catalog's, of the last vacuum or analyze",
                      "otra sesión mantiene o espera un bloqueo exclusivo: el tamaño es el del "
                      "catálogo, del último vacuum o analyze"),
                  say("look again when it is done", "mire de nuevo cuando termine"));
}

/// Of partitions and chunks the largest stands for all: parents have no rows, and statistics of
/// their own only after an ANALYZE by hand.
const Relation* typical_leaf(const TableDraft& draft) {
  const Relation* largest = nullptr;
  for (const auto* leaf : draft.leaves) {
    if (largest == nullptr ||
        leaf->heap_bytes.value_or(Bytes{}) > largest->heap_bytes.value_or(Bytes{})) {
      largest = leaf;
    }
  }
  return largest;
}

void read_widths(Reading& reading, std::vector<TableDraft>& drafts) {
  std::vector<std::string> schemas;
  std::vector<std::string> names;
  std::unordered_map<std::string, Table*> by_leaf;
  for (std::size_t i = 0; i < std::min(drafts.size(), kMeasuredTables); ++i) {
    const auto* leaf = typical_leaf(drafts[i]);
    if (leaf == nullptr) continue;
    schemas.push_back(leaf->schema);
    names.push_back(leaf->name);
    by_leaf[leaf->qualified()] = &drafts[i].table;
  }
  if (names.empty()) return;
  std::sort(schemas.begin(), schemas.end());
  schemas.erase(std::unique(schemas.begin(), schemas.end()), schemas.end());
  const auto rows =
      reading.ask(postgres::kColumnWidths,
                  {{postgres::array_literal(schemas), postgres::array_literal(names)}, {}, {}});
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto found = by_leaf.find(row.text("schema") + "." + row.text("table"));
    const auto width = row.real("bytes_per_row");
    if (found == by_leaf.end() || !width || row.flag("inherited")) continue;
    found->second->widest_columns.push_back({row.text("column"), *width});
  }
  for (auto& [leaf, table] : by_leaf) {
    auto& columns = table->widest_columns;
    std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) {
      return a.bytes_per_row > b.bytes_per_row;
    });
    columns.resize(std::min(columns.size(), kWidestColumns));
  }
}

}  // namespace

void collect_tables(Reading& reading, PostgresCensus& census, std::int64_t block_size) {
  auto timescale = collect_timescale(reading);
  const auto rows = reading.ask(postgres::kTables);
  if (!rows) return;
  auto relations = Relations::parse(*rows);
  read_sizes(reading, relations);
  auto [drafts, internal_bytes] = draft_tables(relations, timescale, block_size);
  if (const auto columns = reading.ask(postgres::kTimeColumns)) {
    collect_times(reading, parse_time_candidates(*columns), drafts, census);
  }
  read_widths(reading, drafts);
  report_unreadable(reading, drafts);
  report_stale(reading, drafts);
  for (auto& draft : drafts) census.tables.push_back(std::move(draft.table));
  census.timescale = std::move(timescale.extension);
  census.jobs = std::move(timescale.jobs);
  if (const auto system = reading.ask(postgres::kSystemSizes); system && !system->empty()) {
    census.catalog_bytes = (*system)[0].bytes("bytes");
    if (census.catalog_bytes) *census.catalog_bytes += internal_bytes;
  }
}

}  // namespace plimsoll
