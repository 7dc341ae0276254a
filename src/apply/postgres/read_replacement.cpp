#include "apply/postgres/replace_sql.h"
#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll {
namespace {

// `lookup`: indexed by a b-tree for all rows, never null, and of a type whose "=" is found with
// nothing but pg_catalog in the search path.
constexpr const char* kColumns = R"sql(
select quote_ident(a.attname) as name, a.attgenerated <> '' as generated,
       a.attname = $2
       or (a.attnotnull and t.typnamespace = 'pg_catalog'::regnamespace and exists (
            select from pg_index i join pg_class c on c.oid = i.indexrelid
              join pg_am m on m.oid = c.relam and m.amname = 'btree'
             where i.indrelid = a.attrelid and i.indpred is null
               and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]))) as lookup
  from pg_attribute a join pg_type t on t.oid = a.atttypid
 where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped
 order by a.attnum
)sql";

// The parent's, so that attaching builds none, and those that only the old partition has.
constexpr const char* kIndexes = R"sql(
select case when k.oid is not null
            then 'ALTER TABLE {table} ADD ' || pg_get_constraintdef(k.oid)
            else format('CREATE %sINDEX ON {table} ', u.word)
                 || substr(pg_get_indexdef(i.indexrelid),
                           length(format('CREATE %sINDEX %I ON %s%I.%I ', u.word, c.relname,
                                         case c.relkind when 'I' then 'ONLY ' else '' end,
                                         n.nspname, t.relname)) + 1) end as statement,
       m.amname = 'btree' and i.indpred is null
         and (i.indisunique or a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])) as finds
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
  join pg_am m on m.oid = c.relam
  join pg_class t on t.oid = i.indrelid
  join pg_namespace n on n.oid = t.relnamespace
  join pg_attribute a on a.attrelid = i.indrelid and a.attname = $3
  left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid
                           and k.contype in ('p', 'u', 'x')
  cross join lateral (select case when i.indisunique then 'UNIQUE ' else '' end as word) u
 where i.indrelid = $1::oid
    or (i.indrelid = $2::oid and i.indisvalid
        and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid))
 order by i.indisprimary desc, c.relname
)sql";

constexpr const char* kStorage = R"sql(
select coalesce(' USING ' || quote_ident(m.amname), '')
       || coalesce(' WITH (' || (select string_agg(format('%s=%L', split_part(o, '=', 1),
                                                          substr(o, strpos(o, '=') + 1)), ', ')
                                   from unnest(c.reloptions) o) || ')', '')
       || coalesce(' TABLESPACE ' || quote_ident(s.spcname), '') as options,
       c.relpersistence::text as persistence, c.relreplident::text as replica_identity
  from pg_class c
  left join pg_am m on m.oid = c.relam
  left join pg_tablespace s on s.oid = c.reltablespace
 where c.oid = $1::oid
)sql";

Result<void> read_indexes(PostgresServer& server, const Text& about, Replacement& it) {
  const auto indexes =
      server.act(question(about, kIndexes, {it.parent.oid, it.old.oid, it.change.axis.column}));
  if (!indexes) return failure(indexes.error());
  it.needs_lookup_index = true;
  for (std::size_t i = 0; i < indexes->size(); ++i) {
    it.indexes.push_back((*indexes)[i].text("statement"));
    if ((*indexes)[i].flag("finds")) it.needs_lookup_index = false;
  }
  return {};
}

/// json, xml and the like have no hash function; it shows at the first row.
Result<void> read_hashing(PostgresServer& server, const Text& about, Replacement& it) {
  it.hashes_records = it.parent.version >= 140000;
  if (!it.hashes_records) return {};
  std::string row;
  for (const auto& column : it.columns) row += (row.empty() ? "" : ", ") + column;
  const auto tried =
      server.act(question(about, "SELECT hash_record_extended(ROW(" + row + "), 0) FROM ONLY " +
                                     quoted(it.old.name) + " LIMIT 1"));
  if (tried) return {};
  if (tried.error().code != ErrorCode::unsupported) return failure(tried.error());
  it.hashes_records = false;
  return {};
}

}  // namespace

Result<void> read_replacement(PostgresServer& server, Replacement& it) {
  const Text about = say("partition {}", "partición {}", {printable(it.old.name.qualified())});
  const auto columns =
      server.act(question(about, kColumns, {it.parent.oid, it.change.axis.column}));
  if (!columns) return failure(columns.error());
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const auto row = (*columns)[i];
    if (row.flag("generated")) continue;
    it.columns.push_back(row.text("name"));
    if (row.flag("lookup")) it.lookup.push_back(row.text("name"));
  }
  if (auto read = read_indexes(server, about, it); !read) return read;
  const auto storage = server.act(question(about, kStorage, {it.old.oid}));
  if (!storage) return failure(storage.error());
  if (!storage->empty()) {
    it.options = (*storage)[0].text("options");
    it.persistence = (*storage)[0].text("persistence");
    it.replica_identity = (*storage)[0].text("replica_identity");
  }
  return read_hashing(server, about, it);
}

}  // namespace plimsoll
