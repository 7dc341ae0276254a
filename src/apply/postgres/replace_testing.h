#pragma once

#include "apply/postgres/executor_testing.h"
#include "apply/postgres/replace_partition.h"

// A table with an old partition to replace, and a ledger beside it that says what must be left.
namespace plimsoll::testing {

/// One shape of table: how an instant is written on its axis.
struct Shape {
  std::string axis_type = "timestamptz";
  std::int64_t units = 0;
  std::string column = "at";
  std::string parent = "events", old = "events_old";
  std::string key = "primary key (id, {time})";
  std::string payload = "jsonb";
};

inline std::string ident(const std::string& name) {
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

}  // namespace plimsoll::testing
