#include <gmock/gmock.h>

#include <thread>

#include "apply/postgres/replace_partition.h"
#include "apply/postgres/replace_testing.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;
using testing::day;
using testing::FailingServer;
using testing::Failure;
using ::testing::HasSubstr;
using testing::ReplacePartitionContract;
using testing::Session;

TEST_F(ReplacePartitionContract, what_is_kept_takes_the_place_of_the_whole) {
  make({});
  const auto indexes =
      "select string_agg(distinct pg_get_indexdef(i.indexrelid, 0, true), E'\\n')"
      " from pg_inherits h join pg_index i on i.indrelid = h.inhrelid"
      " where h.inhparent = 'events'::regclass and not exists"
      " (select from pg_inherits x where x.inhrelid = i.indexrelid)";
  const auto planned = step();
  const auto outcome = ReplacePartitionExecutor{*acting_}.apply(planned, watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  expect_replaced();
  EXPECT_EQ(sql_->value("select count(*) from events where at < " + bound(6)), "0");
  EXPECT_EQ(sql_->value(indexes), "") << "every index of a partition belongs to one of the parent";
  EXPECT_EQ(
      sql_->value("select count(*) from pg_index i join pg_inherits h on h.inhrelid = i.indexrelid"
                  " where i.indrelid = 'events_p7'::regclass"),
      "3");
  EXPECT_EQ(sql_->value(
                "select count(*) from pg_index where indrelid in (select inhrelid from pg_inherits"
                " where inhparent = 'events'::regclass) and not indisvalid"),
            "0");
  EXPECT_EQ(outcome.after.at("rows_copied"), "800");
  ASSERT_TRUE(outcome.freed);
  EXPECT_EQ(watch_.names(),
            (std::vector<std::string>{"log", "copy", "index", "copy", "index", "copy", "index",
                                      "copy", "index", "swap", "drop"}));
  sql_->run(insert("select 999999, " + at("-86400") + ", 'late', 1, '{\"n\": 1}'::jsonb"));
  EXPECT_EQ(sql_->value("select tableoid::regclass from events where id = 999999"), "events_p6")
      << "a late row has a place";
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(planned, watch_).state,
            StepState::nothing_to_do);
}

/// One of equal rows goes, and only one.
TEST_F(ReplacePartitionContract, equal_rows_without_a_key_are_counted) {
  make({.key = ""});
  for (int i = 0; i < 3; ++i) {
    sql_->run(insert("select 77, " + at("600000") + ", 'twin', 2, '{}'::jsonb"));
  }
  watch_.on_phase = [&](const std::string& phase) {
    if (phase == "index" || phase == "swap") {
      if (sql_->value("select count(*) from ledger where id = 77") == "1") return;
      for (const std::string table : {"events_old", "ledger"}) {
        sql_->run("delete from " + table + " where ctid = (select ctid from " + table +
                  " where id = 77 limit 1)");
      }
    }
  };
  const auto outcome = ReplacePartitionExecutor{*acting_}.apply(step(), watch_);
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  expect_replaced();
  EXPECT_EQ(sql_->value("select count(*) from events where id = 77"), "1");
}

TEST_F(ReplacePartitionContract, a_cut_at_any_call_is_made_good_by_the_next_run) {
  int written = 0;
  const auto write = [&](const std::string&) {
    const std::string id = std::to_string(5000 + written++);
    sql_->run("begin;" +
              insert("select " + id + ", " + at("500000 + " + id) + ", 'w', 1, '{}'::jsonb"));
    for (const std::string table : {"events", "ledger"}) {
      sql_->run("update " + table +
                " set price = price + 1 where id % 9 = 1;"
                "delete from " +
                table + " where id = " + std::to_string(120 + written % 50));
    }
    sql_->run("commit");
  };
  for (const auto failure : {Failure::not_sent, Failure::gone_after_it}) {
    bool failed = true;
    for (int n = 1; failed; ++n) {
      make({}, 20);
      const auto planned = step();
      watch_.on_phase = write;
      FailingServer failing{*acting_, n, failure};
      (void)ReplacePartitionExecutor{failing}.apply(planned, watch_);
      failed = failing.failed();
      write("between");
      const auto again = ReplacePartitionExecutor{*acting_}.apply(planned, watch_);
      EXPECT_TRUE(again.state == StepState::done || again.state == StepState::nothing_to_do)
          << n << again.what.en;
      expect_replaced();
      if (HasFailure()) FAIL() << "call " << n << ", failure " << static_cast<int>(failure);
      sql_->run("drop table events, ledger");
    }
  }
}

TEST_F(ReplacePartitionContract, another_plan_does_not_go_on_with_an_old_copy) {
  make({}, 20);
  // Killed a little later each time, until a first part is copied.
  for (int n = 1; sql_->value("select to_regclass('events_p6') is null") == "true"; ++n) {
    FailingServer failing{*acting_, n, Failure::gone_after_it};
    (void)ReplacePartitionExecutor{failing}.apply(step(), watch_);
  }
  ASSERT_NE(leftovers(), "0");
  auto later = step();
  auto& change_later = std::get<ReplacePartition>(later.change);
  change_later.cut = day(7);
  change_later.partitions.erase(change_later.partitions.begin());
  change_later.partitions.front().range.begin.reset();
  const auto outcome = ReplacePartitionExecutor{*acting_}.apply(later, watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(difference(7), "0");
  EXPECT_EQ(leftovers(), "0");
  EXPECT_EQ(sql_->value("select to_regclass('events_p6') is null"), "true");
}

TEST_F(ReplacePartitionContract, a_lock_that_somebody_keeps_is_given_up_and_all_undone) {
  make({}, 20);
  Session reader{url_};
  watch_.on_phase = [&](const std::string& phase) {
    if (phase == "swap") reader.run("begin; select count(*) from events");
    if (phase == "undo") reader.run("commit");
  };
  ReplacePartitionExecutor executor{
      *acting_, {.lock_timeout = milliseconds{40}, .attempts = 3, .first_pause = milliseconds{1}}};
  const auto planned = step();
  const auto outcome = executor.apply(planned, watch_);
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("lock timeout"));
  EXPECT_THAT(outcome.what.en, HasSubstr("what was begun was undone"));
  EXPECT_EQ(leftovers(), "0");
  EXPECT_EQ(sql_->value("select to_regclass('events_p7') is null"), "true");
  watch_.on_phase = nullptr;
  EXPECT_EQ(executor.apply(planned, watch_).state, StepState::done);
  expect_replaced();
}

TEST_F(ReplacePartitionContract, maintenance_is_waited_for_where_no_writer_stands_behind) {
  make({}, 20);
  // As autovacuum does: it gives way once somebody has waited for longer than a short request does.
  Session maintenance{url_};
  std::thread gives_way;
  watch_.on_phase = [&](const std::string& phase) {
    if (phase != "swap") return;
    maintenance.run("begin; lock table only events_old in share update exclusive mode");
    gives_way = std::thread{[&] {
      Session looker{url_};
      while (looker.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") ==
             "0")
        std::this_thread::yield();
      maintenance.run("commit");
    }};
  };
  ReplacePartitionExecutor executor{*acting_, {.lock_timeout = milliseconds{1}, .attempts = 1}};
  const auto outcome = executor.apply(step(), watch_);
  gives_way.join();
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  expect_replaced();
}

TEST_F(ReplacePartitionContract, a_wish_to_stop_and_a_truncate_undo_it) {
  make({}, 20);
  const auto planned = step();
  watch_.on_phase = [&](const std::string& phase) {
    if (phase == "index") watch_.stop = true;
  };
  const auto stopped = ReplacePartitionExecutor{*acting_}.apply(planned, watch_);
  EXPECT_EQ(stopped.state, StepState::stopped) << stopped.what.en;
  EXPECT_EQ(leftovers(), "0");
  watch_.stop = false;
  watch_.on_phase = [&](const std::string& phase) {
    if (phase == "swap") sql_->run("truncate events_old");
  };
  const auto truncated = ReplacePartitionExecutor{*acting_}.apply(planned, watch_);
  EXPECT_EQ(truncated.state, StepState::failed);
  EXPECT_THAT(truncated.what.en, HasSubstr("truncated"));
  EXPECT_EQ(leftovers(), "0");
  EXPECT_EQ(sql_->value("select count(*) from events"), "0");
}

TEST_F(ReplacePartitionContract, who_writes_to_the_old_one_by_name_is_not_lost) {
  make({}, 20);
  watch_.on_phase = [&](const std::string& phase) {
    if (phase != "drop") return;
    sql_->run("insert into events_old (id, at, symbol, price, payload) values (88, " +
              at("700000") +
              ", 'x', 1, '{}');"
              "insert into ledger (id, at, symbol, price, payload) values (88, " +
              at("700000") + ", 'x', 1, '{}')");
  };
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(step(), watch_).state, StepState::done);
  expect_replaced();
}

TEST_F(ReplacePartitionContract, what_it_cannot_keep_is_refused) {
  make({}, 20);
  const auto refusal = [&](const std::string& with, const std::string& without) {
    sql_->run(with);
    const auto outcome = ReplacePartitionExecutor{*acting_}.apply(step(), watch_);
    EXPECT_EQ(outcome.state, StepState::refused) << with;
    EXPECT_EQ(leftovers(), "0");
    sql_->run(without);
    return outcome.what.en;
  };
  EXPECT_THAT(refusal("create view v as select * from events_old", "drop view v"),
              HasSubstr("view public.v"));
  EXPECT_THAT(
      refusal(
          "create table other (id bigint, at timestamptz, foreign key (id, at) references events)",
          "drop table other"),
      HasSubstr("foreign key"));
  EXPECT_THAT(
      refusal("create trigger mine before insert on events_old for each row execute function"
              " suppress_redundant_updates_trigger()",
              "drop trigger mine on events_old"),
      HasSubstr("trigger mine"));
  EXPECT_THAT(refusal("create publication p for table events", "drop publication p"),
              HasSubstr("publication p"));
  EXPECT_THAT(refusal("create table events_p8 ()", "drop table events_p8"),
              HasSubstr("already a table public.events_p8"));
  auto hole = step();
  std::get<ReplacePartition>(hole.change).partitions.pop_back();
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(hole, watch_).state, StepState::refused);
  auto other = step();
  other.before["bound"] = "FOR VALUES FROM (MINVALUE) TO ('2025-11-09 00:00:00+00')";
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(other, watch_).state, StepState::stale);
  EXPECT_TRUE(watch_.phases.empty());
  sql_->run("create table events_rest partition of events default");
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(step(), watch_).state, StepState::done);
}

}  // namespace
}  // namespace plimsoll
