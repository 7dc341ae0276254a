#include <gmock/gmock.h>

#include "apply/postgres/replace_testing.h"

namespace plimsoll {
namespace {

using testing::ident;
using testing::Shape;
using testing::Writer;

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

class ReplaceUnderWriters : public testing::ReplacePartitionContract,
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
  auto link = testing::link_to(url_, postgres::Session::acting);
  int connections = 1;
  ReplacePartitionExecutor executor{*acting_, ReplacePartitionExecutor::kPatience, [&] {
                                      ++connections;
                                      return std::make_unique<LinkedServer>(link);
                                    }};
  const auto outcome = executor.apply(planned, watch_);
  EXPECT_EQ(connections, 2);
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

}  // namespace
}  // namespace plimsoll
