#include "diagnose/table_facts.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr Seconds kSilence{7 * 86400};  ///< longer than a weekend with a holiday

double days(std::chrono::microseconds span) {
  return std::chrono::duration<double, std::ratio<86400>>(span).count();
}

bool silent(const PostgresCensus& server, const Table& table) {
  return table.time && table.time->newest && server.taken_at - *table.time->newest > kSilence;
}

/// The counters of a day or more saw a tenth of the rows that the rate claims, or less.
bool counters_contradict(const PostgresCensus& server, const Table& table) {
  if (!server.stats_since || !table.inserted || !table.growth || !table.growth->items_per_day) {
    return false;
  }
  const double window = days(server.taken_at - *server.stats_since);
  if (window < 1) return false;
  const double gained = static_cast<double>(*table.inserted - table.deleted.value_or(0));
  const double claimed =
      *table.growth->items_per_day * std::min(window, days(table.growth->window));
  return claimed > 0 && gained < 0.1 * claimed;
}

}  // namespace

std::string label(const Table& table) {
  if (table.aggregate_view) return printable(*table.aggregate_view);
  return printable(table.schema == "public" ? table.name : table.qualified());
}

std::string policy_name(const Table& table) {
  return table.aggregate_view.value_or(table.qualified());
}

const Job* retention_job(const PostgresCensus& server, const Table& table) {
  const auto keeps = [&](const Job& job) {
    return job.procedure == "policy_retention" &&
           (job.hypertable == table.qualified() ||
            (table.aggregate_view && job.hypertable == *table.aggregate_view));
  };
  const auto found = std::find_if(server.jobs.begin(), server.jobs.end(), keeps);
  return found == server.jobs.end() ? nullptr : &*found;
}

bool is_apache(const PostgresCensus& server) {
  return server.timescale && server.timescale->edition == TimescaleEdition::apache;
}

std::optional<bool> keeps_growing(const PostgresCensus& server, const Table& table) {
  if (silent(server, table)) return false;
  if (table.growth && (table.growth->bytes_per_day || table.growth->items_per_day)) {
    if (counters_contradict(server, table)) return false;
    return table.growth->bytes_per_day.value_or(0) > 0 ||
           table.growth->items_per_day.value_or(0) > 0;
  }
  if (table.inserted && *table.inserted == 0) return false;
  return std::nullopt;
}

std::optional<double> bytes_per_day(const Table& table) {
  if (!table.growth) return std::nullopt;
  if (table.growth->bytes_per_day) return table.growth->bytes_per_day;
  if (!table.growth->items_per_day || !table.bytes || table.rows.value_or(0) <= 0) {
    return std::nullopt;
  }
  return *table.growth->items_per_day * static_cast<double>(table.bytes->count()) /
         static_cast<double>(*table.rows);
}

Seconds suggested_window(const Table& table, double server_bytes_per_day,
                         const DiagnoseOptions& options) {
  constexpr Seconds kMonth{30 * 86400};
  const auto rate = bytes_per_day(table);
  const double little =
      std::max(static_cast<double>(options.worth_reporting.count()), server_bytes_per_day / 20);
  const bool slow = rate && *rate < little;
  const bool long_lived = table.time && table.time->oldest && table.time->newest &&
                          *table.time->newest - *table.time->oldest > kMonth;
  return slow || long_lived ? std::max(kMonth, options.suggested_retention)
                            : options.suggested_retention;
}

double total_bytes_per_day(const PostgresCensus& server) {
  double total = 0;
  for (const Table& table : server.tables) {
    if (!keeps_growing(server, table).value_or(false)) continue;
    total += std::max(0.0, bytes_per_day(table).value_or(0));
  }
  return total;
}

std::optional<Seconds> interval_of(const Hypertable& hypertable) {
  const auto* seconds = std::get_if<Seconds>(&hypertable.chunk_interval);
  return seconds == nullptr ? std::nullopt : std::optional{*seconds};
}

std::optional<Seconds> widest_partition(const PartitionedTable& partitioned) {
  std::optional<Seconds> widest;
  for (const Partition& partition : partitioned.partitions) {
    const auto* begin = std::get_if<Instant>(&partition.range_start);
    const auto* end = std::get_if<Instant>(&partition.range_end);
    if (begin == nullptr || end == nullptr) continue;
    const auto width = std::chrono::duration_cast<Seconds>(*end - *begin);
    if (!widest || width > *widest) widest = width;
  }
  return widest;
}

namespace {

template <typename Range>
Overdue ranges_before(const std::vector<Range>& ranges, Instant cut) {
  Overdue overdue{0, Bytes{}, std::nullopt};
  for (const Range& range : ranges) {
    const auto* end = std::get_if<Instant>(&range.range_end);
    if (end == nullptr || *end > cut) continue;
    ++overdue.count;
    if (overdue.bytes && range.bytes) {
      *overdue.bytes += *range.bytes;
    } else {
      overdue.bytes.reset();
    }
    const auto* begin = std::get_if<Instant>(&range.range_start);
    if (begin != nullptr && (!overdue.oldest || *begin < *overdue.oldest)) overdue.oldest = *begin;
  }
  return overdue;
}

}  // namespace

Overdue chunks_before(const Hypertable& hypertable, Instant cut) {
  return ranges_before(hypertable.chunks, cut);
}

Overdue partitions_before(const PartitionedTable& partitioned, Instant cut) {
  return ranges_before(partitioned.partitions, cut);
}

std::optional<double> share_before(const Table& table, Instant cut) {
  if (!table.time || !table.time->oldest || !table.time->newest) return std::nullopt;
  const double period = days(*table.time->newest - *table.time->oldest);
  if (period <= 0) return cut > *table.time->newest ? 1.0 : 0.0;
  return std::clamp(days(cut - *table.time->oldest) / period, 0.0, 1.0);
}

std::optional<Bytes> steady_state(const Table& table, Seconds window, Seconds interval) {
  const auto rate = bytes_per_day(table);
  if (!rate || *rate < 0) return std::nullopt;
  const double bytes = *rate * days(window + interval);
  return bytes < 9e18 ? std::optional{Bytes{std::llround(bytes)}} : std::nullopt;
}

std::optional<std::int64_t> epoch_units_per_second(const Table& table) {
  if (!table.time) return std::nullopt;
  const auto says = [&](const char* unit) {
    return table.time->type.find(unit) != std::string::npos;
  };
  if (says("epoch ms")) return 1'000;
  if (says("epoch us")) return 1'000'000;
  if (says("epoch ns")) return 1'000'000'000;
  if (says("epoch s")) return 1;
  return std::nullopt;
}

Evidence table_evidence(const PostgresCensus& server, const Table& table) {
  Evidence evidence{server.taken_at};
  evidence.add_known("bytes", table.bytes, "bytes",
                     table.bytes_stale ? "pg_class.relpages × block_size (locked by somebody)"
                     : std::holds_alternative<PlainTable>(table.shape)
                         ? "pg_total_relation_size"
                         : "pg_total_relation_size, summed over its children");
  evidence.add_known("rows", table.rows, "rows",
                     table.rows_exact ? "count(*)" : "pg_class.reltuples");
  if (table.time) {
    const std::string column = printable(table.time->name);
    const std::string how = table.time->range_exact ? "" : " (pg_stats.histogram_bounds)";
    evidence.add_known("oldest", table.time->oldest, "", "min(" + column + ")" + how);
    evidence.add_known("newest", table.time->newest, "", "max(" + column + ")" + how);
  }
  return std::move(evidence.add_growth(table.growth, "rows"));
}

}  // namespace plimsoll
