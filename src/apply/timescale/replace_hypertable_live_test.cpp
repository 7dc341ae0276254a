// A hypertable of chunks larger than its window, replaced under a writer: PostgreSQL 17 and
// TimescaleDB 2.19 under the Apache licence.
#include <gmock/gmock.h>

#include "live_case_test.h"

namespace plimsoll::timescale::live_case {
namespace {

using ::testing::HasSubstr;

class LiveReplace : public LiveTimescale {
 protected:
  Step replacing(const std::string& table, int keep_days) {
    ReplaceHypertable change;
    change.table = {"public", table};
    change.axis = {"time", "timestamptz", 0};
    change.cut = days_ago(keep_days);
    change.interval = Days{1};
    return step_of(change, table);
  }
  static Instant cut_of(const Step& step) { return std::get<ReplaceHypertable>(step.change).cut; }

  /// Rows from the cut on, as they must be afterwards.
  void make_mirror(const std::string& table, const Step& step) {
    sql("drop table if exists " + table + "_mirror; create table " + table +
        "_mirror as select * from " + table + " where time >= '" + iso8601(cut_of(step)) +
        "'; create index on " + table + "_mirror (n)");
  }
  /// Rows one side has more of than the other; 0: the same multiset.
  std::string difference(const std::string& table, const Step& step) {
    const std::string kept =
        "(select * from " + table + " where time >= '" + iso8601(cut_of(step)) + "')";
    const std::string mirror = "(select * from " + table + "_mirror)";
    return value("select count(*) as v from ((" + kept + " except all " + mirror + ") union all (" +
                 mirror + " except all " + kept + ")) d");
  }
  std::string leftovers() {
    return value(
        "select (select count(*) from pg_namespace where nspname like 'plimsoll\\_%') + (select "
        "count(*) "
        "from pg_trigger where tgname like 'plimsoll\\_%') as v");
  }
};

TEST_F(LiveReplace, rows_of_the_window_move_to_small_chunks_under_a_writer) {
  make_hypertable("live_big", 7, 13, 900'000);  // about 500,000 of them in the window
  sql("create index live_big_n on live_big (n); create index live_big_symbol on live_big (symbol, "
      "time desc)");
  SetChunkInterval interval;
  interval.table = {"public", "live_big"};
  interval.interval = Days{1};
  ASSERT_EQ(apply(step_of(interval, "live_big")).state, StepState::done);
  const Step step = replacing("live_big", 7);
  make_mirror("live_big", step);
  const auto kept = value("select count(*) as v from live_big_mirror");
  Writer writer{"live_big", "live_big_mirror"};
  writer.wait_for_writes(100);
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = apply(step);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  writer.wait_for_writes(100);
  writer.finish();
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(writer.failures(), 0) << writer.first_failure();
  EXPECT_EQ(difference("live_big", step), "0");
  EXPECT_EQ(
      value("select count(*) as v from live_big where time < '" + iso8601(cut_of(step)) + "'"),
      "0");
  EXPECT_GE(chunks("live_big"), 7);
  EXPECT_EQ(leftovers(), "0");
  ASSERT_TRUE(outcome.freed.has_value());
  EXPECT_GT(outcome.freed->count(), 0);
  std::cout << kept << " rows kept, replaced in " << took.count() << " s; " << writer.writes()
            << " writes, longest wait " << writer.longest_wait_ms() << " ms in phase "
            << watch_.phase_at(writer.longest_wait_end()) << "; freed " << outcome.freed->count()
            << " bytes\n";
  EXPECT_EQ(apply(step).state, StepState::nothing_to_do);
}

TEST_F(LiveReplace, everything_that_belongs_to_the_table_goes_with_its_name) {
  sql("drop table if exists live_carry cascade; drop table if exists live_dim cascade");
  sql("drop role if exists live_carry_reader; create role live_carry_reader");
  sql("create table live_dim (symbol text primary key); insert into live_dim values ('A'), ('B')");
  sql("create table live_carry (time timestamptz not null, symbol text not null references "
      "live_dim, "
      "id bigserial, price numeric(12,4) default 1.5 check (price > 0), doubled numeric generated "
      "always as (price * 2) stored, "
      "primary key (time, symbol, id)) with (fillfactor = 80)");
  sql("select create_hypertable('live_carry', 'time', chunk_time_interval => interval '7 days')");
  sql("create unique index \"live Carry\" on live_carry (time desc, id) where price > 0");
  sql("comment on table live_carry is 'it''s carried'; comment on column live_carry.price is "
      "'dollars'");
  sql("grant select on live_carry to live_carry_reader; grant update (price) on live_carry to "
      "live_carry_reader");
  sql("insert into live_carry (time, symbol) select now() - interval '1 hour' * i, 'A' from "
      "generate_series(0, 300) i");
  sql("create view live_carry_view with (security_barrier = true) as select symbol, count(*) as n "
      "from live_carry group by 1");
  sql("create view live_carry_view2 as select v.n, c.price from live_carry_view v join live_carry "
      "c using (symbol)");
  sql("grant select on live_carry_view to live_carry_reader");
  const std::string describe =
      "select string_agg(line, E'\\n' order by line) as v from ("
      "select indexdef as line from pg_indexes where tablename = 'live_carry' union all "
      "select conname || pg_get_constraintdef(oid) from pg_constraint where conrelid = "
      "'live_carry'::regclass union all "
      "select attname || format_type(atttypid, atttypmod) || attnotnull || "
      "coalesce(pg_get_expr(adbin, adrelid), '') "
      "|| attgenerated::text || coalesce(attacl::text, '') || coalesce(col_description(attrelid, "
      "attnum), '') from pg_attribute left join pg_attrdef on "
      "adrelid = attrelid and adnum = attnum where attrelid = 'live_carry'::regclass and attnum > "
      "0 union all "
      "select relowner::regrole || relacl::text || reloptions::text || obj_description(oid) from "
      "pg_class where oid = 'live_carry'::regclass "
      "union all select pg_get_serial_sequence('live_carry', 'id') union all "
      "select relname || pg_get_viewdef(oid) || coalesce(reloptions::text, '') || "
      "coalesce(relacl::text, '') from pg_class where relname like 'live_carry_view%') l";
  const auto before = value(describe);
  const Step step = replacing("live_carry", 7);
  const auto kept =
      value("select count(*) as v from live_carry where time >= '" + iso8601(cut_of(step)) + "'");
  const auto outcome = apply(step);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(value(describe), before);
  EXPECT_EQ(value("select count(*) as v from live_carry"), kept);
  EXPECT_EQ(value("select n as v from live_carry_view"), kept);
  sql("insert into live_carry (time, symbol) values (now(), 'B')");
  EXPECT_EQ(value("select max(id) as v from live_carry"), "302");
  EXPECT_EQ(leftovers(), "0");
}

TEST_F(LiveReplace, what_cannot_be_carried_over_is_named_and_nothing_begins) {
  make_hypertable("live_bound", 7, 10, 200);
  sql("drop materialized view if exists live_bound_matview; create materialized view "
      "live_bound_matview as select "
      "count(*) from live_bound");
  sql("create or replace function live_bound_noted() returns trigger language plpgsql as $$ begin "
      "return null; end $$");
  sql("create trigger live_bound_trigger after insert on live_bound for each row execute function "
      "live_bound_noted()");
  const auto outcome = apply(replacing("live_bound", 3));
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("live_bound_matview"));
  EXPECT_THAT(outcome.what.en, HasSubstr("live_bound_trigger"));
  EXPECT_EQ(leftovers(), "0");
  sql("drop table live_bound cascade");
}

TEST_F(LiveReplace, integer_time_is_replaced_too) {
  sql("drop table if exists live_int; create table live_int (ms bigint not null, v int)");
  sql("select create_hypertable('live_int', 'ms', chunk_time_interval => 604800000)");
  sql("insert into live_int select extract(epoch from now() - interval '1 hour' * i)::bigint * "
      "1000, i from "
      "generate_series(0, 480) i");
  ReplaceHypertable change;
  change.table = {"public", "live_int"};
  change.axis = {"ms", "bigint", 1000};
  change.cut = days_ago(7);
  change.interval = Days{1};
  const Step step = step_of(change, "live_int");
  const auto kept = value("select count(*) as v from live_int where ms >= " +
                          std::to_string(change.cut.time_since_epoch().count() / 1000));
  const auto outcome = apply(step);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(value("select count(*) as v from live_int"), kept);
  EXPECT_EQ(value("select integer_interval as v from timescaledb_information.dimensions where "
                  "hypertable_name = 'live_int'"),
            "86400000");
}

TEST_F(LiveReplace, stopped_before_the_swap_it_leaves_nothing_behind) {
  make_hypertable("live_stopped", 7, 10, 2'000);
  const Step step = replacing("live_stopped", 5);
  const auto table = oid("live_stopped");
  watch_.stop_at = "copy";
  EXPECT_EQ(apply(step).state, StepState::stopped);
  EXPECT_EQ(leftovers(), "0");
  EXPECT_EQ(oid("live_stopped"), table);
  watch_ = RecordingWatch{};
  EXPECT_EQ(apply(step).state, StepState::done);
}

TEST_F(LiveReplace, a_table_truncated_meanwhile_is_not_filled_again) {
  make_hypertable("live_emptied", 7, 10, 2'000);
  const Step step = replacing("live_emptied", 5);
  class Emptying final : public StepWatch {
   public:
    explicit Emptying(postgres::Link& link) : link_{link} {}
    void progress(const Text&, std::optional<double>) override {}
    bool stop_wanted() const override { return false; }
    Result<void> begin_phase(const std::string& phase, const std::string&) override {
      if (phase == "swap") run(link_, "truncate live_emptied");
      return {};
    }

   private:
    postgres::Link& link_;
  };
  auto other = connect();
  Emptying emptying{other};
  EXPECT_EQ(TimescaleExecutor{*server_}.apply(step, emptying).state, StepState::failed);
  EXPECT_EQ(leftovers(), "0");
  EXPECT_EQ(value("select count(*) as v from live_emptied"), "0");
}

TEST_F(LiveReplace, killed_at_any_call_and_applied_again_it_converges) {
  for (const bool carried_out : {false, true}) {
    bool died = true;
    for (int n = 1; died; ++n) {
      SCOPED_TRACE("call " + std::to_string(n) + (carried_out ? ", carried out" : ""));
      make_hypertable("live_dying", 7, 10, 600);
      const Step step = replacing("live_dying", 5);
      make_mirror("live_dying", step);
      DyingServer dying{*server_, n, carried_out};
      TimescaleExecutor{dying}.apply(step, watch_);
      died = dying.died();
      const std::string late = " (time, symbol, price, n) values (now(), 'late', 1, 1000000)";
      sql("insert into live_dying" + late + "; insert into live_dying_mirror" + late);
      sql("delete from live_dying where n = -3; delete from live_dying_mirror where n = -3");
      const auto outcome = apply(step);
      EXPECT_TRUE(outcome.state == StepState::done || outcome.state == StepState::nothing_to_do)
          << outcome.what.en;
      EXPECT_EQ(difference("live_dying", step), "0");
      EXPECT_EQ(leftovers(), "0");
    }
  }
}

}  // namespace
}  // namespace plimsoll::timescale::live_case
