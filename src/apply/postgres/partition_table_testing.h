#pragma once

#include <gmock/gmock.h>

#include "apply/postgres/executor_testing.h"
#include "apply/postgres/partition_table.h"
#include "collect/postgres/definition.h"
#include "plan/partition_names.h"

// For the tests of PartitionTableExecutor: a small table, and what converts one.
namespace plimsoll::testing {

using std::chrono::milliseconds;

inline constexpr const char* kSimple = R"sql(
create schema small;
create table small.dims (id integer primary key);
insert into small.dims values (1), (2);
create table small.ticks (id bigserial, "time" timestamptz not null, dim integer
  references small.dims (id), primary key (id, "time"));
create index ticks_time on small.ticks ("time");
create view small.latest as select max("time") as at from small.ticks;
insert into small.ticks ("time", dim) select now() - g * interval '1 second', 1 + g % 2
  from generate_series(1, 300) g;
)sql";

class PartitionTableContract : public ExecutorTest {
 protected:
  TableDefinition definition_of(const TableName& table) {
    auto definition = collect_definition(*link_, "main", table);
    if (!definition) throw std::runtime_error{definition.error().what.en};
    return *definition;
  }
  Instant now() {
    return *parse_iso8601(sql_->value(
        "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
  }
  PartitionTable change_of(const TableName& table, const std::string& type = "timestamptz") {
    PartitionTable change{
        table, {"time", type, 0}, {table.schema, name_with_suffix(table.name, "_old")},
        {},    Days{1},           {}};
    change.attach_until = floor_to(now() + std::chrono::hours{3}, Days{1}) + Days{1};
    change.partitions =
        partitions_for(table, change.attach_until, change.attach_until + Days{3}, Days{1});
    return change;
  }
  Step conversion_of(const PartitionTable& change) {
    const auto definition = definition_of(change.table);
    Step step;
    step.target = "main";
    step.change = change;
    step.before = {{"oid", definition.oid}, {"definition", fingerprint_of(definition)}};
    return step;
  }
  Step conversion(const TableName& table) { return conversion_of(change_of(table)); }
  Outcome convert(const Step& step, Patience patience = kBrief) {
    return PartitionTableExecutor{*acting_, *link_, patience}.apply(step, watch_);
  }
  std::string leftovers() {
    return sql_->value(
        "select coalesce(string_agg(relname, ' '), '') || (select coalesce("
        "string_agg(conname, ' '), '') from pg_constraint where conname like"
        " '%plimsoll%') from pg_class where relname like '%plimsoll%'");
  }
  std::string rows_of(const std::string& table) {
    return sql_->value("select count(*) || ' ' || sum(hash_record_extended(t, 0)) from " + table +
                       " t");
  }
  static constexpr Patience kBrief{milliseconds{50}, 3, milliseconds{5}, milliseconds{10}};
};

}  // namespace plimsoll::testing
