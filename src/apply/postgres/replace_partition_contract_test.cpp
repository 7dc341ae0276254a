#include <gmock/gmock.h>

#include "apply/postgres/executor_testing.h"
#include "apply/postgres/replace_partition.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;
using testing::day;
using testing::FailingServer;
using testing::Failure;
using ::testing::HasSubstr;
using testing::Session;
using testing::Writer;

/// One shape of table: how an instant is written on its axis.
struct Shape {
  std::string axis_type = "timestamptz";
  std::int64_t units = 0;
  std::string column = "at";
  std::string parent = "events", old = "events_old";
  std::string key = "primary key (id, {time})";
  std::string payload = "jsonb";
};

std::string ident(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string{c};
  return quoted + '"';
}

class ReplacePartitionContract : public testing::ExecutorTest {
 protected:
  /// Seconds since 1 November 2025, in SQL, as a value of the axis.
  std::string at(const std::string& seconds) const {
    const std::string instant =
        "('2025-11-01 00:00+00'::timestamptz + (" + seconds + ") * '1 second'::interval)";
    if (shape_.axis_type == "timestamptz") return instant;
    if (shape_.axis_type == "date") return "((" + instant + ") at time zone 'UTC')::date";
    return "(extract(epoch from " + instant + ") * " + std::to_string(shape_.units) + ")::bigint";
  }
  std::string bound(int d) { return "'" + sql_->value(at(std::to_string((d - 1) * 86400))) + "'"; }
  std::string main() const { return "public." + ident(shape_.parent); }
  std::string regclass() const { return postgres::quote_literal(main()) + "::regclass"; }

  /// Rows of 1 to 9 November in the old partition, `each` a day; a new one from the 10th on; and
  /// the same rows in `ledger`, which is what the writer keeps equal.
  void make(const Shape& shape, int each = 200) {
    shape_ = shape;
    std::string key = shape.key;
    if (const auto place = key.find("{time}"); place != std::string::npos) {
      key.replace(place, 6, ident(shape.column));
    }
    sql_->run("set timezone = 'UTC'; create table " + main() +
              " (id bigint not null, gone integer, " + ident(shape.column) + " " + shape.axis_type +
              " not null, symbol text, price numeric,"
              " twice numeric generated always as (price * 2) stored, payload " +
              shape.payload + ", check (price > 0)" + (key.empty() ? "" : ", " + key) +
              ") partition by range (" + ident(shape.column) + ")");
    sql_->run("alter table " + main() + " drop column gone; create index on " + main() + " (" +
              ident(shape.column) + " desc); create index on " + main() +
              " (symbol) where symbol is not null");
    sql_->run("create table " + ident(shape.old) + " (like " + main() +
              " including all);"
              "alter table " +
              main() + " attach partition " + ident(shape.old) +
              " for values from (minvalue) to (" + bound(10) +
              "); create table events_new partition of " + main() + " for values from (" +
              bound(10) + ") to (" + bound(20) + ")");
    sql_->run("create table ledger as select * from " + main() +
              " limit 0; create index on ledger (id)");
    sql_->run(insert("select n, " + at("n * 86400.0 / " + std::to_string(each)) +
                     ", 'S' || n % 7, 1 + n % 10, '{\"n\": 1}'::" + shape.payload +
                     " from generate_series(0, " + std::to_string(each * 9 - 1) + ") n"));
  }
  /// The same rows into both.
  std::string insert(const std::string& select) const {
    const std::string columns = "(id, " + ident(shape_.column) + ", symbol, price, payload)";
    return "with r as (" + select + "), a as (insert into " + main() + columns +
           " select * from (select * from r) x(a, b, c, d, e)) insert into ledger" + columns +
           " select * from r";
  }
  ReplacePartition change(int cut_day = 6) const {
    ReplacePartition change{{"public", shape_.parent},
                            {shape_.column, shape_.axis_type, shape_.units},
                            {"public", shape_.old},
                            {std::nullopt, day(10)},
                            day(cut_day),
                            {}};
    for (int d = 6; d <= 9; ++d) {
      change.partitions.push_back(
          {{"public", shape_.parent + "_p" + std::to_string(d)}, {day(d), day(d + 1)}, {}});
    }
    change.partitions.front().range.begin.reset();
    return change;
  }
  Step step() { return step_of(change(), main()); }

  /// Rows of one and not of the other, from the cut on: nothing is missing, nothing is twice.
  std::string difference(int cut_day = 6) {
    const std::string columns = "id, " + ident(shape_.column) + ", symbol, price, payload::text";
    const auto side = [&](const std::string& table) {
      return "select " + columns + " from " + table + " where " + ident(shape_.column) +
             " >= " + bound(cut_day);
    };
    const std::string a = side(main());
    const std::string b = side("ledger");
    return sql_->value("select count(*) from ((" + a + " except all " + b + ") union all (" + b +
                       " except all " + a + ")) d");
  }
  std::string leftovers() {
    return sql_->value(
        "select count(*) from (select relname::text from pg_class where relname like 'plimsoll%'"
        " union all select proname::text from pg_proc where proname like 'plimsoll%'"
        " union all select tgname::text from pg_trigger where tgname like 'plimsoll%'"
        " union all select conname::text from pg_constraint where conname like 'plimsoll%') x");
  }
  void expect_replaced() {
    EXPECT_EQ(difference(), "0");
    EXPECT_EQ(leftovers(), "0");
    EXPECT_EQ(sql_->value("select to_regclass('public." + ident(shape_.old) + "') is null"),
              "true");
    EXPECT_EQ(sql_->value("select count(*) from pg_inherits where inhparent = " + regclass()), "5");
  }

  Shape shape_;
};

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
            (std::vector<std::string>{"log", "copy", "copy", "copy", "copy", "index", "index",
                                      "index", "index", "swap", "drop"}));
  sql_->run(insert("select 999999, " + at("-86400") + ", 'late', 1, '{\"n\": 1}'::jsonb"));
  EXPECT_EQ(sql_->value("select tableoid::regclass from events where id = 999999"), "events_p6")
      << "a late row has a place";
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(planned, watch_).state,
            StepState::nothing_to_do);
}

/// Inserts of now, of the kept days and late ones; changes that stay, that move a row to another
/// day, to another partition and past the cut; deletes. Every one in both tables; each of two
/// writers has rows of its own.
class Rounds {
 public:
  Rounds(std::string table, std::string column, std::string payload,
         std::function<std::string(const std::string&)> at, int each, int who)
      : table_{std::move(table)},
        column_{std::move(column)},
        payload_{std::move(payload)},
        at_{std::move(at)},
        each_{each},
        who_{who} {}

  std::string operator()(int n) const {
    const std::string id = std::to_string(1'000'000 * (1 + who_) + n);
    std::string sql = "begin; " + both(values(id, 9 * 86400 + 60 + n % 1000)) +
                      both(values(id + "0", (n % 9) * 86400 + n % 5000));
    if (n % 2 == 0) sql += both("update {} set price = price + 1 where id = " + old_id(n * 13));
    if (n % 3 == 0) sql += both("delete from {} where id = " + old_id(n * 17));
    if (n % 4 == 0) {
      sql += both("update {} set " + column_ + " = " + at_(std::to_string((n % 10) * 86400 + 7)) +
                  " where id = " + old_id(n * 29));
    }
    if (n % 7 == 6) {
      const std::string recent = std::to_string(1'000'000 * (1 + who_) + n - 5);
      sql += both("delete from {} where id = " + recent + "0");
    }
    return sql + (n % 11 == 0 ? "rollback" : "commit");
  }

 private:
  std::string both(const std::string& statement) const {
    std::string twice;
    for (const std::string& target : {table_, std::string{"ledger"}}) {
      std::string one = statement;
      one.replace(one.find("{}"), 2, target);
      twice += one + "; ";
    }
    return twice;
  }
  std::string values(const std::string& id, int seconds) const {
    return "insert into {} (id, " + column_ + ", symbol, price, payload) values (" + id + ", " +
           at_(std::to_string(seconds)) + ", null, 3, '{\"w\": 1}'::" + payload_ + ")";
  }
  std::string old_id(int n) const {
    return std::to_string(each_ * 5 + 2 * (n % (each_ * 2)) + who_);
  }
  std::string table_, column_, payload_;
  std::function<std::string(const std::string&)> at_;
  int each_, who_;
};

class ReplaceUnderWriters : public ReplacePartitionContract,
                            public ::testing::WithParamInterface<Shape> {
 protected:
  Rounds rounds(int who, int each) const {
    return {main(),         ident(shape_.column),
            shape_.payload, [this](const auto& s) { return at(s); },
            each,           who};
  }
};

TEST_P(ReplaceUnderWriters, every_row_that_is_kept_is_there_once) {
  make(GetParam(), 2000);
  const auto planned = step();
  Writer writer{url_, rounds(0, 2000)};
  Writer other{url_, rounds(1, 2000)};
  // Not before both write, and some of it in each phase.
  watch_.on_phase = [&](const std::string&) {
    const int seen = writer.rounds() + other.rounds();
    while (writer.rounds() + other.rounds() < seen + 20) std::this_thread::yield();
  };
  const auto outcome = ReplacePartitionExecutor{*acting_}.apply(planned, watch_);
  writer.stop();
  other.stop();
  ASSERT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(writer.failures() + other.failures(), 0);
  expect_replaced();
  const auto longest = std::max(writer.longest(), other.longest());
  RecordProperty("rounds", writer.rounds() + other.rounds());
  RecordProperty("longest_ms", static_cast<int>(longest.count()));
}

INSTANTIATE_TEST_SUITE_P(Shapes, ReplaceUnderWriters,
                         ::testing::Values(Shape{},
                                           Shape{.axis_type = "date", .key = "", .payload = "json"},
                                           Shape{.axis_type = "bigint",
                                                 .units = 1000,
                                                 .column = "t\"ms",
                                                 .parent = "Cotización 'ñ'",
                                                 .old = "vieja $plimsoll$ \\x",
                                                 .key = ""}));

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
