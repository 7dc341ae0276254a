#include "collect/postgres/collect.h"

#include "collect/postgres/reading.h"
#include "collect/postgres/stages.h"

namespace plimsoll {
namespace {

std::string edition_of(const PostgresCensus& census) {
  if (!census.timescale) return {};
  std::string edition = "timescaledb " + census.timescale->version;
  if (census.timescale->edition == TimescaleEdition::apache) edition += " apache";
  if (census.timescale->edition == TimescaleEdition::community) edition += " community";
  return edition;
}

/// What the database holds beyond what is listed: sums must add up, and where they do not, say so.
/// Empty where a size is unknown or stale: the difference would be that table's.
std::optional<Bytes> unexplained(const PostgresCensus& census) {
  if (!census.database_bytes || !census.catalog_bytes) return std::nullopt;
  Bytes rest = *census.database_bytes - *census.catalog_bytes;
  for (const auto& table : census.tables) {
    if (!table.bytes || table.bytes_stale) return std::nullopt;
    rest = rest - *table.bytes;
  }
  return rest;
}

}  // namespace

Result<PostgresCollection> collect_postgres(postgres::ProbeReader& reader,
                                            const PostgresOptions& options) {
  Reading reading{reader, options};
  PostgresCollection collection;
  auto& census = collection.census;
  std::int64_t block_size = 8192;
  auto target = collect_server(reading, census, block_size);
  if (!target) return failure(std::move(target.error()));
  // The cheap and telling ones first: a slow disk must not cost us who holds the WAL.
  collect_wal(reading, census);
  collect_activity(reading, census);
  collect_tables(reading, census, block_size);
  collect_databases(reading, census);
  collect_indexes(reading, census);
  collect_directories(reading, census);
  collect_disk(reading, census);
  census.unexplained_bytes = unexplained(census);
  target->edition = edition_of(census);
  collection.target = std::move(*target);
  collection.gaps = reading.take_gaps();
  return collection;
}

}  // namespace plimsoll
