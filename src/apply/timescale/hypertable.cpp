#include "apply/timescale/hypertable.h"

#include <limits>

#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll::timescale {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr const char* kHypertable = R"(
with named as (
  select c.oid, coalesce(a.materialization_hypertable_schema, n.nspname) as storage_schema,
         coalesce(a.materialization_hypertable_name, c.relname) as storage_name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join timescaledb_information.continuous_aggregates a
           on a.view_schema = n.nspname and a.view_name = c.relname
   where n.nspname = $1 and c.relname = $2)
select named.oid::text as oid, named.storage_schema, named.storage_name,
       (select e.extnamespace::pg_catalog.regnamespace::text from pg_catalog.pg_extension e
         where e.extname = 'timescaledb') as extension_schema,
       pg_catalog.current_setting('timescaledb.license', true) as license,
       pg_catalog.pg_is_in_recovery() as in_recovery,
       d.column_name, d.column_type::text as column_type, d.integer_interval, d.integer_now_func,
       extract(epoch from d.time_interval)::bigint as interval_seconds, h.num_dimensions,
       pg_catalog.current_setting('max_locks_per_transaction')::bigint
         * (pg_catalog.current_setting('max_connections')::bigint
            + pg_catalog.current_setting('max_prepared_transactions')::bigint) as lock_budget
  from named
  join timescaledb_information.hypertables h
    on h.hypertable_schema = named.storage_schema and h.hypertable_name = named.storage_name
  join timescaledb_information.dimensions d
    on d.hypertable_schema = named.storage_schema and d.hypertable_name = named.storage_name
   and d.dimension_number = 1)";

// The range's columns are timestamptz for every time type; a timestamp or date reads as UTC.
constexpr const char* kChunks = R"(
select c.chunk_schema, c.chunk_name,
       pg_catalog.quote_ident(c.chunk_schema) || '.' || pg_catalog.quote_ident(c.chunk_name) as label,
       c.range_start, c.range_end, c.range_start_integer, c.range_end_integer,
       (select pg_catalog.string_agg(distinct v.oid::pg_catalog.regclass::text, ', ')
          from pg_catalog.pg_depend d
          join pg_catalog.pg_rewrite r
            on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
          join pg_catalog.pg_class v on v.oid = r.ev_class
         where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
           and d.refobjid = relation.oid and v.oid <> relation.oid) as dependents,
       (select pg_catalog.count(*) from pg_catalog.pg_index i where i.indrelid = relation.oid) as indexes
  from timescaledb_information.chunks c,
       lateral (select pg_catalog.to_regclass(pg_catalog.format('%I.%I', c.chunk_schema, c.chunk_name)) as oid) relation
 where c.hypertable_schema = $1 and c.hypertable_name = $2 and relation.oid is not null
 order by coalesce(c.range_start_integer, 0), c.range_start, c.chunk_name)";

// The function has come and gone between versions, so it is looked for first.
constexpr const char* kStatusFunction =
    "select pg_catalog.to_regprocedure('_timescaledb_functions.chunk_status_text(regclass)') "
    "is not null as there";
constexpr const char* kFrozen = R"(
select c.chunk_schema, c.chunk_name from timescaledb_information.chunks c
 where c.hypertable_schema = $1 and c.hypertable_name = $2
   and _timescaledb_functions.chunk_status_text(
         pg_catalog.format('%I.%I', c.chunk_schema, c.chunk_name)::pg_catalog.regclass)::text like '%FROZEN%')";

HypertableFacts facts_of(const postgres::Row& row) {
  HypertableFacts facts;
  facts.oid = row.text("oid");
  facts.extension_schema = row.text("extension_schema");
  facts.license = row.text("license");
  facts.in_recovery = row.flag("in_recovery");
  facts.storage = {row.text("storage_schema"), row.text("storage_name")};
  facts.column = row.text("column_name");
  facts.column_type = row.text("column_type");
  facts.integer_interval = row.integer("integer_interval");
  facts.integer_now = row.text("integer_now_func");
  if (const auto seconds = row.integer("interval_seconds")) facts.interval = Seconds{*seconds};
  facts.dimensions = row.integer("num_dimensions").value_or(0);
  facts.lock_budget = row.integer("lock_budget").value_or(0);
  return facts;
}

std::optional<Instant> instant_of(const postgres::Row& row, const char* time, const char* integer,
                                  const TimeAxis& axis) {
  const auto number = row.integer(integer);
  if (!number) return row.instant(time);
  if (axis.units_per_second <= 0) return std::nullopt;
  const auto whole = *number / axis.units_per_second;
  const auto rest = *number % axis.units_per_second;
  return Instant{Seconds{whole}} +
         std::chrono::microseconds{rest * 1'000'000 / axis.units_per_second};
}

/// Frozen chunks are passed over by drop_chunks() without a word.
Result<void> mark_frozen(PostgresServer& server, const HypertableFacts& facts,
                         std::vector<ChunkFacts>& chunks) {
  const Text what = say("state of the chunks", "estado de los chunks");
  const auto there = server.act(reading(what, kStatusFunction));
  if (!there) return failure(there.error());
  if (there->empty() || !(*there)[0].flag("there")) return {};
  const auto rows = server.act(reading(what, kFrozen, {facts.storage.schema, facts.storage.name}));
  if (!rows) return failure(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const TableName name{(*rows)[i].text("chunk_schema"), (*rows)[i].text("chunk_name")};
    for (auto& chunk : chunks) chunk.frozen = chunk.frozen || chunk.name == name;
  }
  return {};
}

}  // namespace

Result<std::optional<HypertableFacts>> read_hypertable(PostgresServer& server,
                                                       const TableName& table) {
  const auto rows =
      server.act(reading(say("hypertable {}", "hypertable {}", {printable(table.qualified())}),
                         kHypertable, {table.schema, table.name}));
  if (!rows) return failure(rows.error());
  if (rows->empty()) return std::optional<HypertableFacts>{};
  return std::optional{facts_of((*rows)[0])};
}

tl::expected<HypertableFacts, Outcome> facts_for(PostgresServer& server, const Step& step,
                                                 const TableName& table) {
  auto facts = read_hypertable(server, table);
  if (!facts) return tl::unexpected{failed(facts.error())};
  const std::string name = printable(table.qualified());
  if (!*facts) {
    return tl::unexpected{outcome_of(
        StepState::stale, say("{} is no hypertable here", "{} no es aquí una hypertable", {name}))};
  }
  if ((*facts)->in_recovery) {
    return tl::unexpected{
        outcome_of(StepState::refused,
                   say("{}: this server is a standby", "{}: este servidor es una réplica", {name}),
                   say("apply the plan on the primary", "aplique el plan en el primario"))};
  }
  const auto seen = step.before.find("oid");
  if (seen != step.before.end() && seen->second != (*facts)->oid) {
    return tl::unexpected{outcome_of(
        StepState::stale, say("{} is another table than the plan saw (oid {}, now {})",
                              "{} es otra tabla que la que vio el plan (oid {}, ahora {})",
                              {name, seen->second, (*facts)->oid}))};
  }
  return std::move(**facts);
}

Result<std::vector<ChunkFacts>> read_chunks(PostgresServer& server, const HypertableFacts& facts,
                                            const TimeAxis& axis) {
  const auto rows = server.act(
      reading(say("chunks of {}", "chunks de {}", {printable(facts.storage.qualified())}), kChunks,
              {facts.storage.schema, facts.storage.name}));
  if (!rows) return failure(rows.error());
  std::vector<ChunkFacts> chunks;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    ChunkFacts chunk;
    chunk.name = {row.text("chunk_schema"), row.text("chunk_name")};
    chunk.label = row.text("label");
    chunk.range.begin = instant_of(row, "range_start", "range_start_integer", axis);
    chunk.range.end =
        instant_of(row, "range_end", "range_end_integer", axis).value_or(Instant::max());
    chunk.dependents = row.text("dependents");
    chunk.indexes = row.integer("indexes").value_or(0);
    chunks.push_back(std::move(chunk));
  }
  if (const auto marked = mark_frozen(server, facts, chunks); !marked)
    return failure(marked.error());
  return chunks;
}

std::optional<Bytes> database_bytes(PostgresServer& server) {
  const auto rows = server.act(
      reading(say("size of the database", "tamaño de la base"),
              "select pg_catalog.pg_database_size(pg_catalog.current_database()) as bytes"));
  if (!rows || rows->empty()) return std::nullopt;
  return (*rows)[0].bytes("bytes");
}

std::string sql_name(const TableName& table) {
  return quote_identifier(table.schema) + "." + quote_identifier(table.name);
}

std::string sql_regclass_of(const TableName& table) {
  return quote_literal(sql_name(table)) + "::pg_catalog.regclass";
}

std::int64_t integer_time(Instant instant, const TimeAxis& axis) {
  const auto seconds = std::chrono::floor<Seconds>(instant);
  const auto rest = (instant - seconds).count();
  return seconds.time_since_epoch().count() * axis.units_per_second +
         rest * axis.units_per_second / 1'000'000;
}

std::string sql_time(Instant instant, const HypertableFacts& facts, const TimeAxis& axis) {
  const std::string text =
      facts.integer_time() ? std::to_string(integer_time(instant, axis)) : iso8601(instant);
  return quote_literal(text) + "::" + facts.column_type;
}

std::string sql_interval_of(Seconds length) {
  return "interval " + quote_literal(std::to_string(length.count()) + " seconds");
}

}  // namespace plimsoll::timescale
