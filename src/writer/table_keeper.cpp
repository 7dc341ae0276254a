#include "writer/table_keeper.h"

#include <map>

#include "base/text.h"
#include "link/postgres/act.h"
#include "link/postgres/quote.h"
#include "writer/table_sql.h"

namespace plimsoll {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

Text table_text(const TableShape& shape) {
  return say("table '{}'", "tabla «{}»", {printable(shape.name)});
}

tl::unexpected<Error> unfit(const TableShape& shape, Text why, Text hint = {}) {
  return failure(ErrorCode::unsupported,
                 say("table '{}': {}", "tabla «{}»: {}", {printable(shape.name), std::move(why)}),
                 std::move(hint));
}

struct Timescale {
  std::string schema;  ///< of the extension's functions; empty: not installed
  bool community = false;
};

Result<Timescale> read_timescale(postgres::Link& link, const TableShape& shape) {
  const auto rows = postgres::act(
      link, {table_text(shape),
             {"select n.nspname as schema, current_setting('timescaledb.license', true) as license"
              " from pg_extension e join pg_namespace n on n.oid = e.extnamespace"
              " where e.extname = 'timescaledb'"}});
  if (!rows) return failure(rows.error());
  if (rows->empty()) return Timescale{};
  return Timescale{(*rows)[0].text("schema"), (*rows)[0].text("license") == "timescale"};
}

Result<postgres::Rows> read_relation(postgres::Link& link, const TableShape& shape) {
  return postgres::act(
      link, {table_text(shape),
             {"select c.relkind as kind, pg_get_partkeydef(c.oid) as key,"
              " exists (select from pg_index i where i.indrelid = c.oid and i.indisunique"
              "  and i.indpred is null and (select array_agg(a.attname::text order by a.attname)"
              "   from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey))"
              "  = (select array_agg(k order by k) from unnest($3::text[]) k)) as keyed"
              " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
              " where n.nspname = $1 and c.relname = $2"},
             {shape.schema, shape.name, postgres::array_literal(shape.primary_key)}});
}

Result<void> check_columns(postgres::Link& link, const TableShape& shape) {
  const auto rows = postgres::act(
      link, {table_text(shape),
             {"select attname as name, format_type(atttypid, atttypmod) as type,"
              " attnotnull and not atthasdef and attidentity = '' as demanded from pg_attribute"
              " where attrelid = $1::regclass and attnum > 0 and not attisdropped"},
             {quoted_table(shape)}});
  if (!rows) return failure(rows.error());
  std::map<std::string, std::pair<std::string, bool>> there;
  for (std::size_t i = 0; i < rows->size(); ++i)
    there[(*rows)[i].text("name")] = {(*rows)[i].text("type"), (*rows)[i].flag("demanded")};
  for (const auto& column : shape.columns) {
    const auto found = there.find(column.name);
    if (found == there.end())
      return unfit(shape, say("it has no column '{}'", "no tiene la columna «{}»",
                              {printable(column.name)}));
    if (found->second.first != sql_type(column))
      return unfit(shape, say("its column '{}' is {}, and {} would be written",
                              "su columna «{}» es {} y se escribiría {}",
                              {printable(column.name), found->second.first, sql_type(column)}));
    there.erase(found);
  }
  for (const auto& [name, rest] : there) {
    if (rest.second)
      return unfit(shape, say("its column '{}' wants a value that its writer does not have",
                              "su columna «{}» exige un valor que quien la escribe no tiene",
                              {printable(name)}));
  }
  return {};
}

Result<bool> is_hypertable(postgres::Link& link, const TableShape& shape,
                           const Timescale& timescale) {
  if (timescale.schema.empty()) return false;
  const auto rows = postgres::act(link, {table_text(shape),
                                         {"select 1 as one from timescaledb_information.hypertables"
                                          " where hypertable_schema = $1 and hypertable_name = $2"},
                                         {shape.schema, shape.name}});
  if (!rows) return failure(rows.error());
  return !rows->empty();
}

Result<bool> has_retention(postgres::Link& link, const TableShape& shape) {
  const auto rows = postgres::act(
      link, {table_text(shape),
             {"select 1 as one from timescaledb_information.jobs where proc_name ="
              " 'policy_retention' and hypertable_schema = $1 and hypertable_name = $2"},
             {shape.schema, shape.name}});
  if (!rows) return failure(rows.error());
  return !rows->empty();
}

std::string interval_of(Seconds span) {
  return "make_interval(secs => " + std::to_string(span.count()) + ")";
}

Result<void> make_table(postgres::Link& link, const TableShape& shape, const TableBound& bound,
                        const Timescale& timescale) {
  const bool hypertable = !timescale.schema.empty() && !bound.plain;
  auto statements = create_table(shape, !hypertable && !bound.plain);
  if (hypertable) {
    statements.push_back("SELECT " + quote_identifier(timescale.schema) + ".create_hypertable(" +
                         quote_literal(quoted_table(shape)) + "::regclass, " +
                         quote_literal(shape.time_column) + "::name, chunk_time_interval => " +
                         interval_of(bound.width) + ")");
  }
  const auto done = postgres::act(
      link, {say("make table '{}'", "crear la tabla «{}»", {printable(shape.name)}), statements});
  if (!done) return failure(done.error());
  return {};
}

/// The community licence keeps the bound itself. Under the Apache licence there is no such policy:
/// drop_chunks_until() and the guard do it.
Result<void> add_retention(postgres::Link& link, const TableShape& shape, const TableBound& bound,
                           const Timescale& timescale, FoundTable& found) {
  auto present = has_retention(link, shape);
  if (!present) return failure(std::move(present.error()));
  found.server_drops = *present;
  if (*present || !bound.keep || !timescale.community) return {};
  const auto added = postgres::act(
      link, {say("retention of '{}'", "retención de «{}»", {printable(shape.name)}),
             {"SELECT " + quote_identifier(timescale.schema) + ".add_retention_policy(" +
              quote_literal(quoted_table(shape)) + "::regclass, drop_after => " +
              interval_of(*bound.keep) + ", if_not_exists => true)"}});
  if (!added) return failure(added.error());
  found.server_drops = true;
  return {};
}

Result<FoundTable> examine(postgres::Link& link, const TableShape& shape, const TableBound& bound,
                           const Timescale& timescale, const postgres::Row& relation) {
  if (auto checked = check_columns(link, shape); !checked) return failure(checked.error());
  if (!shape.primary_key.empty() && !relation.flag("keyed"))
    return unfit(shape, say("it has no unique index on {}", "no tiene un índice único en {}",
                            {quoted_names(shape.primary_key)}));
  FoundTable found;
  const auto kind = relation.text("kind");
  const auto hyper = is_hypertable(link, shape, timescale);
  if (!hyper) return failure(hyper.error());
  if (*hyper) {
    found.kind = TableKind::hypertable;
    if (auto kept = add_retention(link, shape, bound, timescale, found); !kept)
      return failure(kept.error());
  } else if (kind == "p") {
    const auto key = relation.text("key");
    if (key != "RANGE (" + shape.time_column + ")" &&
        key != "RANGE (" + quote_identifier(shape.time_column) + ")")
      return unfit(shape, say("it is partitioned by {}", "está particionada por {}", {key}));
    found.kind = TableKind::partitioned;
  } else if (kind == "r") {
    found.kind = TableKind::plain;
    if (bound.keep && !bound.plain)
      found.warnings.push_back(
          say("table '{}' is there and plain: nothing keeps its bound until `plimsoll plan` makes "
              "it partitioned",
              "la tabla «{}» ya existe y no está particionada: nada mantiene su límite hasta que "
              "`plimsoll plan` la convierta",
              {printable(shape.name)}));
  } else {
    return unfit(shape, say("it is no table", "no es una tabla"));
  }
  return found;
}

}  // namespace

Result<FoundTable> find_or_make_table(postgres::Link& link, const TableShape& shape,
                                      const TableBound& bound) {
  const auto timescale = read_timescale(link, shape);
  if (!timescale) return failure(timescale.error());
  auto relation = read_relation(link, shape);
  if (!relation) return failure(std::move(relation.error()));
  bool made = false;
  if (relation->empty()) {
    const auto done = make_table(link, shape, bound, *timescale);
    made = done.has_value();
    relation = read_relation(link, shape);
    if (!relation) return failure(std::move(relation.error()));
    if (relation->empty()) return failure(done.error());  // else another writer was faster
  }
  auto found = examine(link, shape, bound, *timescale, (*relation)[0]);
  if (found) found->made = made;
  return found;
}

Result<int> drop_chunks_until(postgres::Link& link, const TableShape& shape, Instant cut,
                              std::chrono::milliseconds lock_timeout) {
  const auto timescale = read_timescale(link, shape);
  if (!timescale) return failure(timescale.error());
  std::string type = "timestamptz";
  for (const auto& column : shape.columns)
    if (column.name == shape.time_column) type = sql_type(column);
  const auto dropped = postgres::act(
      link, {say("drop chunks of '{}'", "eliminar chunks de «{}»", {printable(shape.name)}),
             {"SELECT " + quote_identifier(timescale->schema) + ".drop_chunks(" +
              quote_literal(quoted_table(shape)) + "::regclass, older_than => " +
              quote_literal(iso8601(cut)) + "::" + type + ")"},
             {},
             lock_timeout});
  if (!dropped) return failure(dropped.error());
  return static_cast<int>(dropped->size());
}

}  // namespace plimsoll
