#include <gtest/gtest.h>

#include "collect/postgres/definition.h"
#include "plan/partition_names.h"
#include "tests/whole/fault_cases.h"

// Each table has a ledger beside it that is written in the same transaction: what the table has to
// hold from the cut on.
namespace plimsoll::testing {
namespace {

const TimeAxis kAxis{"time", "timestamptz", 0};

TableName named(const std::string& table) { return {"public", table}; }
Instant today() { return floor_to(this_second(), Days{1}); }

/// 600 rows over the last three days, the newest first, and none beyond now.
void fill(Stack& stack, const std::string& table) {
  stack.sql().run("insert into " + table +
                  " select n, now() - n * interval '432 seconds', 'S' || n % 7, 1 + n % 10"
                  " from generate_series(1, 600) n;"
                  "create table " +
                  table + "_ledger as select * from " + table + "; create index on " + table +
                  "_ledger (id);"
                  "create sequence " +
                  table + "_rounds start 1000");
}

/// Live and late rows, changed ones and deleted ones, in one transaction with the ledger's.
void write_rows(Stack& stack, const std::string& table) {
  std::string both = "set lock_timeout = 1000; begin; select nextval('" + table + "_rounds')";
  const std::string round = "currval('" + table + "_rounds')";
  for (const std::string& each : {table, table + "_ledger"}) {
    both += "; insert into " + each + " values (" + round + ", now(), 'live', 1), (" + round +
            ", now() - interval '40 minutes', 'late', 2)"
            "; update " +
            each + " set price = price + 1 where id % 9 = " + round +
            " % 9"
            "; delete from " +
            each + " where id = (" + round + " * 7) % 100 + 1";
  }
  stack.sql().run(both + "; commit");
}

std::string fingerprint(const std::string& table, Instant cut) {
  return "(select count(*) || ' rows, ' || coalesce(sum(hashtextextended(r::text, 0)::numeric), 0)"
         " from (select id, \"time\", symbol, price from " +
         table + " where \"time\" >= " + bound_literal(kAxis, cut) + ") r)";
}

void expect_rows_kept(Stack& stack, const std::string& table, Instant cut) {
  // One statement, one snapshot: a writer that was killed may be about to commit.
  const auto rows = stack.sql().run("select " + fingerprint(table, cut) + " as found, " +
                                    fingerprint(table + "_ledger", cut) + " as kept");
  EXPECT_EQ(rows[0].text("found"), rows[0].text("kept")) << table;
  EXPECT_GT(std::stol(rows[0].text("kept")), 50) << "the ledger proves something";
}

std::string rows_before(Stack& stack, const std::string& table, Instant cut) {
  return stack.sql().value("select count(*) from " + table + " where \"time\" < " +
                           bound_literal(kAxis, cut));
}
std::string partitions_of(Stack& stack, const std::string& table) {
  return stack.sql().value("select count(*) from pg_inherits where inhparent = '" + table +
                           "'::regclass");
}

Step step_of(Stack& stack, Change change, const std::string& table) {
  Step step;
  step.target_kind = TargetKind::postgres;
  step.target = "main";
  step.resource = "postgres/main/table/public." + table;
  step.change = std::move(change);
  step.before = {{"oid", stack.sql().value("'" + table + "'::regclass::oid")}};
  return step;
}

/// A partitioned table with one partition a day, from three days ago up to and including tomorrow.
void make_partitioned(Stack& stack, const std::string& table) {
  stack.sql().run("create table " + table +
                  " (id bigint not null, \"time\" timestamptz not null, symbol text, price numeric,"
                  " primary key (id, \"time\")) partition by range (\"time\")");
  for (const auto& part :
       partitions_for(named(table), today() - Days{3}, today() + Days{2}, Days{1}))
    stack.sql().run("create table " + part.name.name + " partition of " + table +
                    " for values from (" + bound_literal(kAxis, *part.range.begin) + ") to (" +
                    bound_literal(kAxis, part.range.end) + ")");
  fill(stack, table);
}

/// Without copying to partitions, then the old one replaced by what is kept: the two steps that the
/// planner makes of one wish.
FaultCase convert_and_replace() {
  const auto cut = std::make_shared<Instant>();
  FaultCase one{"convert_and_replace", {"partition_table", "replace_partition"}, {}, {}, {}, {}};
  one.prepare = [cut](Stack& stack) {
    *cut = this_second() - Days{1};
    stack.sql().run(
        "create table ticks (id bigint not null, \"time\" timestamptz not null, symbol text,"
        " price numeric check (price > 0), primary key (id, \"time\"));"
        "create index ticks_time on ticks (\"time\");"
        "create view latest as select max(\"time\") as at from ticks");
    fill(stack, "ticks");
    const auto definition = collect_definition(stack.reader(), "main", named("ticks"));
    if (!definition) throw std::runtime_error{definition.error().what.en};
    const Instant until = floor_to(this_second() + std::chrono::hours{3}, Days{1}) + Days{1};
    PartitionTable convert{
        named("ticks"), kAxis,   named("ticks_old"),
        until,          Days{1}, partitions_for(named("ticks"), until, until + Days{2}, Days{1})};
    ReplacePartition replace{
        named("ticks"),
        kAxis,
        named("ticks_old"),
        {std::nullopt, until},
        *cut,
        partitions_for(named("ticks"), floor_to(*cut, Days{1}), until, Days{1})};
    replace.partitions.front().range.begin.reset();
    Step first = step_of(stack, convert, "ticks");
    first.before["definition"] = fingerprint_of(*definition);
    Step second = step_of(stack, replace, "ticks");
    second.before.clear();  // the parent's oid: the step before makes it
    second.after = {1};
    return std::vector{first, second};
  };
  one.write = [](Stack& stack) { write_rows(stack, "ticks"); };
  one.expect_kept = [cut](Stack& stack) { expect_rows_kept(stack, "ticks", *cut); };
  one.expect_end = [cut](Stack& stack) {
    EXPECT_EQ(stack.sql().value("select relkind from pg_class where relname = 'ticks'"), "p");
    EXPECT_EQ(stack.sql().value("to_regclass('ticks_old') is null"), "true");
    EXPECT_EQ(rows_before(stack, "ticks", *cut), "0");
    const auto parts = std::chrono::floor<Days>(this_second()) - std::chrono::floor<Days>(*cut);
    EXPECT_GE(std::stol(partitions_of(stack, "ticks")), parts.count() + 3);
    EXPECT_EQ(stack.sql().value("select count(*) from latest where at > now() - interval '1 day'"),
              "1");
  };
  return one;
}

FaultCase create_partitions() {
  FaultCase one{"create_partitions", {"create_partitions"}, {}, {}, {}, {}};
  one.prepare = [](Stack& stack) {
    make_partitioned(stack, "made");
    return std::vector{step_of(stack,
                               CreatePartitions{named("made"), kAxis,
                                                partitions_for(named("made"), today() + Days{2},
                                                               today() + Days{4}, Days{1})},
                               "made")};
  };
  one.write = [](Stack& stack) { write_rows(stack, "made"); };
  one.expect_kept = [](Stack& stack) { expect_rows_kept(stack, "made", Instant{}); };
  one.expect_end = [](Stack& stack) { EXPECT_EQ(partitions_of(stack, "made"), "7"); };
  return one;
}

FaultCase drop_partitions() {
  const auto cut = std::make_shared<Instant>();
  FaultCase one{"drop_partitions", {"drop_partitions"}, {}, {}, {}, {}};
  one.prepare = [cut](Stack& stack) {
    *cut = today() - Days{1};
    make_partitioned(stack, "rolled");
    return std::vector{
        step_of(stack,
                DropPartitions{named("rolled"), kAxis, *cut,
                               partitions_for(named("rolled"), today() - Days{3}, *cut, Days{1})},
                "rolled")};
  };
  one.write = [](Stack& stack) { write_rows(stack, "rolled"); };
  one.expect_kept = [cut](Stack& stack) { expect_rows_kept(stack, "rolled", *cut); };
  one.expect_end = [cut](Stack& stack) {
    EXPECT_EQ(partitions_of(stack, "rolled"), "3");
    EXPECT_EQ(rows_before(stack, "rolled", *cut), "0");
    EXPECT_EQ(stack.sql().value("select count(*) from pg_class where relkind = 'r' and relname like"
                                " 'rolled\\_p%'"),
              "3")
        << "none is left detached";
  };
  return one;
}

FaultCase delete_rows() {
  const auto cut = std::make_shared<Instant>();
  FaultCase one{"delete_rows", {"delete_rows"}, {}, {}, {}, {}};
  one.prepare = [cut](Stack& stack) {
    *cut = this_second() - Days{1};
    stack.sql().run(
        "create table plain (id bigint, \"time\" timestamptz, symbol text, price numeric);"
        "create index on plain (\"time\")");
    fill(stack, "plain");
    stack.sql().run("insert into plain (id) values (0)");
    return std::vector{
        step_of(stack, DeleteRows{named("plain"), kAxis, *cut, std::nullopt}, "plain")};
  };
  one.write = [](Stack& stack) { write_rows(stack, "plain"); };
  one.expect_kept = [cut](Stack& stack) {
    expect_rows_kept(stack, "plain", *cut);
    EXPECT_EQ(stack.sql().value("select count(*) from plain where \"time\" is null"), "1");
  };
  one.expect_end = [cut](Stack& stack) {
    EXPECT_EQ(rows_before(stack, "plain", *cut), "0");
    EXPECT_EQ(stack.sql().value("pg_stat_get_vacuum_count('plain'::regclass) > 0"), "true")
        << "and their room was given back, whichever run deleted them";
  };
  return one;
}

}  // namespace

std::vector<FaultCase> postgres_cases() {
  return {convert_and_replace(), create_partitions(), drop_partitions(), delete_rows()};
}

}  // namespace plimsoll::testing
