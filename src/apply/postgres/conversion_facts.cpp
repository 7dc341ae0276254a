#include "apply/postgres/conversion_facts.h"

#include "apply/postgres/partition_facts.h"
#include "base/text.h"
#include "plan/partitioning.h"

namespace plimsoll {
namespace {

constexpr const char* kConversion = R"sql(
with relation as (
  select c.oid, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1)
select pg_is_in_recovery() as in_recovery, clock_timestamp() as now, t.oid::text as oid,
       t.relkind::text as kind, w.relkind::text as waiting_kind, o.relkind::text as old_kind,
       coalesce(i.inhparent = t.oid, false) as attached, k.oid is not null as bounded,
       k.convalidated as proved, obj_description(k.oid, 'pg_constraint') as mark,
       exists (select from pg_statistic s where s.starelid = t.oid and s.stainherit) as analyzed,
       (select count(*) from pg_inherits each where each.inhparent = t.oid) as partitions
  from (select 1) as one
  left join relation t on t.relname = $2
  left join relation w on w.relname = $3
  left join relation o on o.relname = $4
  left join pg_inherits i on i.inhrelid = o.oid
  left join pg_constraint k on k.conrelid = t.oid and k.conname = $5
)sql";

}  // namespace

Result<ConversionFacts> read_conversion(PostgresServer& server, const PartitionTable& change) {
  const auto& table = change.table;
  const auto rows =
      server.act(question(say("table {}", "tabla {}", {printable(table.qualified())}), kConversion,
                          {table.schema, table.name, parent_in_waiting(table).name,
                           change.old_partition.name, until_constraint_name(table.name)}));
  if (!rows) return failure(rows.error());
  const auto row = (*rows)[0];
  ConversionFacts facts;
  facts.in_recovery = row.flag("in_recovery");
  facts.now = row.instant("now").value_or(Instant{});
  facts.oid = row.text("oid");
  facts.kind = row.text("kind");
  facts.waiting_kind = row.text("waiting_kind");
  facts.old_kind = row.text("old_kind");
  facts.attached = row.flag("attached");
  facts.bounded = row.flag("bounded");
  facts.proved = row.flag("proved");
  facts.mark = row.text("mark");
  facts.analyzed = row.flag("analyzed");
  facts.partitions = static_cast<int>(row.integer("partitions").value_or(0));
  return facts;
}

}  // namespace plimsoll
