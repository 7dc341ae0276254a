#include "apply/timescale/replacement.h"

#include <map>
#include <string_view>

#include "link/postgres/quote.h"

namespace plimsoll::timescale {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr std::int64_t kMostSlices = 500;
/// What the swap still carries out while writers wait: a few milliseconds.
constexpr std::int64_t kMostInSwap = 500;

/// "a", "b"; or x."a", x."b".
std::string list_of(const std::vector<std::string>& columns, const std::string& prefix = {}) {
  std::string list;
  for (const auto& column : columns) {
    list += (list.empty() ? "" : ", ") + prefix + quote_identifier(column);
  }
  return list;
}

/// A row's text is compared rather than its values: not every type has an equality, and 1.0 is not
/// 1.00. Both sides are written by the same session.
std::string row_text(const std::vector<std::string>& columns, const std::string& prefix) {
  return "row(" + list_of(columns, prefix) + ")::text";
}

std::string do_block(const std::string& body) { return "do " + quote_literal(body); }

/// "{name}" becomes the word of that name, in one pass: what is put in is not looked at again.
std::string filled(std::string_view sql, const std::map<std::string_view, std::string>& words) {
  std::string text;
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = sql[at] == '{' ? sql.find('}', at) : std::string_view::npos;
    const auto word =
        end == std::string_view::npos ? words.end() : words.find(sql.substr(at + 1, end - at - 1));
    if (word == words.end()) {
      text += sql[at++];
      continue;
    }
    text += word->second;
    at = end + 1;
  }
  return text;
}

constexpr const char* kSign = "case plimsoll_op when '+' then 1 else -1 end";

// What came and went within the batch cancels out; then rows go before rows come, so that a key
// that moved is free again. The names begin with ours: a column may be called n, too.
constexpr const char* kReplay = R"(
declare
  plimsoll_gone record;
  plimsoll_count bigint;
begin
  with taken as (delete from {log} {taken} returning *) insert into {batch} select * from taken;
  for plimsoll_gone in
    select b.{time} as at, {batch_row} as line, -pg_catalog.sum({sign}) as surplus
      from {batch} b group by 1, 2 having pg_catalog.sum({sign}) < 0
  loop
    delete from {target} x
     where x.{time} = plimsoll_gone.at
       and (x.tableoid, x.ctid) in (select y.tableoid, y.ctid from {target} y
             where y.{time} = plimsoll_gone.at and {target_row} = plimsoll_gone.line
             limit plimsoll_gone.surplus);
    get diagnostics plimsoll_count = row_count;
    if plimsoll_count <> plimsoll_gone.surplus then
      raise exception 'a row that was deleted is not in the copy';
    end if;
  end loop;
  insert into {target} ({columns}) select {came_columns}
    from (select b.*, pg_catalog.row_number() over (partition by b.{time}, {batch_row}, b.plimsoll_op
                                                     order by b.plimsoll_id) as plimsoll_nth,
                 pg_catalog.sum({sign}) over (partition by b.{time}, {batch_row}) as plimsoll_net
            from {batch} b) came
   where came.plimsoll_op = '+' and came.plimsoll_nth <= came.plimsoll_net order by came.plimsoll_id;
  delete from {batch};
end)";

}  // namespace

Replacement::Replacement(TableName table, const HypertableFacts& facts,
                         const ReplaceHypertable& change, std::string oid)
    : table_{std::move(table)},
      fresh_{"plimsoll_" + oid, table_.name},
      old_{"plimsoll_" + oid + "_old", table_.name},
      facts_{facts},
      change_{change} {}

std::string Replacement::in_schema(const char* name) const {
  return sql_name({fresh_.schema, name});
}

std::string Replacement::time(Instant instant) const {
  return sql_time(instant, facts_, change_.axis);
}

Replacement::Slices Replacement::slices(const std::vector<ChunkFacts>& chunks,
                                        bool time_index) const {
  Slices slices{.count = 1, .length = change_.interval};
  if (!time_index || chunks.empty() || change_.interval <= Seconds{0}) return slices;
  const auto span = std::chrono::ceil<Seconds>(chunks.back().range.end - change_.cut);
  const auto wanted = std::max<std::int64_t>(1, span / change_.interval);
  slices.length = change_.interval * ((wanted + kMostSlices - 1) / kMostSlices);
  slices.count = std::max<std::int64_t>(1, span / slices.length);
  return slices;
}

std::vector<std::string> Replacement::prepare(const HypertableDefinition& definition,
                                              Slices slices) const {
  const std::string interval = facts_.integer_time()
                                   ? quote_literal(std::to_string(change_.interval.count() *
                                                                  change_.axis.units_per_second)) +
                                         "::bigint"
                                   : sql_interval_of(change_.interval);
  const std::string like = "like " + sql_name(table_);
  std::vector<std::string> statements{
      "create schema " + quote_identifier(fresh_.schema),
      "create schema " + quote_identifier(old_.schema),
      "create table " + sql_name(fresh_) + " (" + like +
          " including all excluding indexes excluding identity)",
      "select " + facts_.extension_schema + ".create_hypertable(" + sql_regclass_of(fresh_) + ", " +
          quote_literal(facts_.column) + "::name, chunk_time_interval => " + interval +
          ", create_default_indexes => false)"};
  if (!facts_.integer_now.empty()) {
    // Its schema is in no public view: a name two schemas have fails here, and nothing is changed.
    statements.push_back(
        "select " + facts_.extension_schema + ".set_integer_now_func(" + sql_regclass_of(fresh_) +
        ", (select p.oid from pg_catalog.pg_proc p where p.pronargs = 0 and p.proname = " +
        quote_literal(facts_.integer_now) + ")::pg_catalog.regproc)");
  }
  statements.insert(statements.end(), definition.statements.begin(), definition.statements.end());
  const std::string log_columns =
      " (plimsoll_id bigint generated always as identity primary key, plimsoll_op \"char\" not "
      "null, " +
      like + ")";
  statements.push_back("create table " + in_schema("log") + log_columns);
  statements.push_back("create table " + in_schema("batch") +
                       " (plimsoll_id bigint, plimsoll_op \"char\" not null, " + like + ")");
  statements.push_back("create table " + in_schema("state") +
                       " as select 0::bigint as next_slice, " + std::to_string(slices.count) +
                       "::bigint as slices, " + std::to_string(slices.length.count()) +
                       "::bigint as slice_seconds, false as truncated, " +
                       quote_literal(definition.text) + "::text as definition");
  const auto insert = [&](const char* op, const char* record) {
    return "insert into " + in_schema("log") + " (plimsoll_op, " + list_of(definition.columns) +
           ") values ('" + op + "', " + list_of(definition.columns, record) + ");";
  };
  // It writes with our rights: a writer has none in this schema.
  const std::string column = quote_identifier(facts_.column);
  const std::string body =
      "begin if tg_op <> 'INSERT' and old." + column + " >= " + time(change_.cut) + " then " +
      insert("-", "old.") + " end if; if tg_op <> 'DELETE' and new." + column +
      " >= " + time(change_.cut) + " then " + insert("+", "new.") + " end if; return null; end";
  const std::string trigger_function =
      "() returns trigger language plpgsql security definer set search_path = pg_catalog as ";
  statements.push_back("create function " + in_schema("log_change") + trigger_function +
                       quote_literal(body));
  statements.push_back("create function " + in_schema("mark_truncate") + trigger_function +
                       quote_literal("begin update " + in_schema("state") +
                                     " set truncated = true; return null; end"));
  return statements;
}

std::vector<std::string> Replacement::capture() const {
  return {"create trigger plimsoll_log after insert or update or delete on " + sql_name(table_) +
              " for each row execute function " + in_schema("log_change") + "()",
          "create trigger plimsoll_truncate before truncate on " + sql_name(table_) +
              " for each statement execute function " + in_schema("mark_truncate") + "()"};
}

std::string Replacement::slice_condition(Slices slices, std::int64_t slice) const {
  const std::string column = quote_identifier(facts_.column);
  std::string condition = column + " >= " + time(change_.cut + slices.length * slice);
  if (slice + 1 < slices.count) {
    condition += " and " + column + " < " + time(change_.cut + slices.length * (slice + 1));
  }
  return condition;
}

std::string Replacement::copy(const HypertableDefinition& definition, Slices slices,
                              std::int64_t slice) const {
  const std::string where = slice_condition(slices, slice);
  const std::string columns = list_of(definition.columns);
  return "with begun as (update " + in_schema("state") +
         " set next_slice = next_slice + 1 where next_slice = " + std::to_string(slice) +
         " returning 1), copied as (delete from " + in_schema("log") + " where " + where +
         " and exists (select from begun)) insert into " + sql_name(fresh_) + " (" + columns +
         ") select " + columns + " from " + sql_name(table_) + " where " + where +
         " and exists (select from begun)";
}

std::string Replacement::replay(const HypertableDefinition& definition, const TableName& target,
                                std::optional<std::int64_t> limit) const {
  const std::string some =
      "where plimsoll_id in (select plimsoll_id from {log} order by plimsoll_id limit ";
  return do_block(filled(kReplay, {{"taken", limit ? filled(some, {{"log", in_schema("log")}}) +
                                                         std::to_string(*limit) + ")"
                                                   : ""},
                                   {"log", in_schema("log")},
                                   {"batch", in_schema("batch")},
                                   {"target", sql_name(target)},
                                   {"time", quote_identifier(facts_.column)},
                                   {"columns", list_of(definition.columns)},
                                   {"came_columns", list_of(definition.columns, "came.")},
                                   {"batch_row", row_text(definition.columns, "b.")},
                                   {"target_row", row_text(definition.columns, "y.")},
                                   {"sign", kSign}}));
}

std::string Replacement::verify(const HypertableDefinition& definition) const {
  const auto hash = [&](const char* prefix) {
    return "pg_catalog.hashtextextended(" + row_text(definition.columns, prefix) + ", 0)::numeric";
  };
  const auto side = [&](const char* name, const TableName& table) {
    return std::string{name} + " as (select pg_catalog.count(*) as rows, coalesce(pg_catalog.sum(" +
           hash("x.") + "), 0) as print from " + sql_name(table) + " x where x." +
           quote_identifier(facts_.column) + " >= " + time(change_.cut) + ")";
  };
  const std::string sign = kSign;
  return "with " + side("old", table_) + ", " + side("fresh", fresh_) +
         ", late as (select coalesce(pg_catalog.sum(" + sign +
         "), 0) as rows, coalesce(pg_catalog.sum(" + sign + " * " + hash("x.") +
         "), 0) as print from " + in_schema("log") +
         " x) select old.rows, old.rows = fresh.rows + late.rows and old.print = fresh.print + "
         "late.print as equal "
         "from old, fresh, late";
}

std::vector<std::string> Replacement::swap(const HypertableDefinition& definition,
                                           const std::vector<ChunkFacts>& chunks) const {
  std::string kept;
  for (const auto& chunk : chunks) {
    if (chunk.range.end > change_.cut)
      kept += (kept.empty() ? "" : ", ") + quote_literal(sql_name(chunk.name));
  }
  const std::string guard =
      "begin if (select truncated from " + in_schema("state") +
      ") then raise exception 'the table was truncated meanwhile'; end if; if exists (select from "
      "pg_catalog.unnest(array[" +
      kept +
      "]::text[]) name where pg_catalog.to_regclass(name) is null) then raise exception 'a chunk "
      "was dropped "
      "meanwhile'; end if; if (select pg_catalog.count(*) from (select from " +
      in_schema("log") + " limit " + std::to_string(kMostInSwap + 1) + ") l) > " +
      std::to_string(kMostInSwap) +
      " then raise exception using errcode = '55P03', message = 'too many changes came in at "
      "once'; end if; end";
  std::vector<std::string> statements{
      "lock table only " + sql_name(table_) + " in access exclusive mode", do_block(guard),
      replay(definition, fresh_, std::nullopt)};
  // A sequence follows its table into the other schema unless it is let go first.
  for (const auto& [sequence, column] : definition.sequences) {
    statements.push_back("alter sequence " + sequence + " owned by none");
  }
  statements.push_back("alter table " + sql_name(table_) + " set schema " +
                       quote_identifier(old_.schema));
  statements.push_back("alter table " + sql_name(fresh_) + " set schema " +
                       quote_identifier(table_.schema));
  for (const auto& [sequence, column] : definition.sequences) {
    statements.push_back("alter sequence " + sequence + " owned by " + sql_name(table_) + "." +
                         quote_identifier(column));
  }
  statements.insert(statements.end(), definition.views.begin(), definition.views.end());
  statements.insert(statements.end(), definition.jobs.begin(), definition.jobs.end());
  return statements;
}

std::vector<std::string> Replacement::remove_our_own() const {
  return {"drop table " + in_schema("log") + ", " + in_schema("batch") + ", " + in_schema("state"),
          "drop function " + in_schema("log_change") + "(), " + in_schema("mark_truncate") + "()",
          "drop schema " + quote_identifier(fresh_.schema),
          "drop schema " + quote_identifier(old_.schema)};
}

/// Somebody may have written into a chunk by its own name after the swap: its trigger still logged.
std::vector<std::string> Replacement::drop(const HypertableDefinition& definition) const {
  std::vector<std::string> statements{"lock table " + sql_name(old_) + " in access exclusive mode",
                                      replay(definition, table_, std::nullopt),
                                      "drop table " + sql_name(old_)};
  const auto own = remove_our_own();
  statements.insert(statements.end(), own.begin(), own.end());
  return statements;
}

std::vector<std::string> Replacement::undo() const {
  std::vector<std::string> statements{
      "drop trigger if exists plimsoll_log on " + sql_name(table_),
      "drop trigger if exists plimsoll_truncate on " + sql_name(table_),
      "drop table " + sql_name(fresh_)};
  const auto own = remove_our_own();
  statements.insert(statements.end(), own.begin(), own.end());
  return statements;
}

}  // namespace plimsoll::timescale
