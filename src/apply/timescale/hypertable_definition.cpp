#include "apply/timescale/hypertable_definition.h"

#include <array>
#include <string_view>

#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll::timescale {
namespace {

constexpr const char* kColumns = R"(
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, a.attgenerated <> '' as generated,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) as default_value,
       exists (select from pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indkey[0] = a.attnum) as leads
  from pg_catalog.pg_attribute a
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum)";

// $2: the other table's quoted name; $3: its quoted schema. LIKE copies columns, defaults, checks,
// storage and their comments; these are the rest. Grants come before the owner changes.
constexpr const char* kStatements = R"(
with named as (select $2::text as new, $3::text as new_schema),
old as (select c.* from pg_catalog.pg_class c where c.oid = $1::oid),
index as (
  select i.indexrelid, i.indisunique, ic.relname, pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
         pg_catalog.format('CREATE %sINDEX %I ON %s', case when i.indisunique then 'UNIQUE ' else '' end,
                           ic.relname, i.indrelid::pg_catalog.regclass) as prefix
    from old join pg_catalog.pg_index i on i.indrelid = old.oid
    join pg_catalog.pg_class ic on ic.oid = i.indexrelid
   where not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))),
option as (
  select '' as prefix, o.* from old, pg_catalog.pg_options_to_table(old.reloptions) o
  union all
  select 'toast.', o.* from old join pg_catalog.pg_class t on t.oid = old.reltoastrelid,
         pg_catalog.pg_options_to_table(t.reloptions) o),
statement as (
  select 1 as rank, k.conname::text as key,
         pg_catalog.format('alter table %s add constraint %I %s', (select new from named), k.conname, pg_catalog.pg_get_constraintdef(k.oid)) as sql
    from old join pg_catalog.pg_constraint k on k.conrelid = old.oid where k.contype in ('p', 'u', 'f')
  union all
  select 2, relname, case when pg_catalog.starts_with(definition, prefix)
           then case when indisunique then 'create unique ' else 'create ' end || pg_catalog.format('index %I on %s', relname, (select new from named))
                || pg_catalog.substr(definition, pg_catalog.length(prefix) + 1) else definition end
    from index
  union all
  select 3, '', pg_catalog.format('alter table %s set (%s)', (select new from named),
           pg_catalog.string_agg(pg_catalog.format('%s%s = %L', prefix, option_name, option_value), ', ' order by prefix, option_name))
    from option having pg_catalog.count(*) > 0
  union all
  select 4, a.attname, pg_catalog.format('alter table %s alter column %I set statistics %s', (select new from named), a.attname, a.attstattarget)
    from old join pg_catalog.pg_attribute a on a.attrelid = old.oid where a.attnum > 0 and coalesce(a.attstattarget, -1) >= 0
  union all
  select 5, a.attname, pg_catalog.format('alter table %s alter column %I set (%s = %s)', (select new from named), a.attname, o.option_name, o.option_value)
    from old join pg_catalog.pg_attribute a on a.attrelid = old.oid, pg_catalog.pg_options_to_table(a.attoptions) o
   where a.attnum > 0 and o.option_name in ('n_distinct', 'n_distinct_inherited')
  union all
  select 6, '', pg_catalog.format('comment on table %s is %L', (select new from named), pg_catalog.obj_description(old.oid, 'pg_class'))
    from old where pg_catalog.obj_description(old.oid, 'pg_class') is not null
  union all
  select 7, relname, pg_catalog.format('comment on index %s.%I is %L', (select new_schema from named), relname, pg_catalog.obj_description(indexrelid, 'pg_class'))
    from index where pg_catalog.obj_description(indexrelid, 'pg_class') is not null
  union all
  select 8, k.conname, pg_catalog.format('comment on constraint %I on %s is %L', k.conname, (select new from named), pg_catalog.obj_description(k.oid, 'pg_constraint'))
    from old join pg_catalog.pg_constraint k on k.conrelid = old.oid
   where k.contype in ('p', 'u', 'f') and pg_catalog.obj_description(k.oid, 'pg_constraint') is not null
  union all
  select 9, '', pg_catalog.format('grant %s on %s to %s%s', g.privilege_type, (select new from named),
           case when g.grantee = 0 then 'public' else g.grantee::pg_catalog.regrole::text end,
           case when g.is_grantable then ' with grant option' else '' end)
    from old, pg_catalog.aclexplode(old.relacl) g where g.grantee <> old.relowner
  union all
  select 10, a.attname, pg_catalog.format('grant %s (%I) on %s to %s%s', g.privilege_type, a.attname, (select new from named),
           case when g.grantee = 0 then 'public' else g.grantee::pg_catalog.regrole::text end,
           case when g.is_grantable then ' with grant option' else '' end)
    from old join pg_catalog.pg_attribute a on a.attrelid = old.oid, pg_catalog.aclexplode(a.attacl) g
   where a.attnum > 0 and g.grantee <> old.relowner
  union all
  select 11, '', pg_catalog.format('alter table %s owner to %s', (select new from named), old.relowner::pg_catalog.regrole)
    from old where old.relowner <> (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user))
select sql from statement order by rank, key, sql)";

constexpr const char* kViews = R"(
select distinct pg_catalog.format('create or replace view %s%s as %s', v.oid::pg_catalog.regclass,
         case when v.reloptions is null then '' else ' with (' || pg_catalog.array_to_string(v.reloptions, ', ') || ')' end,
         pg_catalog.pg_get_viewdef(v.oid)) as sql
  from pg_catalog.pg_depend d
  join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind = 'v'
 where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = $1::oid
 order by 1)";

constexpr const char* kSequences = R"(
select s.oid::pg_catalog.regclass::text as name, a.attname
  from pg_catalog.pg_depend d
  join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
  join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
 where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refclassid = d.classid
   and d.refobjid = $1::oid and d.deptype = 'a'
 order by 1)";

// $1 schema, $2 name, $3 schema of the extension, $4 quoted name.
constexpr const char* kRetention = R"(
select pg_catalog.format('select %s.add_retention_policy(%L::pg_catalog.regclass, drop_after => %L::%s, schedule_interval => %L::interval)',
         $3::text, $4::text, j.config ->> 'drop_after',
         case when j.config ->> 'drop_after' ~ '^[0-9]+$' then 'bigint' else 'interval' end, j.schedule_interval) as sql
  from timescaledb_information.jobs j
 where j.proc_name = 'policy_retention' and j.hypertable_schema = $1 and j.hypertable_name = $2
 order by 1)";

// Whatever is not carried over is named here; `kind` picks the words. $1 oid, $2 schema, $3 name.
constexpr const char* kBlockers = R"(
with old as (select c.* from pg_catalog.pg_class c where c.oid = $1::oid),
chunk as (select i.inhrelid as oid from pg_catalog.pg_inherits i where i.inhparent = $1::oid)
select 'trigger' as kind, t.tgname::text as name from pg_catalog.pg_trigger t
 where t.tgrelid = $1::oid and not t.tgisinternal and t.tgname not in ('ts_insert_blocker', 'plimsoll_log', 'plimsoll_truncate')
union all select 'identity', a.attname from pg_catalog.pg_attribute a where a.attrelid = $1::oid and a.attidentity <> ''
union all select 'policy', p.polname from pg_catalog.pg_policy p where p.polrelid = $1::oid
union all select 'policy', 'row security' from old where relrowsecurity
union all select 'rule', r.rulename from pg_catalog.pg_rewrite r where r.ev_class = $1::oid
union all select 'publication', p.pubname from pg_catalog.pg_publication_rel x join pg_catalog.pg_publication p on p.oid = x.prpubid
  where x.prrelid = $1::oid
union all select 'replica_identity', old.relreplident::text from old where old.relreplident <> 'd'
union all select 'constraint', k.conname from pg_catalog.pg_constraint k
  where k.conrelid = $1::oid and (k.contype = 'x' or not k.convalidated or k.confrelid = k.conrelid)
union all select 'index', i.indexrelid::pg_catalog.regclass::text from pg_catalog.pg_index i
  where i.indrelid = $1::oid and (not i.indisvalid or i.indisclustered)
union all select 'dependent', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
  from pg_catalog.pg_depend d, old
 where d.deptype = 'n'
   and ((d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = old.oid)
     or (d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.refobjid = old.reltype)
     or (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid in (select oid from chunk)
         and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass))
   and not (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid in (select oid from chunk))
   and not (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
            and d.objid in (select k.oid from pg_catalog.pg_constraint k where k.conrelid = old.oid))
   and not (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
            and d.objid in (select f.oid from pg_catalog.pg_attrdef f where f.adrelid = old.oid))
   and not (d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.refobjid = old.oid
            and exists (select from pg_catalog.pg_rewrite r join pg_catalog.pg_class v on v.oid = r.ev_class
                         where r.oid = d.objid and v.relkind = 'v'))
union all select 'aggregate', pg_catalog.format('%I.%I', a.view_schema, a.view_name)
  from timescaledb_information.continuous_aggregates a where a.hypertable_schema = $2 and a.hypertable_name = $3
union all select 'compression', $3 from timescaledb_information.hypertables h
  where h.hypertable_schema = $2 and h.hypertable_name = $3 and h.compression_enabled
union all select 'tablespace', pg_catalog.array_to_string(h.tablespaces, ', ') from timescaledb_information.hypertables h
  where h.hypertable_schema = $2 and h.hypertable_name = $3 and h.tablespaces is not null
union all select 'dimension', d.column_name from timescaledb_information.dimensions d
  where d.hypertable_schema = $2 and d.hypertable_name = $3
    and (d.dimension_number > 1 or d.column_type::text not in
         ('timestamp with time zone', 'timestamp without time zone', 'date', 'bigint', 'integer', 'smallint'))
union all select 'job', j.proc_name || ' (' || j.job_id || ')' from timescaledb_information.jobs j
  where j.hypertable_schema = $2 and j.hypertable_name = $3
    and (j.proc_name <> 'policy_retention' or pg_catalog.current_setting('timescaledb.license', true) = 'apache')
union all select 'create', pg_catalog.current_database()
  where not pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
union all select 'create_here', $2::text where not pg_catalog.has_schema_privilege($2::text, 'CREATE')
order by 1, 2)";

struct BlockerWords {
  std::string_view kind, en, es;
};
constexpr std::array kBlockerWords{
    BlockerWords{"trigger", "its trigger {} would fire for rows that are copied",
                 "su disparador {} se dispararía con las filas copiadas"},
    BlockerWords{"identity", "its column {} is an identity column",
                 "su columna {} es de identidad"},
    BlockerWords{"policy", "it has row level security ({})", "tiene seguridad por filas ({})"},
    BlockerWords{"rule", "it has the rule {}", "tiene la regla {}"},
    BlockerWords{"publication", "publication {} publishes it", "la publicación {} la publica"},
    BlockerWords{"replica_identity", "its replica identity is not the default ({})",
                 "su identidad de réplica no es la predeterminada ({})"},
    BlockerWords{"constraint", "its constraint {} is not validated, or an exclusion constraint",
                 "su restricción {} no está validada, o es de exclusión"},
    BlockerWords{"index", "its index {} is invalid, or the table is clustered on it",
                 "su índice {} no es válido, o la tabla está ordenada por él (CLUSTER)"},
    BlockerWords{"dependent", "{} depends on it", "{} depende de ella"},
    BlockerWords{"aggregate", "continuous aggregate {} stands on it",
                 "la vista agregada continua {} se apoya en ella"},
    BlockerWords{"compression", "{} has compression enabled", "{} tiene la compresión activada"},
    BlockerWords{"tablespace", "its chunks go to tablespaces of their own ({})",
                 "sus chunks van a tablespaces propios ({})"},
    BlockerWords{"dimension", "its dimension {} is not a plain time dimension",
                 "su dimensión {} no es una dimensión de tiempo sencilla"},
    BlockerWords{"job", "its job {} cannot be carried over", "su tarea {} no se puede trasladar"},
    BlockerWords{"create_here", "this role may not put a table into schema {}",
                 "este rol no puede poner una tabla en el esquema {}"},
    BlockerWords{"create", "this role may not make a schema in database {}",
                 "este rol no puede crear un esquema en la base {}"},
};

Text blocker(const std::string& kind, const std::string& name) {
  for (const auto& words : kBlockerWords) {
    if (words.kind == kind) return say(words.en, words.es, {printable(name)});
  }
  return verbatim(kind + " " + printable(name));
}

/// Several reads, of which the first failure is kept.
class Reader {
 public:
  Reader(PostgresServer& server, Text what) : server_{server}, what_{std::move(what)} {}
  postgres::Rows rows(const char* sql, std::vector<std::optional<std::string>> values) {
    if (error_) return postgres::Rows{};
    auto rows = server_.act(reading(what_, sql, std::move(values)));
    if (rows) return std::move(*rows);
    error_ = rows.error();
    return postgres::Rows{};
  }
  std::vector<std::string> statements(const char* sql,
                                      std::vector<std::optional<std::string>> values) {
    const auto found = rows(sql, std::move(values));
    std::vector<std::string> statements;
    for (std::size_t i = 0; i < found.size(); ++i) statements.push_back(found[i].text("sql"));
    return statements;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  PostgresServer& server_;
  Text what_;
  std::optional<Error> error_;
};

void read_columns(Reader& reader, const HypertableFacts& facts, HypertableDefinition& definition) {
  const auto rows = reader.rows(kColumns, {facts.oid});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    const std::string name = row.text("attname");
    if (!row.flag("generated")) definition.columns.push_back(name);
    if (name == facts.column) definition.time_index = row.flag("leads");
    definition.text += name + " " + row.text("type") + " " + row.text("attnotnull") + " " +
                       row.text("default_value") + "\n";
  }
}

}  // namespace

Result<HypertableDefinition> read_definition(PostgresServer& server, const HypertableFacts& facts,
                                             const TableName& replacement) {
  const auto& table = facts.storage;
  Reader reader{server,
                say("definition of {}", "definición de {}", {printable(table.qualified())})};
  HypertableDefinition definition;
  read_columns(reader, facts, definition);
  definition.statements = reader.statements(
      kStatements,
      {facts.oid, sql_name(replacement), postgres::quote_identifier(replacement.schema)});
  definition.views = reader.statements(kViews, {facts.oid});
  const auto sequences = reader.rows(kSequences, {facts.oid});
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    definition.sequences.emplace_back(sequences[i].text("name"), sequences[i].text("attname"));
  }
  if (!facts.apache()) {
    definition.jobs = reader.statements(
        kRetention, {table.schema, table.name, facts.extension_schema, sql_name(table)});
  }
  const auto blockers = reader.rows(kBlockers, {facts.oid, table.schema, table.name});
  for (std::size_t i = 0; i < blockers.size(); ++i) {
    definition.blockers.push_back(blocker(blockers[i].text("kind"), blockers[i].text("name")));
  }
  if (reader.error()) return failure(*reader.error());
  for (const auto* part : {&definition.statements, &definition.views, &definition.jobs}) {
    for (const auto& line : *part) definition.text += line + "\n";
  }
  return definition;
}

}  // namespace plimsoll::timescale
