#include <gmock/gmock.h>

#include "apply/postgres/delete_rows.h"
#include "apply/postgres/executor_testing.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;
using testing::day;
using testing::FailingServer;
using testing::Failure;
using ::testing::HasSubstr;
using testing::Session;

class DeleteRowsContract : public testing::ExecutorTest {
 protected:
  /// Ten days from 1 November, so many rows a day.
  void make_events(int each, const std::string& type = "timestamptz", bool index = true) {
    const std::string instant = "('2025-11-01 00:00+00'::timestamptz + n * 86400.0 / " +
                                std::to_string(each) + " * '1 second'::interval)";
    const std::string value = type == "date" ? "(" + instant + " at time zone 'UTC')::date"
                              : type == "bigint"
                                  ? "(extract(epoch from " + instant + ") * 1000)::bigint"
                                  : instant;
    sql_->run("create table events (at " + type +
              ", filler text);"
              "insert into events select " +
              value + ", repeat('x', 100) from generate_series(0, " +
              std::to_string(each * 10 - 1) +
              ") n; insert into events (filler) values ('no time')");
    if (index) sql_->run("create index on events (at)");
  }
  Step step(const std::string& type = "timestamptz") {
    return step_of(
        DeleteRows{{"public", "events"}, {"at", type, type == "bigint" ? 1000 : 0}, day(8), {}},
        "events");
  }
  std::string rows() { return sql_->value("select count(*) from events"); }
};

TEST_F(DeleteRowsContract, deletes_what_is_expired_and_says_what_became_of_the_space) {
  make_events(500);
  const auto before = sql_->value("select pg_total_relation_size('events')");
  // Newest rows first in the file: its end is what becomes free.
  sql_->run(
      "create table again as select * from events order by at desc; drop table events;"
      "alter table again rename to events; create index on events (at)");
  const auto outcome = DeleteRowsExecutor{*acting_}.apply(step(), watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(rows(), "1501") << "and the row without a time";
  EXPECT_EQ(outcome.after.at("rows_deleted"), "3500");
  EXPECT_GT(*outcome.freed, Bytes{});
  EXPECT_LT(std::stoll(sql_->value("select pg_total_relation_size('events')")), std::stoll(before));
  EXPECT_EQ(DeleteRowsExecutor{*acting_}.apply(step(), watch_).state, StepState::nothing_to_do);
  EXPECT_EQ(watch_.names(), (std::vector<std::string>{"delete", "vacuum", "delete"}));
}

TEST_F(DeleteRowsContract, space_that_stays_in_the_table_is_not_called_freed) {
  make_events(500);
  Session reader{url_};
  reader.run("begin; select 1 from events limit 1");
  const auto outcome = DeleteRowsExecutor{*acting_}.apply(step(), watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(*outcome.freed, Bytes{});
  EXPECT_THAT(outcome.what.en, HasSubstr("the disk got nothing back"));
  reader.run("commit");
}

TEST_F(DeleteRowsContract, dates_and_epochs_are_axes_too) {
  for (const std::string type : {"date", "bigint"}) {
    make_events(100, type);
    EXPECT_EQ(DeleteRowsExecutor{*acting_}.apply(step(type), watch_).state, StepState::done);
    EXPECT_EQ(rows(), "301") << type;
    sql_->run("drop table events");
  }
}

TEST_F(DeleteRowsContract, a_large_table_without_an_index_is_refused) {
  make_events(100, "timestamptz", false);
  DeleteOptions options;
  options.small = 8_KiB;
  const auto refused = DeleteRowsExecutor{*acting_, options}.apply(step(), watch_);
  EXPECT_EQ(refused.state, StepState::refused);
  EXPECT_EQ(refused.hint.en, "CREATE INDEX CONCURRENTLY ON \"public\".\"events\" (\"at\")");
  EXPECT_EQ(rows(), "1001");
  EXPECT_EQ(DeleteRowsExecutor{*acting_}.apply(step(), watch_).state, StepState::done);
}

TEST_F(DeleteRowsContract, keeps_the_rate_it_is_given_and_stops_between_batches) {
  make_events(300);
  DeleteOptions options;
  options.max_rows_per_second = 4000;
  const auto begun = std::chrono::steady_clock::now();
  DeleteRowsExecutor executor{*acting_, options};
  EXPECT_EQ(executor.apply(step(), watch_).state, StepState::done);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds{500}) << "2100 rows";
  sql_->run("drop table events");
  make_events(300);
  watch_.on_phase = [&](const std::string&) { watch_.stop = true; };
  const auto stopped = executor.apply(step(), watch_);
  EXPECT_EQ(stopped.state, StepState::stopped) << stopped.what.en;
  EXPECT_NE(rows(), "901");
  watch_.on_phase = nullptr;
  watch_.stop = false;
  EXPECT_EQ(executor.apply(step(), watch_).state, StepState::done);
  EXPECT_EQ(rows(), "901");
}

TEST_F(DeleteRowsContract, a_row_that_somebody_keeps_is_waited_for_and_given_up) {
  make_events(10);
  Session holder{url_};
  holder.run("begin; update events set filler = 'mine' where at = '2025-11-02 00:00+00'");
  DeleteRowsExecutor executor{*acting_, {}, {.attempts = 2, .first_pause = milliseconds{1}}};
  const auto failed = executor.apply(step(), watch_);
  EXPECT_EQ(failed.state, StepState::failed);
  EXPECT_THAT(failed.what.en, HasSubstr("lock timeout"));
  holder.run(
      "update events set at = '2025-12-01 00:00+00' where at = '2025-11-02 00:00+00'; commit");
  EXPECT_EQ(executor.apply(step(), watch_).state, StepState::done);
  EXPECT_EQ(rows(), "32") << "a row that became one to keep is kept";
}

TEST_F(DeleteRowsContract, a_cut_at_any_call_is_made_good_by_the_next_run) {
  for (const auto failure : {Failure::not_sent, Failure::gone_after_it}) {
    bool failed = true;
    for (int n = 1; failed; ++n) {
      make_events(100);
      FailingServer failing{*acting_, n, failure};
      (void)DeleteRowsExecutor{failing}.apply(step(), watch_);
      failed = failing.failed();
      const auto again = DeleteRowsExecutor{*acting_}.apply(step(), watch_);
      EXPECT_TRUE(again.state == StepState::done || again.state == StepState::nothing_to_do)
          << n << again.what.en;
      EXPECT_EQ(rows(), "301") << n;
      sql_->run("drop table events");
    }
  }
}

/// Killed after the last batch and before VACUUM: the next run finds nothing to delete.
TEST_F(DeleteRowsContract, room_that_a_killed_run_left_is_given_back_by_the_next) {
  make_events(500);
  sql_->run(
      "create table again as select * from events order by at desc; drop table events;"
      "alter table again rename to events; create index on events (at); analyze events");
  sql_->run("delete from events where at < '2025-11-08 00:00+00'");
  sql_->run("select pg_stat_force_next_flush()");
  const auto outcome = DeleteRowsExecutor{*acting_}.apply(step(), watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(outcome.after.at("rows_deleted"), "0");
  EXPECT_GT(*outcome.freed, Bytes{});
  EXPECT_EQ(DeleteRowsExecutor{*acting_}.apply(step(), watch_).state, StepState::nothing_to_do);
}

TEST_F(DeleteRowsContract, a_table_that_was_partitioned_since_is_another) {
  sql_->run("create table events (at timestamptz) partition by range (at)");
  EXPECT_EQ(DeleteRowsExecutor{*acting_}.apply(step(), watch_).state, StepState::stale);
}

}  // namespace
}  // namespace plimsoll
