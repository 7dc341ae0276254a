#include <algorithm>

#include "base/text.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/table_facts.h"
#include "diagnose/table_wording.h"

namespace plimsoll {
namespace {

const Text kSizeUnknown{"its size is not known", "no se conoce su tamaño"};
const Text kSizeHint{
    "run again when nobody holds it locked, or GRANT pg_monitor to the role",
    "vuelve a ejecutarlo cuando nadie la tenga bloqueada, o concede pg_monitor al rol"};

Load load_of(const RuleContext& context, const ResourceId& id, const Table& table, bool growing) {
  Load load;
  load.bytes = table.bytes;
  load.bytes_per_day = bytes_per_day(table);
  if (growing) {
    load.to_line = context.to_line(id);
  } else {
    load.bytes_per_day = 0;  // whatever its history says, nothing comes any more
  }
  return load;
}

Finding unbounded(const RuleContext& context, const PostgresCensus& server, const Table& table,
                  Rule rule, Remedy remedy) {
  Finding finding;
  finding.rule = rule;
  finding.store = id_of(server, table);
  const bool growing = keeps_growing(server, table).value_or(true);
  finding.severity = severity_of(load_of(context, finding.store, table, growing));
  Evidence evidence = table_evidence(server, table);
  evidence.add_known("free_disk", server.free_disk, "bytes", "statvfs of the data directory");
  if (growing) {
    evidence.add_known("time_to_line", context.to_line(finding.store), "seconds",
                       "free_disk ÷ growth");
  }
  finding.evidence = std::move(evidence);
  finding.remedy = std::move(remedy.words);
  finding.commands = std::move(remedy.commands);
  finding.frees = remedy.frees;
  finding.steady_state = remedy.steady_state;
  const auto rate = bytes_per_day(table);
  if (growing && rate && *rate > 0) finding.stops = BytesPerDay{*rate};
  return finding;
}

void judge_hypertable(RuleContext& context, const PostgresCensus& server, const Table& table,
                      const Hypertable& hypertable) {
  constexpr Rule kRule = Rule::hypertable_without_retention;
  if (retention_job(server, table) != nullptr) return;
  if (!table.bytes) {
    context.gap(kRule, "postgres/" + server.target, label(table), kSizeUnknown, kSizeHint);
    return;
  }
  if (!context.worth_reporting(table.bytes, table.growth)) return;
  const Seconds window = context.suggested_window(server, table);
  Finding finding =
      unbounded(context, server, table, kRule, bound_hypertable(server, table, hypertable, window));
  finding.title = say("{}: hypertable without retention, {}", "{}: hypertable sin retención, {}",
                      {label(table), size_and_growth(table, finding.stops.has_value())});
  finding.cause =
      say("No retention policy exists for it, so no chunk ever leaves: what is written stays.",
          "No tiene política de retención, así que ningún chunk se va nunca: lo que se escribe se "
          "queda.");
  Fact none{"retention_policies", std::int64_t{0}, "jobs",
            "timescaledb_information.jobs proc_name=policy_retention", server.taken_at};
  finding.evidence.insert(finding.evidence.begin(), std::move(none));
  finding.evidence.push_back({"chunks", static_cast<std::int64_t>(hypertable.chunks.size()),
                              "chunks", "timescaledb_information.chunks", server.taken_at});
  if (const auto interval = interval_of(hypertable)) {
    finding.evidence.push_back({"chunk_interval", *interval, "seconds",
                                "timescaledb_information.dimensions.time_interval",
                                server.taken_at});
  }
  context.add(std::move(finding), table.bytes);
}

Text why_it_grows(const Table& table) {
  if (std::holds_alternative<PartitionedTable>(table.shape)) {
    return say("Partitions are made and none is dropped.",
               "Se crean particiones y ninguna se borra.");
  }
  if (table.inserted && table.deleted) {
    return say(
        "Rows are inserted ({} since the statistics began) and hardly any is deleted ({}).",
        "Se insertan filas ({} desde que empezaron las estadísticas) y casi ninguna se borra ({}).",
        {*table.inserted, *table.deleted});
  }
  return say("Rows come and nothing removes them.", "Llegan filas y nada las quita.");
}

Text title_of(const Table& table) {
  if (std::holds_alternative<PartitionedTable>(table.shape)) {
    return say("{}: partitioned table that only grows, {}",
               "{}: tabla particionada que solo crece, {}", {label(table), size_and_growth(table)});
  }
  return say("{}: plain table that only grows, {}", "{}: tabla normal que solo crece, {}",
             {label(table), size_and_growth(table)});
}

/// Rows leave about as fast as they come: somebody keeps a bound already.
bool is_emptied(const Table& table) {
  return table.inserted && table.deleted && *table.inserted > 0 &&
         *table.deleted >= *table.inserted / 2;
}

void judge_table(RuleContext& context, const PostgresCensus& server, const Table& table) {
  constexpr Rule kRule = Rule::table_only_grows;
  if (table.kind == "materialized_view" || is_emptied(table)) return;
  const std::optional<bool> growing = keeps_growing(server, table);
  const std::string target = "postgres/" + server.target;
  if (!table.bytes) {
    context.gap(kRule, target, label(table), kSizeUnknown, kSizeHint);
    return;
  }
  if (!context.worth_reporting(table.bytes, table.growth)) return;
  if (!growing) {
    context.gap(kRule, target, label(table),
                say("its growth is not known: no time column that can be read cheaply, and no "
                    "statistics to compare",
                    "no se conoce su crecimiento: no hay columna de tiempo que se lea sin coste ni "
                    "estadísticas con que comparar"),
                say("ANALYZE it and grant SELECT to the role, or run again later",
                    "ejecuta ANALYZE y concede SELECT al rol, o vuelve a intentarlo más tarde"));
    return;
  }
  if (!*growing) return;
  const Seconds window = context.suggested_window(server, table);
  const auto* partitioned = std::get_if<PartitionedTable>(&table.shape);
  Finding finding =
      unbounded(context, server, table, kRule,
                partitioned != nullptr ? bound_partitioned(server, table, *partitioned, window)
                                       : bound_plain(server, table, window));
  finding.title = title_of(table);
  finding.cause = why_it_grows(table);
  for (const auto& [name, value] :
       {std::pair{"inserted", table.inserted}, std::pair{"deleted", table.deleted}}) {
    if (!value) continue;
    finding.evidence.push_back({name, *value, "rows",
                                "pg_stat_user_tables.n_tup_" + std::string{name}.substr(0, 3),
                                server.taken_at});
  }
  context.add(std::move(finding), table.bytes);
}

}  // namespace

void judge_table_bounds(RuleContext& context, const PostgresCensus& server) {
  for (const Table& table : server.tables) {
    if (const auto* hypertable = std::get_if<Hypertable>(&table.shape)) {
      judge_hypertable(context, server, table, *hypertable);
    } else {
      judge_table(context, server, table);
    }
  }
}

}  // namespace plimsoll
