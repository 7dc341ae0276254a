#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

Table scan_results(Instant now, ScanResults shape) {
  const Instant oldest = now - Days{13};
  TableBuilder table = a_table("scan_results")
                           .with_bytes(10012_MiB)
                           .with_rows(12'536'682)
                           .written(12'536'682)
                           .scanned(0, 0)
                           .with_dead_tuples(0, 12'536'682);
  if (shape == ScanResults::hypertable) {
    table.as_hypertable(Days{7}, oldest, now - std::chrono::seconds{8});
    table.with_growth(807'564'839, 964'360, GrowthSource::chunk_ranges);
  } else {
    table.with_time("time", oldest, now - std::chrono::seconds{8});
    table.with_growth(807'564'839, 964'360, GrowthSource::row_range);
  }
  Table result = table;
  result.heap_bytes = 6200_MiB;
  result.index_bytes = 3812_MiB;
  result.toast_bytes = Bytes{0};
  result.index_count = 5;
  result.widest_columns = {{"metadata", 310.0}, {"symbol", 6.0}, {"session", 12.0}};
  return result;
}

/// Rows for trading days only; "grows by" counts calendar days, as the others do.
Table volume_slots(Instant now) {
  const Instant today = std::chrono::floor<Days>(now);
  Table table = a_table("volume_slots")
                    .with_bytes(1620_MiB)
                    .with_rows(9'996'000)
                    .with_time("date", today - Days{24}, today - Days{1}, "date")
                    .with_growth(70'800'000, 416'500, GrowthSource::column_histogram)
                    .written(9'996'000)
                    .scanned(12, 4200)
                    .with_dead_tuples(3000, 9'996'000);
  table.heap_bytes = 860_MiB;
  table.index_bytes = 760_MiB;
  table.index_count = 3;
  return table;
}

Table market_data_daily(Instant now) {
  TableBuilder table = a_table("market_data_daily").with_bytes(105_MiB).with_rows(348'000);
  table.as_hypertable(Days{30}, now - Days{30}, now - Days{1});
  table.with_growth(3'600'000, 11'600, GrowthSource::chunk_ranges).written(348'000);
  Table result = table;
  std::get<Hypertable>(result.shape).time_column = "trading_date";
  result.time->name = "trading_date";
  result.time->type = "date";
  return result;
}

/// Made by the init script; no writer and no reader anywhere.
Table never_used_hypertable(const std::string& name) {
  Hypertable hypertable;
  hypertable.time_column = "time";
  hypertable.chunk_interval = Days{7};
  return a_table(name).with_bytes(40_KiB).with_rows(0).scanned(0, 0).with_hypertable(hypertable);
}

Timescale timescale() {
  Timescale extension;
  extension.version = "2.19.3";
  extension.edition = TimescaleEdition::community;
  extension.scheduler_running = true;
  extension.max_background_workers = 16;
  return extension;
}

}  // namespace

PostgresCensus document_postgres(Instant now, ScanResults shape) {
  PostgresCensus server = a_postgres();
  server.taken_at = now;
  server.version_num = 150014;
  server.system_identifier = "7301234567890123456";
  server.data_directory = "/var/lib/postgresql/data";
  server.started_at = now - Days{10};
  server.stats_since = now - Days{30};
  if (shape == ScanResults::hypertable) server.timescale = timescale();
  Table averages =
      a_table("volume_slot_averages").with_bytes(154_MiB).with_rows(1'000'000).scanned(0, 0);
  averages.time.reset();
  server.tables = {scan_results(now, shape), volume_slots(now), averages};
  if (shape == ScanResults::hypertable) {
    server.tables.push_back(market_data_daily(now));
    server.tables.push_back(never_used_hypertable("ticks"));
    server.tables.push_back(never_used_hypertable("market_sessions_log"));
    server.jobs = {a_retention_job(1001, "public.ticks", Days{90}, now),
                   a_retention_job(1002, "public.market_sessions_log", Days{365}, now)};
  }
  server.tables.push_back(
      a_table("ticker_metadata").with_bytes(13_MiB).with_rows(12'100).written(12'100, 300'000));
  server.tables.push_back(a_table("ticker_universe").with_bytes(4_MiB).with_rows(12'000));
  server.tables.push_back(a_table("scanner_filters").with_bytes(48_KiB).with_rows(3));
  server.tables.push_back(a_table("market_holidays").with_bytes(32_KiB).with_rows(40));
  server.wal.bytes = 1_GiB;
  server.wal.max_wal_size = 1_GiB;
  server.wal.slot_cap = Unbounded{};
  server.catalog_bytes = 12_MiB;
  server.other_databases_bytes = 22_MiB;
  server.unexplained_bytes = 3_MiB;
  Bytes total = *server.catalog_bytes + *server.unexplained_bytes;
  for (const Table& table : server.tables) total += table.bytes.value_or(Bytes{});
  server.database_bytes = total;
  server.statements = {
      {"INSERT INTO scan_results (time, symbol, session, price) VALUES ($1, $2, $3, $4)",
       12'536'682, 41'000, 3.27, 12'536'682, 0.62},
      {"SELECT symbol, slot_number, volume_accumulated FROM volume_slots WHERE date >= $1", 4200,
       15'100, 3595, 2'700'000'000, 0.23},
      {"SELECT * FROM ticker_metadata WHERE symbol = $1", 900'000, 700, 0.78, 900'000, 0.01}};
  server.free_disk = Bytes{20'000'000'000};
  server.disk_size = Bytes{460'000'000'000};
  return server;
}

}  // namespace plimsoll
