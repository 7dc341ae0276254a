#include <gmock/gmock.h>

#include "apply/postgres/drop_partitions.h"
#include "apply/postgres/executor_testing.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;
using testing::day;
using testing::FailingServer;
using testing::Failure;
using ::testing::HasSubstr;
using testing::Session;

class DropPartitionsContract : public testing::ExecutorTest {
 protected:
  /// events with a partition of a day for 1 to 6 November; the first three are to go.
  void make_events(const std::string& type = "timestamptz", const std::string& zone = "+00") {
    sql_->run("create table events (at " + type + " not null, n integer) partition by range (at)");
    for (int d = 1; d <= 6; ++d) add(d, zone);
    sql_->run("insert into events select '2025-11-01 12:00" + zone +
              "'::timestamptz + d * '1 day'::interval, d from generate_series(0, 5) d");
  }
  void add(int d, const std::string& zone) {
    const auto from = "2025-11-0" + std::to_string(d) + " 00:00" + zone;
    const auto to = "2025-11-0" + std::to_string(d + 1) + " 00:00" + zone;
    sql_->run("create table events_p2025110" + std::to_string(d) +
              " partition of events for values"
              " from ('" +
              from + "') to ('" + to + "')");
  }
  static DropPartitions first_three(const std::string& type = "timestamptz") {
    DropPartitions change{{"public", "events"}, {"at", type, 0}, day(4), {}};
    for (int d = 3; d >= 1; --d) {
      change.partitions.push_back(
          {{"public", "events_p2025110" + std::to_string(d)}, {day(d), day(d + 1)}, {}});
    }
    return change;
  }
  std::string partitions() {
    return sql_->value(
        "select coalesce(string_agg(right(c.relname, 1), '' order by relname), '')"
        " from pg_class c where relname like 'events_p%' and relkind = 'r'");
  }
};

TEST_F(DropPartitionsContract, drops_the_oldest_first_and_measures_what_it_freed) {
  make_events();
  const auto size = sql_->value(
      "select sum(pg_total_relation_size('events_p2025110' || d)) from generate_series(1, 3) d");
  DropPartitionsExecutor executor{*acting_};
  const auto step = step_of(first_three(), "events");
  const auto outcome = executor.apply(step, watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(partitions(), "456");
  EXPECT_EQ(std::to_string(outcome.freed->count()), size);
  EXPECT_EQ(watch_.phases, (std::vector<std::string>{"drop public.events_p20251101",
                                                     "drop public.events_p20251102",
                                                     "drop public.events_p20251103"}));
  EXPECT_EQ(executor.apply(step, watch_).state, StepState::nothing_to_do);
}

TEST_F(DropPartitionsContract, dates_and_epochs_are_axes_too) {
  make_events("date", "");
  const auto outcome =
      DropPartitionsExecutor{*acting_}.apply(step_of(first_three("date"), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(partitions(), "456");
  sql_->run(
      "create schema \"Añ\"\"o\";"
      "create table \"Añ\"\"o\".\"ti'ck\" (ms bigint) partition by range (ms);"
      "create table \"Añ\"\"o\".\"ti'ck 1\" partition of \"Añ\"\"o\".\"ti'ck\""
      " for values from (minvalue) to (1762041600000)");
  DropPartitions epoch{{"Añ\"o", "ti'ck"},
                       {"ms", "bigint", 1000},
                       day(2),
                       {{{"Añ\"o", "ti'ck 1"}, {std::nullopt, day(2)}, {}}}};
  Step step;
  step.change = epoch;
  const auto gone = DropPartitionsExecutor{*acting_}.apply(step, watch_);
  EXPECT_EQ(gone.state, StepState::done) << gone.what.en;
  EXPECT_EQ(sql_->value("select count(*) from pg_class where relname like 'ti''ck%'"), "1");
}

TEST_F(DropPartitionsContract, one_bad_partition_does_not_stop_the_others) {
  make_events();
  sql_->run(
      "create view looks_at_it as select * from events_p20251102;"
      "drop table events_p20251103;"
      "create table events_p20251103 partition of events"
      " for values from ('2025-11-03 00:00+00') to ('2025-11-03 12:00+00')");
  const auto outcome =
      DropPartitionsExecutor{*acting_}.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_EQ(partitions(), "23456");
  EXPECT_THAT(outcome.what.en, HasSubstr("1 of 3 partitions dropped"));
  EXPECT_THAT(
      outcome.what.en,
      HasSubstr("events_p20251102: depends on it or it on others: view public.looks_at_it"));
  EXPECT_THAT(outcome.what.en, HasSubstr("events_p20251103: its bounds are other than planned"));
}

TEST_F(DropPartitionsContract, nothing_that_is_kept_and_nothing_with_a_foreign_key_goes) {
  make_events();
  auto change = first_three();
  change.cut = day(3) + std::chrono::hours{23};
  const auto outcome = DropPartitionsExecutor{*acting_}.apply(step_of(change, "events"), watch_);
  EXPECT_THAT(outcome.what.en, HasSubstr("events_p20251103: it holds rows from"));
  EXPECT_EQ(partitions(), "3456");
  sql_->run(
      "create table dimension (n integer primary key); insert into dimension select "
      "generate_series(0, 9);"
      "alter table events_p20251103 add foreign key (n) references dimension");
  const auto refused =
      DropPartitionsExecutor{*acting_}.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(refused.state, StepState::refused);
  EXPECT_THAT(refused.what.en, HasSubstr("foreign key"));
  EXPECT_EQ(partitions(), "3456");
}

TEST_F(DropPartitionsContract, another_table_and_a_standalone_one_are_left_alone) {
  make_events();
  auto step = step_of(first_three(), "events");
  step.before["oid"] = "7";
  EXPECT_EQ(DropPartitionsExecutor{*acting_}.apply(step, watch_).state, StepState::stale);
  EXPECT_EQ(partitions(), "123456");
  sql_->run("alter table events detach partition events_p20251101");
  const auto outcome =
      DropPartitionsExecutor{*acting_}.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::done);
  EXPECT_EQ(partitions(), "1456") << "somebody detached it, to keep it";
}

/// Holds what DROP needs, until it is told to let go from the detach's own phase.
TEST_F(DropPartitionsContract, a_reader_in_the_way_is_gone_around) {
  make_events();
  Session reader{url_};
  reader.run("begin; select count(*) from events_p20251105; select count(*) from events limit 1");
  watch_.on_phase = [&](const std::string& phase) {
    if (phase == "detach") reader.run("commit");
  };
  DropPartitionsExecutor executor{*acting_, {.attempts = 2, .first_pause = milliseconds{1}}};
  const auto outcome = executor.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(watch_.names(), (std::vector<std::string>{"drop", "detach", "drop", "drop", "drop"}));
  EXPECT_EQ(partitions(), "456");
}

TEST_F(DropPartitionsContract, with_a_default_partition_it_gives_up_politely) {
  make_events();
  sql_->run("create table events_rest partition of events default");
  Session reader{url_};
  reader.run("begin; select count(*) from events");
  DropPartitionsExecutor executor{*acting_, {.attempts = 2, .first_pause = milliseconds{1}}};
  const auto outcome = executor.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("lock timeout"));
  EXPECT_EQ(partitions(), "123456");
  reader.run("commit");
  EXPECT_EQ(executor.apply(step_of(first_three(), "events"), watch_).state, StepState::done);
}

TEST_F(DropPartitionsContract, a_detach_left_half_done_is_finished) {
  make_events();
  Session reader{url_};
  reader.run("begin; select count(*) from events");
  DropPartitionsExecutor impatient{
      *acting_, {.attempts = 1, .first_pause = milliseconds{1}}, milliseconds{100}};
  const auto left = impatient.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(left.state, StepState::failed);
  EXPECT_EQ(sql_->value("select count(*) from pg_inherits where inhdetachpending"), "1");
  reader.run("commit");
  const auto outcome =
      DropPartitionsExecutor{*acting_}.apply(step_of(first_three(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(sql_->value("select count(*) from pg_inherits where inhdetachpending"), "0");
  EXPECT_EQ(partitions(), "456");
}

TEST_F(DropPartitionsContract, a_cut_at_any_call_is_made_good_by_the_next_run) {
  for (const auto failure : {Failure::not_sent, Failure::gone_after_it}) {
    bool failed = true;
    for (int n = 1; failed; ++n) {
      make_events();
      const auto step = step_of(first_three(), "events");
      FailingServer failing{*acting_, n, failure};
      (void)DropPartitionsExecutor{failing}.apply(step, watch_);
      failed = failing.failed();
      const auto again = DropPartitionsExecutor{*acting_}.apply(step, watch_);
      EXPECT_TRUE(again.state == StepState::done || again.state == StepState::nothing_to_do)
          << n << again.what.en;
      EXPECT_EQ(partitions(), "456") << n;
      EXPECT_EQ(sql_->value("select count(*) from events"), "3");
      sql_->run("drop table events");
    }
  }
}

}  // namespace
}  // namespace plimsoll
