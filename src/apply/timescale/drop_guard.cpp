#include "apply/timescale/drop_chunks.h"
#include "base/text.h"

namespace plimsoll::timescale {

using postgres::Rows;

namespace {

// One row a continuous aggregate: the start of what its job refreshes. A job names its view or the
// hypertable behind it, by version.
constexpr const char* kAggregates = R"(
select pg_catalog.format('%I.%I', a.view_schema, a.view_name) as name, j.job_id is not null as refreshed,
       j.config ->> 'start_offset' as start_offset,
       case when j.config ->> 'start_offset' is null or $3 = 'integer' then null
            else pg_catalog.now() - (j.config ->> 'start_offset')::interval end as refreshed_from,
       pg_catalog.now() as now
  from timescaledb_information.continuous_aggregates a
  left join timescaledb_information.jobs j
    on j.proc_name = 'policy_refresh_continuous_aggregate'
   and ((j.hypertable_schema = a.view_schema and j.hypertable_name = a.view_name)
     or (j.hypertable_schema = a.materialization_hypertable_schema
         and j.hypertable_name = a.materialization_hypertable_name))
 where a.hypertable_schema = $1 and a.hypertable_name = $2
 order by 1)";

constexpr const char* kReferenced = R"(
select pg_catalog.string_agg(distinct c.confrelid::pg_catalog.regclass::text, ', ') as names
  from pg_catalog.pg_constraint c where c.contype = 'f' and c.conrelid = $1::pg_catalog.oid)";

std::optional<Outcome> judge(const postgres::Row& row, const HypertableFacts& facts, Instant cut,
                             const Text& hint) {
  const std::string name = printable(row.text("name"));
  if (facts.apache()) {
    return outcome_of(StepState::refused,
                      say("continuous aggregate {} stands on it, and under the Apache licence "
                          "TimescaleDB refuses to drop "
                          "chunks below one",
                          "la vista agregada continua {} se apoya en ella, y con la licencia "
                          "Apache TimescaleDB se niega a "
                          "borrar chunks que tienen una encima",
                          {name}),
                      say("drop the aggregate, or use the community edition",
                          "elimine la vista agregada, o use la edición community"));
  }
  if (!row.flag("refreshed")) return std::nullopt;
  const auto from = row.instant("refreshed_from");
  if (from && *from >= cut) return std::nullopt;
  const std::string offset = row.optional_text("start_offset").value_or("NULL");
  return outcome_of(
      StepState::refused,
      say("continuous aggregate {} refreshes from behind the cut (start_offset {}): its next "
          "refresh "
          "would empty it there",
          "la vista agregada continua {} se refresca desde antes del corte (start_offset {}): su "
          "próximo refresco la vaciaría ahí",
          {name, printable(offset)}),
      hint);
}

Result<Rows> aggregates_on(PostgresServer& server, const HypertableFacts& facts) {
  return server.act(reading(
      say("continuous aggregates", "vistas agregadas continuas"), kAggregates,
      {facts.storage.schema, facts.storage.name, facts.integer_time() ? "integer" : "time"}));
}

}  // namespace

Result<std::optional<Outcome>> retention_guard(PostgresServer& server, const HypertableFacts& facts,
                                               Seconds drop_after) {
  const auto rows = aggregates_on(server, facts);
  if (!rows) return failure(rows.error());
  const Text hint =
      say("give its refresh policy a start_offset within the window that is kept",
          "dé a su política de refresco un start_offset dentro de la ventana que se conserva");
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Instant cut = (*rows)[i].instant("now").value_or(Instant::max()) - drop_after;
    if (auto refused = judge((*rows)[i], facts, cut, hint)) return refused;
  }
  return std::optional<Outcome>{};
}

Result<std::optional<Outcome>> drop_guard(PostgresServer& server, const HypertableFacts& facts,
                                          const DropChunks& change) {
  for (const auto& chunk : change.chunks) {
    if (chunk.range.end <= change.cut) continue;
    return outcome_of(StepState::refused, say("chunk {} reaches beyond the cut {}",
                                              "el chunk {} llega más allá del corte {}",
                                              {printable(chunk.name.qualified()), change.cut}));
  }
  const auto rows = aggregates_on(server, facts);
  if (!rows) return failure(rows.error());
  const Text hint =
      say("give its refresh policy a start_offset that ends after {}",
          "dé a su política de refresco un start_offset posterior a {}", {change.cut});
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (auto refused = judge((*rows)[i], facts, change.cut, hint)) return refused;
  }
  return std::optional<Outcome>{};
}

Result<std::string> referenced_tables(PostgresServer& server, const HypertableFacts& facts) {
  const auto rows =
      server.act(reading(say("foreign keys", "claves ajenas"), kReferenced, {facts.oid}));
  if (!rows) return failure(rows.error());
  return rows->empty() ? std::string{} : (*rows)[0].text("names");
}

}  // namespace plimsoll::timescale
