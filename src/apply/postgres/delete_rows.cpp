#include "apply/postgres/delete_rows.h"

#include <algorithm>

#include "base/text.h"
#include "link/postgres/quote.h"
#include "plan/partition_names.h"

namespace plimsoll {
namespace {

using postgres::quote_identifier;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kFirstBatch = 500;
constexpr std::int64_t kLargestBatch = 50'000;
constexpr milliseconds kLookEvery{1000};

constexpr const char* kFacts = R"sql(
select pg_total_relation_size(c.oid) as bytes,
       pg_stat_get_dead_tuples(c.oid) > 0.1 * pg_stat_get_live_tuples(c.oid) as unswept, exists (
         select from pg_index i join pg_class x on x.oid = i.indexrelid
           join pg_am m on m.oid = x.relam and m.amname = 'btree'
           join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
          where i.indrelid = c.oid and i.indisvalid and i.indpred is null and a.attname = $2) as indexed
  from pg_class c where c.oid = $1::oid
)sql";

// A replica that does not answer has no replay_lsn; one that is only being set up is not waited
// for.
constexpr const char* kPressure = R"sql(
select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as written,
       coalesce((select max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))
                   from pg_stat_replication where state = 'streaming'), 0)::bigint as lag
)sql";

/// The oldest `count` rows from `from` (SQL literal; empty: from the first) up to the cut. Somebody
/// may have changed one since it was found: it is looked at again.
std::string batch(const DeleteRows& change, const std::string& from, std::int64_t count) {
  const auto time = quote_identifier(change.axis.column);
  const auto table = quoted(change.table);
  const std::string expired = time + " < " + bound_literal(change.axis, change.cut);
  const std::string found = "SELECT ctid FROM ONLY " + table + " WHERE " + expired +
                            (from.empty() ? "" : " AND " + time + " >= " + from) + " ORDER BY " +
                            time + " LIMIT " + std::to_string(count);
  return "WITH gone AS (DELETE FROM ONLY " + table + " WHERE ctid = ANY (ARRAY(" + found +
         ")) AND " + expired + " RETURNING " + time +
         " AS time)"
         " SELECT count(*) AS rows, max(time)::text AS last, (SELECT count(*) FROM pg_locks"
         " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))) AS waiters"
         " FROM gone";
}

}  // namespace

struct DeleteRowsExecutor::Progress {
  Text about;
  Bytes before;
  bool unswept = false;  ///< so many dead rows that a run before may have been killed at VACUUM
  std::int64_t rows = 0;
  std::int64_t batches = 0;
  bool stopped = false;
  Clock::time_point begun = Clock::now();
  Clock::time_point looked;
  std::optional<std::int64_t> wal;  ///< written when last looked
  Bytes after;
  bool vacuumed = false;
};

Outcome DeleteRowsExecutor::apply(const Step& step, StepWatch& watch) {
  const auto& change = std::get<DeleteRows>(step.change);
  const auto table = read_parent(server_, change.table, change.axis);
  if (!table) return outcome_of(table.error());
  if (auto objection = objection_to(step, *table, change.table, change.axis)) return *objection;
  Progress progress;
  progress.about = say("rows of {}", "filas de {}", {printable(change.table.qualified())});
  if (auto refused = objection(change, (*table)->oid, progress)) return *refused;
  auto ending = delete_all(change, watch, progress);
  if (ending && (progress.rows > 0 || progress.unswept))
    ending = vacuum(change, (*table)->oid, watch, progress);
  const Text deleted = say("{} rows deleted in {} batches", "{} filas borradas en {} lotes",
                           {progress.rows, progress.batches});
  if (!ending) {
    return ended(StepState::failed, say("{}; {}", "{}; {}", {deleted, ending.error().what}),
                 ending.error().hint);
  }
  if (progress.rows == 0 && !progress.stopped && !progress.vacuumed) {
    return ended(StepState::nothing_to_do,
                 say("no row is older than that", "ninguna fila es más antigua"));
  }
  auto outcome = ended(progress.stopped ? StepState::stopped : StepState::done, deleted);
  outcome.after = {{"rows_deleted", std::to_string(progress.rows)}};
  if (!progress.vacuumed) return outcome;
  outcome.freed = std::max(Bytes{}, progress.before - progress.after);
  outcome.after["bytes_after"] = std::to_string(progress.after.count());
  outcome.what =
      *outcome.freed > Bytes{}
          ? say("{}; {} given back", "{}; {} devueltos", {deleted, *outcome.freed})
          : say("{}; the disk got nothing back: the room is in the table, for new rows",
                "{}; el disco no recuperó nada: el sitio queda en la tabla, para filas nuevas",
                {deleted});
  return outcome;
}

std::optional<Outcome> DeleteRowsExecutor::objection(const DeleteRows& change,
                                                     const std::string& oid, Progress& progress) {
  const auto rows = server_.act(question(progress.about, kFacts, {oid, change.axis.column}));
  if (!rows) return outcome_of(rows.error());
  if (rows->empty()) return std::nullopt;  // the first batch will say so
  const auto row = (*rows)[0];
  progress.before = row.bytes("bytes").value_or(Bytes{});
  progress.unswept = row.flag("unswept");
  if (row.flag("indexed") || progress.before <= options_.small) return std::nullopt;
  return ended(
      StepState::refused,
      say("no index of {} begins with {}: each batch would read all of its {}",
          "ningún índice de {} empieza por {}: cada lote leería sus {} enteros",
          {printable(change.table.qualified()), printable(change.axis.column), progress.before}),
      verbatim("CREATE INDEX CONCURRENTLY ON " + quoted(change.table) + " (" +
               quote_identifier(change.axis.column) + ")"));
}

Result<void> DeleteRowsExecutor::delete_all(const DeleteRows& change, StepWatch& watch,
                                            Progress& progress) {
  std::int64_t count = kFirstBatch;
  std::string from;
  for (;;) {
    progress.stopped = watch.stop_wanted();
    if (progress.stopped) return {};
    if (progress.batches == 0) {
      if (auto begun = watch.begin_phase("delete", change.table.qualified()); !begun) return begun;
    }
    const auto sent = Clock::now();
    const auto rows =
        patiently(server_,
                  {.what = progress.about,
                   .statements = {"SET LOCAL row_security = off", batch(change, from, count)},
                   .values = {}},
                  patience_, watch);
    if (!rows) return failure(rows.error());
    const auto row = (*rows)[0];
    const auto gone = row.integer("rows").value_or(0);
    if (gone == 0) {
      // From the first row once more: somebody may have written older ones since.
      if (from.empty()) return {};
      from.clear();
      continue;
    }
    ++progress.batches;
    progress.rows += gone;
    from = postgres::quote_literal(row.text("last"));
    const std::chrono::duration<double, std::milli> took = Clock::now() - sent;
    const double fit =
        static_cast<double>(options_.batch_takes.count()) / std::max(took.count(), 1.0);
    const bool waited_for = row.integer("waiters").value_or(0) > 0;
    count = std::clamp(static_cast<std::int64_t>(static_cast<double>(count) *
                                                 (waited_for ? 0.5 : std::clamp(fit, 0.5, 2.0))),
                       std::int64_t{10}, kLargestBatch);
    std::optional<double> share;
    if (change.rows && *change.rows > 0) {
      share = std::min(1.0, static_cast<double>(progress.rows) / static_cast<double>(*change.rows));
    }
    watch.progress(say("{} rows deleted", "{} filas borradas", {progress.rows}), share);
    if (waited_for) pause(options_.batch_takes, watch);
    if (auto gave_way = give_way(watch, progress); !gave_way) return gave_way;
  }
}

/// To a rate the operator gave, to replicas, and to the disk that takes the WAL.
Result<void> DeleteRowsExecutor::give_way(StepWatch& watch, Progress& progress) {
  if (options_.max_rows_per_second) {
    const std::chrono::duration<double> due{static_cast<double>(progress.rows) /
                                            *options_.max_rows_per_second};
    const auto ahead = due - (Clock::now() - progress.begun);
    if (ahead.count() > 0) pause(std::chrono::ceil<milliseconds>(ahead), watch);
  }
  const auto give_up = Clock::now() + options_.longest_pause;
  while (Clock::now() - progress.looked >= kLookEvery && !watch.stop_wanted()) {
    const auto rows = server_.act(question(progress.about, kPressure));
    if (!rows) return failure(rows.error());
    const auto row = (*rows)[0];
    const auto now = Clock::now();
    const auto wal = row.integer("written").value_or(0);
    const std::chrono::duration<double> since = now - progress.looked;
    const double rate = progress.wal ? static_cast<double>(wal - *progress.wal) / since.count() : 0;
    progress.wal = wal;
    progress.looked = now;
    const Bytes lag{row.integer("lag").value_or(0)};
    const bool too_far = lag > options_.max_replica_lag;
    if (!too_far && rate <= static_cast<double>(options_.max_wal_per_second.count())) return {};
    if (too_far && now > give_up) {
      return failure(ErrorCode::timed_out,
                     say("a replica stays {} behind", "una réplica sigue {} por detrás", {lag}),
                     say("apply again when it has caught up: it goes on from here",
                         "aplique de nuevo cuando se haya puesto al día: sigue desde aquí"));
    }
    watch.progress(too_far ? say("waiting for a replica that is {} behind",
                                 "esperando a una réplica que va {} por detrás", {lag})
                           : say("waiting: the server writes too much WAL",
                                 "esperando: el servidor escribe demasiado WAL"),
                   std::nullopt);
    pause(kLookEvery, watch);
  }
  return {};
}

/// Cutting off an empty end takes ACCESS EXCLUSIVE and cancels queries on replicas: only where
/// nobody uses the table and there is no replica.
Result<void> DeleteRowsExecutor::vacuum(const DeleteRows& change, const std::string& oid,
                                        StepWatch& watch, Progress& progress) {
  if (watch.stop_wanted()) return {};
  const auto used = server_.act(question(
      progress.about,
      "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = $1::oid AND pid <> pg_backend_pid())"
      " OR EXISTS (SELECT FROM pg_stat_replication) AS used",
      {oid}));
  if (!used) return failure(used.error());
  if (auto begun = watch.begin_phase("vacuum", change.table.qualified()); !begun) return begun;
  const std::string truncate = (*used)[0].flag("used") ? "off" : "on";
  const auto vacuumed = server_.act_alone(
      {.what = progress.about,
       .statements = {"VACUUM (TRUNCATE " + truncate + ", ANALYZE) " + quoted(change.table)},
       .values = {},
       .lock_timeout = milliseconds{5000},
       .statement_timeout = milliseconds{std::chrono::hours{12}}});
  if (!vacuumed) return failure(vacuumed.error());
  const auto size = server_.act(
      question(progress.about, "SELECT pg_total_relation_size($1::oid) AS bytes", {oid}));
  if (!size) return failure(size.error());
  progress.after = (*size)[0].bytes("bytes").value_or(Bytes{});
  progress.vacuumed = true;
  return {};
}

}  // namespace plimsoll
