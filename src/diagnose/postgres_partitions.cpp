#include <algorithm>

#include "base/text.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/table_facts.h"
#include "diagnose/table_wording.h"

namespace plimsoll {
namespace {

void judge_default(RuleContext& context, const PostgresCensus& server, const Table& table,
                   const Partition& partition) {
  if (!partition.is_default) return;
  constexpr Rule kRule = Rule::default_partition_fills;
  // An empty partition with indexes holds a few pages: below worth_reporting, unknown rows are
  // none.
  const bool heavy = partition.bytes && *partition.bytes >= context.options().worth_reporting;
  if (!partition.rows && !partition.bytes) {
    context.gap(
        kRule, "postgres/" + server.target, partition.name,
        say("neither its rows nor its size are known", "no se conocen ni sus filas ni su tamaño"),
        say("ANALYZE it", "ejecuta ANALYZE sobre ella"));
    return;
  }
  if (!heavy && partition.rows.value_or(0) <= 0) return;
  Finding finding;
  finding.rule = kRule;
  finding.store = id_of(server, table);
  finding.severity = severity_of({Harm::grows, {}, partition.bytes, {}});
  finding.title = say("{}: rows fall into the default partition",
                      "{}: caen filas en la partición por defecto", {label(table)});
  finding.evidence =
      Evidence{server.taken_at}
          .add("default_partition", printable(partition.name), "", "pg_class.relpartbound")
          .add_known("rows", partition.rows, "rows", "pg_class.reltuples")
          .add_known("bytes", partition.bytes, "bytes", "pg_total_relation_size");
  finding.cause =
      say("No partition was there for their range when they came. They are never dropped with a "
          "partition, and while they are there the right partition cannot be made.",
          "Cuando llegaron no había partición para su rango. Nunca se borran con una partición y, "
          "mientras estén ahí, no se puede crear la que les toca.");
  finding.remedy = say(
      "Make the missing partitions: move the rows out in batches into a new table of that range, "
      "then attach it. Attaching scans the default partition under a lock: keep it small.",
      "Crea las particiones que faltan: saca las filas por lotes a una tabla nueva de ese rango y "
      "adjúntala. Al adjuntar se recorre la partición por defecto con bloqueo: que sea pequeña.");
  context.add(std::move(finding), partition.bytes);
}

/// The end of the last range of time; empty where the ranges are not of time.
std::optional<Instant> last_end(const PartitionedTable& partitioned) {
  std::optional<Instant> last;
  for (const Partition& partition : partitioned.partitions) {
    const auto* end = std::get_if<Instant>(&partition.range_end);
    if (end != nullptr && (!last || *end > *last)) last = *end;
  }
  return last;
}

void judge_coming(RuleContext& context, const PostgresCensus& server, const Table& table,
                  const PartitionedTable& partitioned) {
  const auto end = last_end(partitioned);
  const auto width = widest_partition(partitioned);
  if (!end || !width) return;
  // A dead table needs no future: only one that is still written does.
  if (!keeps_growing(server, table).value_or(true)) return;
  const auto left = std::chrono::duration_cast<Seconds>(*end - context.now());
  if (left >= std::min(*width, 7 * kOneDay)) return;
  Finding finding;
  finding.rule = Rule::partitions_missing;
  finding.store = id_of(server, table);
  finding.severity =
      severity_of({Harm::grows, std::max(left, Seconds{0}), table.bytes, bytes_per_day(table)});
  finding.title = left > Seconds{0}
                      ? say("{}: its last partition ends in {}",
                            "{}: su última partición acaba en {}", {label(table), left})
                      : say("{}: its last partition ended {} ago",
                            "{}: su última partición acabó hace {}", {label(table), -left});
  const bool has_default =
      std::any_of(partitioned.partitions.begin(), partitioned.partitions.end(),
                  [](const Partition& partition) { return partition.is_default; });
  finding.evidence = Evidence{server.taken_at}
                         .add("last_range_end", *end, "", "pg_class.relpartbound")
                         .add("partition_width", *width, "seconds", "pg_class.relpartbound")
                         .add("has_default", has_default, "", "pg_partitioned_table.partdefid");
  finding.cause =
      has_default ? say("After that, new rows fall into the default partition.",
                        "A partir de ahí, las filas nuevas caen en la partición por defecto.")
                  : say("After that, every INSERT fails: there is no default partition.",
                        "A partir de ahí fallan todos los INSERT: no hay partición por defecto.");
  const auto day = [](Instant instant) { return iso8601(instant).substr(0, 10); };
  finding.remedy =
      say("Make the next partitions now, and let something make them in time (pg_partman, or "
          "Plimsoll).",
          "Crea ya las siguientes particiones y deja que algo las cree a tiempo (pg_partman o "
          "Plimsoll).");
  const std::string child = table.schema + "." + table.name + "_" + day(*end);
  finding.commands = {"CREATE TABLE " + sql_qualified(child) + " PARTITION OF " +
                      sql_qualified(table.qualified()) + " FOR VALUES FROM (" +
                      sql_literal(iso8601(*end)) + ") TO (" + sql_literal(iso8601(*end + *width)) +
                      ");"};
  context.add(std::move(finding), table.bytes);
}

void judge_future_chunks(RuleContext& context, const PostgresCensus& server, const Table& table,
                         const Hypertable& hypertable) {
  const Seconds slack = std::max(interval_of(hypertable).value_or(kOneDay), kOneDay);
  std::int64_t count = 0;
  Bytes bytes;
  std::optional<Instant> furthest;
  for (const Chunk& chunk : hypertable.chunks) {
    const auto* begin = std::get_if<Instant>(&chunk.range_start);
    if (begin == nullptr || *begin <= context.now() + slack) continue;
    ++count;
    bytes += chunk.bytes.value_or(Bytes{});
    if (!furthest || *begin > *furthest) furthest = *begin;
  }
  if (count == 0) return;
  Finding finding;
  finding.rule = Rule::chunk_in_future;
  finding.store = id_of(server, table);
  finding.severity = at_least(severity_of({Harm::tidies, {}, bytes, {}}), Severity::low);
  finding.title = say("{}: {} in the future, the furthest begins on {}",
                      "{}: hay {} en el futuro, el más lejano empieza el {}",
                      {label(table), counted(count, kChunks), *furthest});
  finding.evidence =
      Evidence{server.taken_at}
          .add("future_chunks", count, "chunks",
               "timescaledb_information.chunks.range_start > now()")
          .add("furthest_range_start", *furthest, "", "timescaledb_information.chunks.range_start")
          .add("bytes", bytes, "bytes", "sum of those chunks");
  finding.cause =
      say("Rows came with timestamps ahead of time: a wrong clock or a wrong unit. Retention will "
          "not reach them for as long as they lie ahead.",
          "Llegaron filas con fechas adelantadas: un reloj mal puesto o una unidad equivocada. La "
          "retención no las alcanzará mientras queden por delante.");
  finding.remedy =
      say("Look at those rows and export them, delete them by their time, and add a CHECK that "
          "refuses what is too far ahead. Continuous aggregates over them need a refresh.",
          "Mira esas filas y expórtalas, bórralas por su fecha y añade un CHECK que rechace lo que "
          "venga demasiado adelantado. Los agregados continuos que las incluyan necesitan "
          "refrescarse.");
  finding.commands = {"SELECT * FROM " + sql_qualified(table.qualified()) + " WHERE " +
                      sql_identifier(hypertable.time_column) + " > now() + " + sql_interval(slack) +
                      " LIMIT 100;"};
  context.add(std::move(finding), bytes);
}

}  // namespace

void judge_partitions(RuleContext& context, const PostgresCensus& server) {
  for (const Table& table : server.tables) {
    if (const auto* partitioned = std::get_if<PartitionedTable>(&table.shape)) {
      for (const Partition& partition : partitioned->partitions) {
        judge_default(context, server, table, partition);
      }
      judge_coming(context, server, table, *partitioned);
    }
    if (const auto* hypertable = std::get_if<Hypertable>(&table.shape)) {
      judge_future_chunks(context, server, table, *hypertable);
    }
  }
}

}  // namespace plimsoll
