#include <gmock/gmock.h>

#include "apply/postgres/create_partitions.h"
#include "apply/postgres/executor_testing.h"

namespace plimsoll {
namespace {

using testing::day;
using testing::FailingServer;
using testing::Failure;
using ::testing::HasSubstr;
using testing::Session;

class CreatePartitionsContract : public testing::ExecutorTest {
 protected:
  static CreatePartitions two_days() {
    return {{"public", "events"},
            {"at", "timestamptz", 0},
            {{{"public", "events_p20251111"}, {day(11), day(12)}, {}},
             {{"public", "events_p20251112"}, {day(12), day(13)}, {}}}};
  }
  void make_events() {
    sql_->run(
        "create role app; create role reader;"
        "create table events (id bigint generated always as identity, at timestamptz not null,"
        " symbol text default 'x', primary key (id, at)) partition by range (at);"
        "create index on events (symbol); grant select on events to reader;"
        "alter table events owner to app;"
        "create table events_p20251110 partition of events"
        " for values from ('2025-11-10 00:00+00') to ('2025-11-11 00:00+00')");
  }
  void TearDown() override { sql_->run("drop owned by app, reader; drop role app, reader"); }
};

TEST_F(CreatePartitionsContract, makes_what_is_missing_as_its_siblings_are) {
  make_events();
  CreatePartitionsExecutor executor{*acting_};
  const auto step = step_of(two_days(), "events");
  const auto outcome = executor.apply(step, watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(watch_.names(), (std::vector<std::string>{"create", "create"}));
  sql_->run("insert into events (at) values ('2025-11-12 13:00+00')");
  EXPECT_EQ(sql_->value("select tableoid::regclass from events"), "events_p20251112");
  EXPECT_EQ(
      sql_->value("select count(*) from pg_index where indrelid = 'events_p20251112'::regclass"),
      "2");
  EXPECT_EQ(sql_->value("select has_table_privilege('reader', 'events_p20251112', 'select')"),
            "true");
  EXPECT_EQ(
      sql_->value(
          "select pg_get_userbyid(relowner) from pg_class where relname = 'events_p20251112'"),
      "app");
  EXPECT_EQ(executor.apply(step, watch_).state, StepState::nothing_to_do);
}

TEST_F(CreatePartitionsContract, goes_on_beside_a_reader_and_a_writer) {
  make_events();
  Session holder{url_};
  holder.run("begin; insert into events (at) values ('2025-11-10 13:00+00'); select * from events");
  CreatePartitionsExecutor executor{*acting_, {.attempts = 1}};
  const auto outcome = executor.apply(step_of(two_days(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  holder.run("commit");
}

TEST_F(CreatePartitionsContract, rows_in_the_default_partition_are_a_reason_to_refuse) {
  make_events();
  sql_->run(
      "create table events_rest partition of events default;"
      "insert into events (at) values ('2025-11-12 01:00+00')");
  CreatePartitionsExecutor executor{*acting_};
  const auto outcome = executor.apply(step_of(two_days(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("1 partitions made, 1 not: events_p20251112: rows of its "
                                         "range lie in the default partition events_rest"));
}

TEST_F(CreatePartitionsContract, an_overlap_and_another_table_are_no_place_for_it) {
  make_events();
  sql_->run(
      "create table events_wide partition of events"
      " for values from ('2025-11-12 12:00+00') to ('2025-11-20 00:00+00')");
  CreatePartitionsExecutor executor{*acting_};
  const auto outcome = executor.apply(step_of(two_days(), "events"), watch_);
  EXPECT_THAT(outcome.what.en, HasSubstr("events_p20251112: overlaps events_wide"));
  auto step = step_of(two_days(), "events");
  step.before["oid"] = "1";
  EXPECT_EQ(executor.apply(step, watch_).state, StepState::stale);
}

TEST_F(CreatePartitionsContract, a_lock_that_somebody_keeps_is_given_up) {
  make_events();
  Session holder{url_};
  holder.run("begin; lock table events in share update exclusive mode");
  CreatePartitionsExecutor executor{*acting_,
                                    {.attempts = 2, .first_pause = std::chrono::milliseconds{1}}};
  const auto outcome = executor.apply(step_of(two_days(), "events"), watch_);
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("lock timeout"));
  holder.run("commit");
  EXPECT_EQ(sql_->value("select to_regclass('events_p20251111') is null"), "true");
}

TEST_F(CreatePartitionsContract, a_cut_at_any_call_is_made_good_by_the_next_run) {
  make_events();
  const auto step = step_of(two_days(), "events");
  for (const auto failure : {Failure::not_sent, Failure::gone_after_it}) {
    bool failed = true;
    for (int n = 1; failed; ++n) {
      FailingServer failing{*acting_, n, failure};
      (void)CreatePartitionsExecutor{failing}.apply(step, watch_);
      failed = failing.failed();
      const auto again = CreatePartitionsExecutor{*acting_}.apply(step, watch_);
      EXPECT_TRUE(again.state == StepState::done || again.state == StepState::nothing_to_do)
          << n << again.what.en;
      EXPECT_EQ(
          sql_->value("select count(*) from pg_inherits where inhparent = 'events'::regclass"),
          "3");
      sql_->run("drop table events_p20251111, events_p20251112");
    }
  }
}

}  // namespace
}  // namespace plimsoll
