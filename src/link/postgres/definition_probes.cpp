#include "link/postgres/definition_probes.h"

namespace plimsoll::postgres {

// search_path is pg_catalog, so that every name the pg_get_… functions write is qualified.

const Probe kDefinitionTable{"definition_table", "definition of the table",
                             "definición de la tabla", R"sql(
select c.oid, r.rolname as owner, c.relpersistence as persistence, c.relkind as kind,
       s.spcname as tablespace, a.amname as access_method, c.relreplident as replica_identity,
       c.relrowsecurity as row_security, c.relforcerowsecurity as force_row_security,
       obj_description(c.oid, 'pg_class') as comment,
       current_setting('server_version_num') as server_version
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles r on r.oid = c.relowner
  left join pg_tablespace s on s.oid = c.reltablespace
  left join pg_am a on a.oid = c.relam
 where n.nspname = $1::name and c.relname = $2::name
)sql"};

// attoptions: what a person can set; there are servers that keep marks of their own there
// (pg_attver), another for each column. attcompression: from 14 on. attstattarget: -1 until 16, NULL from 17 on, where it is not set.
const Probe kDefinitionColumns{"definition_columns", "columns of the table", "columnas de la tabla",
                               R"sql(
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
       pg_get_expr(d.adbin, d.adrelid) as default_value, a.attidentity as identity,
       a.attgenerated as generated,
       case when a.attcollation <> 0 and a.attcollation <> t.typcollation
            then format('%I.%I', n.nspname, o.collname) end as collation,
       a.attstorage as storage, to_jsonb(a)->>'attcompression' as compression,
       nullif(a.attstattarget, -1) as statistics,
       (select string_agg(format('%s=%L', split_part(option, '=', 1),
                                 substr(option, strpos(option, '=') + 1)), ', ' order by option)
          from unnest(a.attoptions) as option
         where split_part(option, '=', 1) in ('n_distinct', 'n_distinct_inherited')) as options,
       col_description(a.attrelid, a.attnum) as comment
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join pg_collation o on o.oid = a.attcollation
  left join pg_namespace n on n.oid = o.collnamespace
 where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum
)sql"};

const Probe kDefinitionIndexes{"definition_indexes", "indexes of the table", "índices de la tabla",
                               R"sql(
select c.relname as name, pg_get_indexdef(i.indexrelid) as definition, i.indisunique as "unique",
       i.indisprimary as "primary", i.indisvalid as valid, i.indisclustered as clustered,
       i.indisreplident as replica_identity, k.conname as "constraint",
       pg_get_constraintdef(k.oid) as constraint_definition,
       obj_description(k.oid, 'pg_constraint') as constraint_comment,
       obj_description(c.oid, 'pg_class') as comment,
       (select string_agg(coalesce(a.attname, ''), chr(31) order by key.n)
          from unnest(i.indkey::int2[]) with ordinality as key(attnum, n)
          left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
         where key.n <= i.indnkeyatts) as key_columns
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
                           and k.conrelid = i.indrelid
 where i.indrelid = $1::oid
 order by c.relname
)sql"};

const Probe kDefinitionConstraints{"definition_constraints", "constraints of the table",
                                   "restricciones de la tabla", R"sql(
select k.conname as name, k.contype as type, pg_get_constraintdef(k.oid) as definition,
       k.convalidated as validated, obj_description(k.oid, 'pg_constraint') as comment,
       case when k.confrelid <> 0 then k.confrelid::regclass::text end as referenced
  from pg_constraint k
 where k.conrelid = $1::oid and k.contype in ('c', 'f', 'x', 't')
 order by k.conname
)sql"};

const Probe kDefinitionTriggers{"definition_triggers", "triggers of the table",
                                "triggers de la tabla", R"sql(
select t.tgname as name, pg_get_triggerdef(t.oid) as definition, t.tgenabled as enabled,
       t.tgtype & 1 <> 0 as row_level, t.tgtype & 2 <> 0 as before,
       t.tgoldtable is not null or t.tgnewtable is not null as uses_transition_tables,
       l.lanname as language, p.prosrc as source, obj_description(t.oid, 'pg_trigger') as comment
  from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid
  join pg_language l on l.oid = p.prolang
 where t.tgrelid = $1::oid and not t.tgisinternal
 order by t.tgname
)sql"};

const Probe kDefinitionViews{"definition_views", "views on the table", "vistas sobre la tabla",
                             R"sql(
select n.nspname as schema, v.relname as name, v.relkind = 'm' as materialized,
       pg_get_viewdef(v.oid) as definition, array_to_string(v.reloptions, chr(31)) as options
  from pg_class v
  join pg_namespace n on n.oid = v.relnamespace
 where v.relkind in ('v', 'm')
   and exists (select from pg_rewrite r
                 join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                where r.ev_class = v.oid and d.refclassid = 'pg_class'::regclass
                  and d.refobjid = $1::oid)
 order by 1, 2
)sql"};

// The owner's own rights are written only where somebody took one away: then all go first.
const Probe kDefinitionStatements{"definition_statements", "privileges and policies of the table",
                                  "privilegios y políticas de la tabla", R"sql(
with the_table as (select * from pg_class where oid = $1::oid),
given as (
  select acl.grantee, acl.privilege_type as privilege, acl.is_grantable, c.relowner
    from the_table c cross join lateral aclexplode(c.relacl) as acl),
owner_rights as (
  select (select array_agg(privilege order by privilege) from given where grantee = relowner)
           is distinct from
         (select array_agg(acl.privilege_type order by acl.privilege_type)
            from the_table c cross join lateral aclexplode(acldefault('r', c.relowner)) as acl)
         and exists (select from the_table where relacl is not null) as unusual),
role as (
  select oid, quote_ident(rolname) as name from pg_roles union all select 0, 'PUBLIC')
select 'grant' as kind, null as subject,
       'REVOKE ALL ON TABLE {table} FROM ' || role.name as statement, 0 as place
  from the_table c join role on role.oid = c.relowner, owner_rights where unusual
union all
select 'grant', null,
       format('GRANT %s ON TABLE {table} TO %s%s', string_agg(privilege, ', ' order by privilege),
              role.name, case when is_grantable then ' WITH GRANT OPTION' else '' end), 1
  from given join role on role.oid = given.grantee, owner_rights
 where given.grantee <> given.relowner or unusual
 group by role.name, is_grantable
union all
select 'column_grant', a.attname,
       format('GRANT %s ON TABLE {table} TO %s%s',
              string_agg(format('%s (%I)', acl.privilege_type, a.attname), ', '
                         order by acl.privilege_type),
              role.name, case when acl.is_grantable then ' WITH GRANT OPTION' else '' end), 1
  from pg_attribute a cross join lateral aclexplode(a.attacl) as acl
  join role on role.oid = acl.grantee
 where a.attrelid = $1::oid and not a.attisdropped
 group by a.attname, role.name, acl.is_grantable
union all
select 'policy', null,
       format('CREATE POLICY %I ON {table} AS %s FOR %s TO %s', p.polname,
              case when p.polpermissive then 'PERMISSIVE' else 'RESTRICTIVE' end,
              case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE'
                            when 'd' then 'DELETE' else 'ALL' end,
              (select string_agg(role.name, ', ' order by role.name)
                 from role where role.oid = any (p.polroles)))
         || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
         || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''), 0
  from pg_policy p where p.polrelid = $1::oid
union all
select 'policy', null,
       format('COMMENT ON POLICY %I ON {table} IS %L', p.polname,
              obj_description(p.oid, 'pg_policy')), 1
  from pg_policy p
 where p.polrelid = $1::oid and obj_description(p.oid, 'pg_policy') is not null
union all
select 'statistics', null,
       left(definition, length(definition) - length(tail)) || ' FROM {table}', 0
  from (select pg_get_statisticsobjdef(s.oid) as definition,
               ' FROM ' || s.stxrelid::regclass::text as tail
          from pg_statistic_ext s where s.stxrelid = $1::oid) as extended
union all
select 'sequence', a.attname,
       format('ALTER SEQUENCE %s OWNED BY {table}.%I', s.oid::regclass, a.attname), 0
  from pg_depend d
  join pg_class s on s.oid = d.objid and s.relkind = 'S'
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
 where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
   and d.refobjid = $1::oid and d.deptype = 'a'
union all
select 'option', null, option, 0
  from the_table c cross join lateral unnest(c.reloptions) as option
union all
select 'option', null, 'toast.' || option, 0
  from the_table c join pg_class t on t.oid = c.reltoastrelid
  cross join lateral unnest(t.reloptions) as option
 order by 1, 4, 3
)sql"};

// Partitions are no inheritance here. A row type's dependents are those of its array type too.
const Probe kDefinitionRelatives{"definition_relatives", "what depends on the table",
                                 "lo que depende de la tabla", R"sql(
with the_table as (select * from pg_class where oid = $1::oid)
select 'referenced_by' as kind, k.conrelid::regclass::text as name
  from pg_constraint k where k.contype = 'f' and k.confrelid = $1::oid and k.conparentid = 0
union
select 'rule', r.rulename from pg_rewrite r
 where r.ev_class = $1::oid and r.rulename <> '_RETURN'
union
select 'publication', p.pubname
  from pg_publication_tables p, the_table c join pg_namespace n on n.oid = c.relnamespace
 where p.schemaname = n.nspname and p.tablename = c.relname
union
select 'inheritance', case when i.inhrelid = $1::oid then i.inhparent else i.inhrelid end
                        ::regclass::text
  from pg_inherits i join pg_class child on child.oid = i.inhrelid
 where i.inhrelid = $1::oid or (i.inhparent = $1::oid and not child.relispartition)
union
select 'inheritance', c.reloftype::regtype::text from the_table c where c.reloftype <> 0
union
select 'dependent', pg_describe_object(d.classid, d.objid, d.objsubid)
  from pg_depend d, the_table c
 where d.refclassid = 'pg_type'::regclass and d.deptype in ('n', 'a')
   and d.refobjid in (select unnest(array[t.oid, t.typarray]) from pg_type t
                       where t.oid = c.reltype)
union
select 'dependent', pg_describe_object(d.classid, d.objid, d.objsubid)
  from pg_depend d
 where d.refclassid = 'pg_class'::regclass and d.refobjid = $1::oid and d.deptype in ('n', 'a')
   and (d.classid = 'pg_proc'::regclass
        or (d.classid = 'pg_policy'::regclass
            and d.objid not in (select oid from pg_policy where polrelid = $1::oid))
        or (d.classid = 'pg_rewrite'::regclass
            and d.objid in (select r.oid from pg_rewrite r join pg_class v on v.oid = r.ev_class
                             where v.relkind not in ('v', 'm') and r.ev_class <> $1::oid)))
 order by 1, 2
)sql"};

}  // namespace plimsoll::postgres
