#include "apply/postgres/partition_facts.h"

#include <algorithm>

#include "base/text.h"
#include "link/postgres/quote.h"
#include "plan/partition_names.h"

namespace plimsoll {
namespace {

using postgres::Act;
using postgres::Rows;

constexpr const char* kParent = R"sql(
select c.oid::text as oid, c.relkind::text as kind, c.relrowsecurity as row_security,
       pg_get_userbyid(c.relowner) as owner, p.partstrat::text as strategy,
       (select a.attname from pg_attribute a
         where a.attrelid = c.oid and a.attnum = p.partattrs[0] and p.partnatts = 1) as key_column,
       pg_is_in_recovery() as in_recovery, current_setting('server_version_num') as version
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_partitioned_table p on p.partrelid = c.oid
 where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')
)sql";

// inhdetachpending: from 14 on. A sub-partitioned partition is the sum of its leaves.
constexpr const char* kPartitions = R"sql(
select c.oid::text as oid, n.nspname as schema, c.relname as name, c.relkind::text as kind,
       pg_get_expr(c.relpartbound, c.oid) as bound,
       coalesce((to_jsonb(i)->>'inhdetachpending')::boolean, false) as pending,
       (select coalesce(sum(pg_total_relation_size(t.relid)), 0)
          from pg_partition_tree(c.oid) t where t.isleaf) as bytes
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  join pg_namespace n on n.oid = c.relnamespace
 where i.inhparent = $1::oid
)sql";

constexpr const char* kGrants = R"sql(
select 'GRANT ' || a.privilege_type || ' ON TABLE {table} TO '
       || case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end
       || case when a.is_grantable then ' WITH GRANT OPTION' else '' end as statement
  from pg_class c, aclexplode(c.relacl) a
 where c.oid = $1::oid and a.grantee <> c.relowner
)sql";

// A foreign key of a partition that it has from its parent counts too: dropping either side of one
// locks the other. Its own row type in a function is a dependency of type, not of class.
constexpr const char* kDependents = R"sql(
with it as (select oid, reltype from pg_class where oid = $1::oid)
select string_agg(kind || ' ' || name, ', ') as names from (
  select distinct 'foreign key' as kind, conname || ' (' || conrelid::regclass || ')' as name
    from pg_constraint, it where contype = 'f' and it.oid in (conrelid, confrelid)
  union
  select 'view', r.ev_class::regclass::text
    from pg_depend d join pg_rewrite r on r.oid = d.objid, it
   where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
     and d.refobjid = it.oid and r.ev_class <> it.oid
  union
  select 'function', d.objid::regprocedure::text
    from pg_depend d, it
   where d.classid = 'pg_proc'::regclass and d.deptype = 'n'
     and ((d.refclassid = 'pg_type'::regclass and d.refobjid in
             (it.reltype, (select typarray from pg_type where oid = it.reltype)))
       or (d.refclassid = 'pg_class'::regclass and d.refobjid = it.oid))
  union
  select 'column', attrelid::regclass || '.' || attname
    from pg_attribute, it
   where atttypid in (it.reltype, (select typarray from pg_type where oid = it.reltype))
     and attnum > 0 and not attisdropped
     and attrelid <> coalesce(to_regclass(format('%I.plimsoll_log_%s',
           (select relnamespace::regnamespace from pg_class where oid = it.oid), it.oid)), 0)
  union
  select 'trigger', tgname from pg_trigger, it
   where $2::boolean and tgrelid = it.oid and not tgisinternal
     and coalesce((to_jsonb(pg_trigger)->>'tgparentid'), '0') = '0'
     and tgname not like 'plimsoll\_%'
  union
  select 'policy', polname from pg_policy, it where $2::boolean and polrelid = it.oid
  union
  select 'rule', rulename from pg_rewrite, it where $2::boolean and ev_class = it.oid
  union
  select 'publication', pubname from pg_publication, it
   where $2::boolean and (puballtables or exists (
     select from pg_publication_tables t
      where t.pubname = pg_publication.pubname
        and format('%I.%I', t.schemaname, t.tablename)::regclass in
            (select relid from pg_partition_ancestors(it.oid))))
) as found
)sql";

std::optional<Instant> instant_of(std::string_view value, const TimeAxis& axis) {
  if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'') {
    value = value.substr(1, value.size() - 2);
  }
  if (axis.units_per_second == 0) return parse_iso8601(value);
  const auto number = parse_int(value);
  if (!number) return std::nullopt;
  const auto seconds = *number / axis.units_per_second;
  const auto rest = *number % axis.units_per_second;
  return Instant{std::chrono::seconds{seconds} +
                 std::chrono::microseconds{rest * 1'000'000 / axis.units_per_second}};
}

PartitionFacts partition_of(const postgres::Row& row, const TimeAxis& axis) {
  PartitionFacts facts;
  facts.oid = row.text("oid");
  facts.name = {row.text("schema"), row.text("name")};
  facts.kind = row.text("kind");
  facts.bound = row.text("bound");
  facts.is_default = facts.bound == "DEFAULT";
  facts.range = range_of_bound(facts.bound, axis);
  facts.detach_pending = row.flag("pending");
  facts.bytes = row.bytes("bytes").value_or(Bytes{});
  return facts;
}

Result<void> read_children(PostgresServer& server, const Text& about, const TimeAxis& axis,
                           ParentFacts& facts) {
  const auto partitions = server.act(question(about, kPartitions, {facts.oid}));
  if (!partitions) return failure(partitions.error());
  for (std::size_t i = 0; i < partitions->size(); ++i) {
    facts.partitions.push_back(partition_of((*partitions)[i], axis));
  }
  // With row security a partition's privileges would be a way around the parent's policies.
  if (facts.row_security) return {};
  const auto grants = server.act(question(about, kGrants, {facts.oid}));
  if (!grants) return failure(grants.error());
  for (std::size_t i = 0; i < grants->size(); ++i) {
    facts.grants.push_back((*grants)[i].text("statement"));
  }
  return {};
}

Outcome stale(Text what) { return ended(StepState::stale, std::move(what)); }

}  // namespace

const PartitionFacts* ParentFacts::find(const TableName& name) const {
  const auto at = std::find_if(partitions.begin(), partitions.end(),
                               [&](const auto& each) { return each.name == name; });
  return at == partitions.end() ? nullptr : &*at;
}

const PartitionFacts* ParentFacts::default_partition() const {
  const auto at = std::find_if(partitions.begin(), partitions.end(),
                               [](const auto& each) { return each.is_default; });
  return at == partitions.end() ? nullptr : &*at;
}

std::string quoted(const TableName& name) {
  return postgres::quote_identifier(name.schema) + '.' + postgres::quote_identifier(name.name);
}

Act question(Text what, std::string sql, std::vector<std::optional<std::string>> values) {
  return {.what = std::move(what), .statements = {std::move(sql)}, .values = std::move(values)};
}

Result<std::optional<ParentFacts>> read_parent(PostgresServer& server, const TableName& table,
                                               const TimeAxis& axis) {
  const Text about = say("table {}", "tabla {}", {printable(table.qualified())});
  const auto rows = server.act(question(about, kParent, {table.schema, table.name}));
  if (!rows) return failure(rows.error());
  if (rows->empty()) return std::optional<ParentFacts>{};
  const auto row = (*rows)[0];
  ParentFacts facts;
  facts.oid = row.text("oid");
  facts.kind = row.text("kind");
  facts.strategy = row.text("strategy");
  facts.key_column = row.text("key_column");
  facts.owner = row.text("owner");
  facts.row_security = row.flag("row_security");
  facts.in_recovery = row.flag("in_recovery");
  facts.version = static_cast<int>(row.integer("version").value_or(0));
  if (facts.kind == "p") {
    if (auto read = read_children(server, about, axis, facts); !read) return failure(read.error());
  }
  return std::optional{std::move(facts)};
}

Outcome refused_by_replica() {
  return ended(StepState::refused,
               say("the server is a replica: it changes nothing by itself",
                   "el servidor es una réplica: no cambia nada por sí solo"),
               say("point targets.postgres at the primary",
                   "ponga en targets.postgres el servidor primario"));
}

std::optional<Outcome> objection_to(const Step& step, const std::optional<ParentFacts>& parent,
                                    const TableName& table, const TimeAxis& axis) {
  const std::string name = printable(table.qualified());
  if (!parent) return stale(say("there is no table {}", "no existe la tabla {}", {name}));
  if (parent->in_recovery) {
    return refused_by_replica();
  }
  if (const auto oid = step.before.find("oid");
      oid != step.before.end() && oid->second != parent->oid) {
    return stale(say("{} is another table than the planned one",
                     "{} es otra tabla que la planificada", {name}));
  }
  if (std::holds_alternative<DeleteRows>(step.change)) {
    if (parent->kind == "r") return std::nullopt;
    return stale(say("{} is a partitioned table now", "{} ya es una tabla particionada", {name}));
  }
  if (parent->kind != "p" || parent->strategy != "r" || parent->key_column != axis.column) {
    return stale(say("{} is not partitioned by ranges of {}",
                     "{} no está particionada por rangos de {}", {name, printable(axis.column)}));
  }
  return std::nullopt;
}

std::optional<TimeRange> range_of_bound(std::string_view bound, const TimeAxis& axis) {
  constexpr std::string_view kFrom = "FOR VALUES FROM (";
  constexpr std::string_view kTo = ") TO (";
  const auto to = bound.find(kTo);
  if (!bound.starts_with(kFrom) || !bound.ends_with(')') || to == std::string_view::npos) {
    return std::nullopt;
  }
  const auto first = bound.substr(kFrom.size(), to - kFrom.size());
  auto last = bound.substr(to + kTo.size());
  last.remove_suffix(1);
  const auto end = instant_of(last, axis);
  if (!end) return std::nullopt;
  if (first == "MINVALUE") return TimeRange{std::nullopt, *end};
  const auto begin = instant_of(first, axis);
  if (!begin) return std::nullopt;
  return TimeRange{begin, *end};
}

std::string bound_of(const TimeRange& range, const TimeAxis& axis) {
  return "FROM (" + (range.begin ? bound_literal(axis, *range.begin) : "MINVALUE") + ") TO (" +
         bound_literal(axis, range.end) + ")";
}

std::string rows_within(const TimeRange& range, const TimeAxis& axis, std::string_view column,
                        std::optional<Instant> cut) {
  auto begin = range.begin;
  if (cut) begin = begin ? std::max(*begin, *cut) : *cut;
  std::string condition;
  if (begin) condition = std::string{column} + " >= " + bound_literal(axis, *begin) + " AND ";
  return condition + std::string{column} + " < " + bound_literal(axis, range.end);
}

Result<std::string> dependents_of(PostgresServer& server, const std::string& oid, bool also_own) {
  const auto rows = server.act(question(say("dependent objects", "objetos dependientes"),
                                        kDependents, {oid, also_own ? "true" : "false"}));
  if (!rows) return failure(rows.error());
  return rows->empty() ? std::string{} : printable((*rows)[0].text("names"));
}

std::string assertion(const std::string& condition, std::string_view message) {
  const std::string body =
      "begin if (" + condition +
      ") is not true then raise exception using message = " + postgres::quote_literal(message) +
      "; end if; end";
  return "DO " + postgres::quote_literal(body);
}

Outcome outcome_of(const Error& error) { return ended(StepState::failed, error.what, error.hint); }

Outcome ended(StepState state, Text what, Text hint) {
  return {state, std::move(what), std::move(hint), std::nullopt, {}};
}

}  // namespace plimsoll
