#include "link/postgres/probes.h"

namespace plimsoll::postgres {

using std::chrono::milliseconds;

// --- the server
// -----------------------------------------------------------------------------------

const Probe kServer{"server", "version and role", "versión y rol",
                    R"sql(
select current_setting('server_version_num') as version_num,
       split_part(current_setting('server_version'), ' ', 1) as version,
       current_database() as database,
       current_setting('block_size') as block_size,
       current_user as role,
       pg_is_in_recovery() as in_recovery,
       pg_postmaster_start_time() as started_at,
       clock_timestamp() as taken_at,
       (select setting from pg_settings where name = 'data_directory') as data_directory,
       (select rolsuper from pg_roles where rolname = current_user) as superuser,
       pg_has_role('pg_read_all_stats', 'usage') as sees_all_stats,
       has_function_privilege('pg_stat_file(text, boolean)', 'execute') as sees_files,
       (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database())
         as owns_database,
       (select stats_reset from pg_stat_database where datname = current_database()) as stats_since
)sql"};

// With the timeline: after a failover or a restore it is not the server it was. The control file
// tells the new one only after its first checkpoint.
const Probe kControl{"control", "system identifier", "identificador del sistema",
                     R"sql(
select system_identifier || '/' || case when pg_is_in_recovery()
         then (select lpad(upper(to_hex(timeline_id)), 8, '0') from pg_control_checkpoint())
         else left(pg_walfile_name(pg_current_wal_lsn()), 8) end as system_identifier
  from pg_control_system()
)sql",
                     Grant::monitor};

// GSSAPI and client certificates let a role in without a password, and are no open door.
const Probe kLetInWithoutPassword{"let_in", "way of authentication", "forma de autenticación",
                                  R"sql(
select coalesce((select gss_authenticated from pg_stat_gssapi where pid = pg_backend_pid()), false)
    or exists (select from pg_stat_ssl where pid = pg_backend_pid() and client_dn is not null)
       as vouched_for
)sql"};

const Probe kDatabaseSize{"database_size",
                          "size of the database",
                          "tamaño de la base de datos",
                          "select pg_database_size(current_database()) as bytes",
                          Grant::monitor,
                          milliseconds{3000}};

const Probe kOtherDatabases{
    "other_databases", "size of other databases", "tamaño de otras bases de datos", R"sql(
select sum(pg_database_size(oid)) filter (where visible) as bytes,
       count(*) filter (where not visible) as hidden
  from (select oid, has_database_privilege(oid, 'connect')
                    or pg_has_role('pg_read_all_stats', 'usage') as visible
          from pg_database where datname <> current_database()) as other
)sql",
    Grant::monitor,    milliseconds{2000}};

// --- tables
// ---------------------------------------------------------------------------------------

// reltuples is -1 (0 before 14) where nothing has been counted yet. inhdetachpending: from 14 on.
const Probe kTables{"tables", "tables", "tablas", R"sql(
select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind,
       c.relispartition as is_partition, i.inhparent as parent,
       to_jsonb(i)->>'inhdetachpending' as detach_pending,
       pg_get_expr(c.relpartbound, c.oid) as bound,
       p.partstrat as strategy,
       case when p.partrelid is not null then pg_get_partkeydef(c.oid) end as partition_key,
       c.reltuples::float8::bigint as reltuples, c.relpages,
       has_table_privilege(c.oid, 'select') as readable,
       exists (select from unnest(c.reloptions) as option
                where option ~* '^autovacuum_enabled=(false|off|no|0)$') as autovacuum_disabled,
       pg_stat_get_tuples_inserted(c.oid) as inserted,
       pg_stat_get_tuples_updated(c.oid) as updated,
       pg_stat_get_tuples_deleted(c.oid) as deleted,
       pg_stat_get_live_tuples(c.oid) as live_tuples,
       pg_stat_get_dead_tuples(c.oid) as dead_tuples,
       pg_stat_get_numscans(c.oid) as sequential_scans,
       x.scans as index_scans, coalesce(x.indexes, 0) as index_count,
       greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))
         as last_vacuum
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_inherits i on i.inhrelid = c.oid and i.inhseqno = 1
  left join pg_partitioned_table p on p.partrelid = c.oid
  left join (select indrelid, count(*) as indexes, sum(pg_stat_get_numscans(indexrelid)) as scans
               from pg_index group by indrelid) as x on x.indrelid = c.oid
 where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '_timescaledb_catalog',
                         '_timescaledb_config', '_timescaledb_cache')
)sql", Grant::none, milliseconds{4000}};

// A size function waits for whoever holds, or waits for, an ACCESS EXCLUSIVE lock; one such table
// would cost all others their sizes. Those are taken from relpages, and said to be stale.
const Probe kTableSizes{"table_sizes", "sizes of tables", "tamaños de las tablas",
                        R"sql(
with locked as materialized (
  select relation from pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_backend_pid()
     and database = (select oid from pg_database where datname = current_database())),
block as (select current_setting('block_size')::bigint as size),
indexes as (
  select i.indrelid,
         sum(case when i.indexrelid in (select relation from locked) then c.relpages * block.size
                  else pg_table_size(i.indexrelid) end) as bytes,
         bool_or(i.indexrelid in (select relation from locked)) as stale
    from pg_index i join pg_class c on c.oid = i.indexrelid cross join block group by i.indrelid),
tables as materialized (
  select c.oid, c.reltoastrelid as toast, c.relpages,
         c.oid in (select relation from locked) as locked,
         c.reltoastrelid in (select relation from locked) as toast_locked
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'm') and c.relpersistence <> 't'
     and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '_timescaledb_catalog',
                           '_timescaledb_config', '_timescaledb_cache'))
select t.oid, main.bytes as main_bytes,
       case when t.locked then main.bytes
            else main.bytes + pg_relation_size(t.oid, 'fsm') + pg_relation_size(t.oid, 'vm')
       end as heap_bytes,
       coalesce(indexes.bytes, 0) as index_bytes,
       case when t.toast = 0 then 0
            when t.locked or t.toast_locked
            then (select relpages * block.size from pg_class where oid = t.toast)
            else pg_total_relation_size(t.toast) end as toast_bytes,
       t.locked or t.toast_locked or coalesce(indexes.stale, false) as stale
  from tables t cross join block
 cross join lateral (select case when t.locked then t.relpages * block.size
                                 else pg_relation_size(t.oid) end as bytes offset 0) as main
  left join indexes on indexes.indrelid = t.oid
)sql",        Grant::none,       milliseconds{5000}};

// For roles that may look at files (superusers): no relation is opened, so no lock is waited for,
// and nothing is cached of 25,000 relations nobody else needs. Only a file of a full segment (1 GB)
// has others behind it, and is asked for by name. Heaps of up to four pages have no free space map.
const Probe kTableFiles{"table_files", "sizes of tables", "tamaños de las tablas",
                        R"sql(
with folder as materialized (  -- pg_relation_filepath() of each would look each up again
  select regexp_replace(pg_relation_filepath('pg_class'::regclass), '[^/]*$', '') as path),
files as materialized (
  select c.oid, c.relkind,
         case when c.reltablespace = 0 and c.relfilenode <> 0 then folder.path || c.relfilenode
              else pg_relation_filepath(c.oid) end as path
    from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join folder
   where c.relkind in ('r', 'm', 'i', 't') and c.relpersistence <> 't' and not c.relisshared
     and n.nspname not in ('pg_catalog', 'information_schema', '_timescaledb_catalog',
                           '_timescaledb_config', '_timescaledb_cache')),
firsts as materialized (
  select oid, relkind, path, (pg_stat_file(path, true)).size as first
    from files where path is not null),
mains as materialized (
  select oid, relkind, path,
         case when first < pg_size_bytes(current_setting('segment_size')) then first
              else pg_relation_size(oid) end as main
    from firsts),
sizes as materialized (
  select oid, relkind, main,
         main + case when main > 4 * 8192
                     then coalesce((pg_stat_file(path || '_fsm', true)).size, 0) else 0 end
              + case when main > 0 and relkind <> 'i'
                     then coalesce((pg_stat_file(path || '_vm', true)).size, 0) else 0 end as bytes
    from mains),
indexes as materialized (
  select i.indrelid, sum(s.bytes) as bytes
    from pg_index i join sizes s on s.oid = i.indexrelid group by i.indrelid)
select s.oid, s.main as main_bytes, s.bytes as heap_bytes,
       coalesce(own.bytes, 0) as index_bytes,
       coalesce(toast.bytes, 0) + coalesce(of_toast.bytes, 0) as toast_bytes, false as stale
  from sizes s
  join pg_class c on c.oid = s.oid
  left join indexes own on own.indrelid = s.oid
  left join sizes toast on toast.oid = c.reltoastrelid
  left join indexes of_toast on of_toast.indrelid = c.reltoastrelid
 where s.relkind in ('r', 'm')
)sql",        Grant::none,       milliseconds{5000}};

const Probe kTablePages{"table_pages", "sizes of tables", "tamaños de las tablas",
                        R"sql(
select c.oid, c.relpages * block.size as main_bytes, c.relpages * block.size as heap_bytes,
       coalesce((select sum(x.relpages) from pg_index i join pg_class x on x.oid = i.indexrelid
                  where i.indrelid = c.oid), 0) * block.size as index_bytes,
       coalesce((select relpages from pg_class where oid = c.reltoastrelid), 0) * block.size
         as toast_bytes,
       true as stale
  from pg_class c cross join (select current_setting('block_size')::bigint as size) as block
 where c.relkind in ('r', 'm') and c.relpersistence <> 't'
)sql",        Grant::none,       milliseconds{3000}};

const Probe kSystemSizes{"system_sizes", "size of the catalogs", "tamaño de los catálogos", R"sql(
with locked as materialized (
  select relation from pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_backend_pid())
select sum(case when c.relkind = 'S' then pg_relation_size(c.oid)
                else pg_total_relation_size(c.oid) end) as bytes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where not c.relisshared and c.relpersistence <> 't'
   and (c.relkind = 'S'
        or c.relkind = 'r'
           and n.nspname in ('pg_catalog', 'information_schema', '_timescaledb_catalog',
                             '_timescaledb_config', '_timescaledb_cache'))
   and c.oid not in (select relation from locked)
)sql",
                         Grant::none,    milliseconds{2000}};

// Times, dates, and integers whose name says they are one. Children are left out: their parent's
// column is what is looked for.
const Probe kTimeColumns{"time_columns", "columns of time", "columnas de tiempo",
                         R"sql(
select c.oid, a.attname as name, format_type(a.atttypid, null) as type, a.attnotnull as not_null,
       a.attnum as position,
       coalesce(p.partattrs[0] = a.attnum, false) as in_key,
       has_column_privilege(c.oid, a.attnum, 'select') as readable,
       exists (select from pg_index i
                 join pg_class x on x.oid = i.indexrelid
                 join pg_am m on m.oid = x.relam and m.amname = 'btree'
                where i.indrelid = c.oid and i.indkey[0] = a.attnum and i.indisvalid
                  and i.indpred is null) as indexed
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_partitioned_table p on p.partrelid = c.oid
 where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
   and not c.relispartition
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '_timescaledb_catalog',
                         '_timescaledb_config', '_timescaledb_cache')
   and (n.nspname <> '_timescaledb_internal'
        or not exists (select from pg_inherits where inhrelid = c.oid))
   and (a.atttypid in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
        or a.atttypid in ('int8'::regtype, 'int4'::regtype)
           and (p.partattrs[0] = a.attnum
                or a.attname ~* '(^|_)(ts|t|time|timestamp|epoch|date|at|ms|us|ns|created|updated|received)($|_)'))
)sql",         Grant::none,       milliseconds{2000}};

// = any(array) of names is pushed into the view and uses the catalog's indexes; a join is not, and
// reads the statistics of every partition.
const Probe kColumnStatistics{"column_statistics", "statistics of columns",
                              "estadísticas de columnas", R"sql(
select schemaname as schema, tablename as table, attname as column, inherited, null_frac,
       histogram_bounds::text as histogram, most_common_vals::text as common_values,
       most_common_freqs::text as common_shares
  from pg_stats
 where schemaname = any($1::name[]) and tablename = any($2::name[]) and attname = any($3::name[])
)sql",
                              Grant::read_data};

const Probe kColumnWidths{"column_widths", "widths of columns", "anchos de columnas", R"sql(
select schemaname as schema, tablename as table, attname as column, inherited,
       avg_width * (1 - null_frac) as bytes_per_row
  from pg_stats
 where schemaname = any($1::name[]) and tablename = any($2::name[])
)sql",
                          Grant::read_data};

const Probe kTimeRange{"time_range",
                       "oldest and newest row",
                       "fila más antigua y más reciente",
                       "select min({2}) as oldest, max({2}) as newest from only {0}.{1}",
                       Grant::read_data,
                       milliseconds{1000}};

const Probe kCountRows{"count_rows",      "count of rows",
                       "número de filas", "select count(*) as rows from {0}.{1}",
                       Grant::read_data,  milliseconds{60000}};

const Probe kCountRange{"count_range",
                        "count of rows",
                        "número de filas",
                        "select count(*) as rows, min({2}) as oldest, max({2}) as newest "
                        "from {0}.{1}",
                        Grant::read_data,
                        milliseconds{60000}};

// --- indexes and leftovers
// ------------------------------------------------------------------------

// Indexes of partitions and chunks are judged together: their columns, by number, are the same.
// An index nobody scanned and that enforces nothing; or one that is not valid.
const Probe kNotableIndexes{"notable_indexes",
                            "unused and invalid indexes",
                            "índices sin uso o no válidos",
                            R"sql(
with locked as materialized (
  select relation from pg_locks
   where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_backend_pid()),
every as (
  select i.indexrelid, coalesce(h.inhparent, i.indrelid) as owner,
         h.inhparent is null as own, i.indkey::text as columns,
         i.indoption::text as options, coalesce(i.indpred::text, '') as predicate,
         i.indisvalid as valid,
         i.indisunique or i.indisprimary or i.indisexclusion as enforces,
         pg_stat_get_numscans(i.indexrelid) as scans, c.relpages, c.relkind
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits h on h.inhrelid = i.indrelid and h.inhseqno = 1
   where c.relpersistence <> 't'
     and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', '_timescaledb_catalog',
                           '_timescaledb_config', '_timescaledb_cache')
     and n.nspname not like 'pg_temp%'),
families as (
  select owner, columns, options, predicate, valid, bool_or(enforces) as enforces,
         sum(scans) as scans, (array_agg(indexrelid order by not own, relpages desc))[1] as shown,
         array_agg(indexrelid) filter (where relkind = 'i') as members, sum(relpages) as pages
    from every group by owner, columns, options, predicate, valid),
notable as (
  select * from families
   where not valid or (scans = 0 and not enforces)
   order by valid, pages desc limit 200)
select xn.nspname || '.' || x.relname as name, tn.nspname || '.' || t.relname as table,
       f.valid, f.enforces as constraint, f.scans,
       case when cardinality(f.members) > 50
            then f.pages * current_setting('block_size')::bigint  -- of the last vacuum or analyze
            else (select sum(pg_relation_size(member)) from unnest(f.members) as member
                   where member not in (select relation from locked)) end as bytes
  from notable f
  join pg_class x on x.oid = f.shown join pg_namespace xn on xn.oid = x.relnamespace
  join pg_class t on t.oid = f.owner join pg_namespace tn on tn.oid = t.relnamespace
)sql",
                            Grant::none,
                            milliseconds{2000}};

// Of detached partitions there is no trace in the catalogs but their likeness: the name begins with
// that of a partitioned table of the same schema, a number follows, and all columns are the same.
const Probe kLeftovers{"leftovers", "leftovers of tools", "restos de herramientas",
                       R"sql(
select n.nspname || '.' || c.relname as what, 'pg_repack' as tool, c.oid
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'repack' and c.relkind = 'r' and c.relname ~ '^(log|table)_[0-9]+$'
union all
select n.nspname || '.' || c.relname || ' (trigger ' || t.tgname || ')', 'pg_repack', null
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
 where t.tgname like 'repack_trigger%'
union all
select n.nspname || '.' || c.relname, 'concurrent index build', c.oid
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
 where not i.indisvalid and c.relkind = 'i' and c.relname ~ '_cc(new|old)[0-9]*$'
union all
select n.nspname || '.' || c.relname, 'pending detach', c.oid
  from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
 where to_jsonb(i)->>'inhdetachpending' = 'true'
union all
select n.nspname || '.' || c.relname, 'plimsoll', c.oid
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and not c.relispartition
   and (c.relname ~ '__plimsoll$' or c.relname ~ '^plimsoll_log_' or n.nspname ~ '^plimsoll_[0-9]+(_old)?$')
union all
select n.nspname || '.' || c.relname || ' (constraint ' || k.conname || ')', 'plimsoll', null
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
 where k.contype = 'c' and k.conname ~ '_plimsoll_until$' and not c.relispartition
union all
select n.nspname || '.' || c.relname, 'detached partition', c.oid
  from pg_class p
  join pg_class c on c.relnamespace = p.relnamespace and c.relkind = 'r' and not c.relispartition
   and starts_with(c.relname::text, p.relname::text) and c.relnatts = p.relnatts
   and substr(c.relname::text, length(p.relname::text) + 1) ~ '^_?[py]?[0-9]'
  join pg_namespace n on n.oid = c.relnamespace
 where p.relkind = 'p'
   and not exists (select from pg_inherits where inhrelid = c.oid)
   and (select array_agg(attname order by attname) from pg_attribute
         where attrelid = p.oid and attnum > 0 and not attisdropped)
     = (select array_agg(attname order by attname) from pg_attribute
         where attrelid = c.oid and attnum > 0 and not attisdropped)
 limit 500
)sql",      Grant::none,          milliseconds{2000}};

// --- TimescaleDB
// ----------------------------------------------------------------------------------

const Probe kTimescale{"timescale", "TimescaleDB", "TimescaleDB", R"sql(
select e.extversion as version, n.nspname as schema,
       current_setting('timescaledb.license', true) as license,
       current_setting('timescaledb.restoring', true) as restoring,
       current_setting('timescaledb.max_background_workers', true) as max_background_workers
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'timescaledb'
)sql"};

const Probe kTimescaleScheduler{"timescale_scheduler", "TimescaleDB's scheduler",
                                "planificador de TimescaleDB", R"sql(
select exists (select from pg_stat_activity
                where datname = current_database()
                  and backend_type = 'TimescaleDB Background Worker Scheduler') as running
)sql",
                                Grant::monitor};

const Probe kHypertables{"hypertables", "hypertables", "hypertables",
                         R"sql(
select h.hypertable_schema as schema, h.hypertable_name as name,
       to_jsonb(h)->>'compression_enabled' as compression_enabled,
       d.column_name as time_column, d.column_type::text as time_type,
       extract(epoch from d.time_interval)::bigint as interval_seconds, d.integer_interval,
       d.integer_now_func
  from timescaledb_information.hypertables h
  left join timescaledb_information.dimensions d
    on d.hypertable_schema = h.hypertable_schema and d.hypertable_name = h.hypertable_name
   and d.dimension_number = 1
)sql",        Grant::none,   milliseconds{2000}};

const Probe kContinuousAggregates{
    "continuous_aggregates", "continuous aggregates", "agregados continuos", R"sql(
select a.view_schema, a.view_name, a.materialization_hypertable_schema as schema,
       a.materialization_hypertable_name as name,
       to_jsonb(a)->>'compression_enabled' as compression_enabled,
       d.column_name as time_column, d.column_type::text as time_type,
       extract(epoch from d.time_interval)::bigint as interval_seconds, d.integer_interval,
       d.integer_now_func
  from timescaledb_information.continuous_aggregates a
  left join timescaledb_information.dimensions d
    on d.hypertable_schema = a.materialization_hypertable_schema
   and d.hypertable_name = a.materialization_hypertable_name and d.dimension_number = 1
)sql", Grant::none,
    milliseconds{2000}};

const Probe kChunks{"chunks", "chunks", "chunks", R"sql(
select hypertable_schema, hypertable_name, chunk_schema, chunk_name, range_start, range_end,
       range_start_integer, range_end_integer, is_compressed
  from timescaledb_information.chunks
)sql", Grant::none, milliseconds{4000}};

// The only public function that adds a compressed chunk's hidden table to it.
const Probe kChunkSizes{"chunk_sizes",
                        "sizes of compressed chunks",
                        "tamaños de los chunks comprimidos",
                        R"sql(
select chunk_schema, chunk_name, table_bytes, index_bytes, toast_bytes, total_bytes
  from {0}.chunks_detailed_size($1::regclass)
)sql",
                        Grant::none,
                        milliseconds{3000}};

// Counts the rows inside compressed batches too; 0 before the first ANALYZE.
const Probe kApproximateRows{"approximate_rows", "estimated rows of compressed hypertables",
                             "filas estimadas de las hypertables comprimidas",
                             "select {0}.approximate_row_count($1::regclass) as rows"};

const Probe kJobs{"jobs", "background jobs", "tareas en segundo plano",
                  R"sql(
select j.job_id, j.proc_name as procedure, j.hypertable_schema, j.hypertable_name,
       coalesce(j.config->>'drop_after', j.config->>'compress_after', j.config->>'start_offset',
                j.config->>'drop_created_before', j.config->>'compress_created_before') as window,
       extract(epoch from j.schedule_interval)::bigint as schedule_seconds, j.scheduled,
       s.last_run_status, s.last_successful_finish, s.total_runs, s.total_failures,
       coalesce(s.next_start, j.next_start) as next_start
  from timescaledb_information.jobs j
  left join timescaledb_information.job_stats s on s.job_id = j.job_id
)sql", Grant::none,       milliseconds{2000}};

const Probe kJobErrors{
    "job_errors", "errors of background jobs", "errores de las tareas en segundo plano", R"sql(
select distinct on (job_id) job_id, err_message
  from timescaledb_information.job_errors order by job_id, finish_time desc
)sql",
    Grant::none,  milliseconds{2000}};

// --- WAL, slots, sessions
// -------------------------------------------------------------------------

// A standby has no insert position; its slots are held against what it has replayed.
const Probe kSlots{"slots", "replication slots", "slots de replicación", R"sql(
select slot_name as name, slot_type as kind, active, wal_status,
       pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
                            else pg_current_wal_lsn() end, restart_lsn)::bigint as retained_wal,
       to_jsonb(s)->>'inactive_since' as inactive_since
  from pg_replication_slots s
)sql"};

const Probe kWalDirectory{"wal_directory", "size of the WAL directory",
                          "tamaño del directorio de WAL",
                          "select sum(size)::bigint as bytes from pg_ls_waldir()", Grant::monitor};

const Probe kWalSettings{"wal_settings", "WAL settings", "ajustes de WAL", R"sql(
select name, setting, unit from pg_settings
 where name in ('max_wal_size', 'max_slot_wal_keep_size', 'archive_mode')
)sql"};

const Probe kArchiver{"archiver", "archiver", "archivador",
                      "select failed_count, last_failed_time, last_archived_time "
                      "from pg_stat_archiver"};

const Probe kArchiveStatus{"archive_status", "segments waiting for the archiver",
                           "segmentos a la espera del archivador",
                           "select count(*) as ready from pg_ls_archive_statusdir() "
                           "where name like '%.ready'",
                           Grant::monitor};

// Only what holds back rows of this database: sessions of others do not. A vacuum's own horizon
// holds nobody.
const Probe kXminHolders{"xmin_holders", "who holds back dead rows",
                         "quién retiene las filas muertas", R"sql(
select kind, who, held, since from (
  select 'session' as kind,
         concat_ws(' ', pid::text, nullif(application_name, ''), usename, '(' || state || ')') as who,
         greatest(age(backend_xmin), age(backend_xid)) as held, xact_start as since
    from pg_stat_activity
   where pid <> pg_backend_pid() and (backend_xmin is not null or backend_xid is not null)
     and backend_type not in ('walsender', 'autovacuum worker')
     and (datname = current_database() or datname is null)
  union all
  select 'standby', concat_ws(' ', nullif(application_name, ''), client_addr::text),
         age(backend_xmin), backend_start
    from pg_stat_replication where backend_xmin is not null
  union all
  select 'prepared transaction', gid, age(transaction), prepared
    from pg_prepared_xacts where database = current_database()
  union all
  select 'replication slot', slot_name, greatest(age(xmin), age(catalog_xmin)), null
    from pg_replication_slots
   where (xmin is not null or catalog_xmin is not null)
     and (database is null or database = current_database())
) as holder order by held desc limit 20
)sql",
                         Grant::monitor};

const Probe kStatementsExtension{"statements_extension", "pg_stat_statements", "pg_stat_statements",
                                 R"sql(
select n.nspname as schema,
       exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
                where c.relnamespace = n.oid and c.relname = 'pg_stat_statements'
                  and a.attname = 'total_exec_time') as exec_time
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
 where e.extname = 'pg_stat_statements'
)sql"};

// Utility statements are stored as typed, so one that sets a password shows it.
const Probe kStatements{"statements", "costliest statements", "sentencias más costosas", R"sql(
with own as (
  select query, calls, {1} as total, {2} as mean, rows
    from {0}.pg_stat_statements
   where dbid = (select oid from pg_database where datname = current_database()))
select case when query ~* 'password' then '***' else left(query, 2000) end as text,
       calls, total / 1000 as total_seconds, mean as mean_milliseconds, rows,
       total / nullif((select sum(total) from own), 0) as share
  from own order by total desc limit 10
)sql",
                        Grant::monitor};

const Probe kTemporaryFiles{"temporary_files", "temporary files", "archivos temporales",
                            "select coalesce(sum(size), 0)::bigint as bytes, count(*) as files "
                            "from pg_ls_tmpdir()",
                            Grant::monitor};

// Where the server writes its log elsewhere there is no such directory, and nothing to read.
const Probe kLogFiles{"log_files", "server log", "registro del servidor", R"sql(
select coalesce(sum(size), 0)::bigint as bytes, count(*) as files
  from pg_ls_logdir() where current_setting('logging_collector') = 'on'
)sql",
                      Grant::monitor};

}  // namespace plimsoll::postgres
