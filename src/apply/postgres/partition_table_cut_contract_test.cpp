#include "apply/postgres/partition_table_testing.h"

namespace plimsoll {
namespace {

using testing::FailingServer;
using testing::Failure;
using testing::kSimple;
using testing::PartitionTableContract;

/// Fails at the nth question; with `gone`, at every later one too.
class FailingReader final : public postgres::ProbeReader {
 public:
  FailingReader(postgres::ProbeReader& inner, int at, bool gone)
      : inner_{inner}, at_{at}, gone_{gone} {}
  Result<postgres::Rows> read(const postgres::Probe& probe,
                              const postgres::Arguments& arguments) override {
    ++calls_;
    if (calls_ < at_ || (calls_ > at_ && !gone_)) return inner_.read(probe, arguments);
    return failure(ErrorCode::unreachable, verbatim("the link was cut"));
  }
  const postgres::ConnectionFacts& facts() const override { return inner_.facts(); }
  bool failed() const { return calls_ >= at_; }

 private:
  postgres::ProbeReader& inner_;
  int at_;
  bool gone_;
  int calls_ = 0;
};

TEST_F(PartitionTableContract, a_cut_link_leaves_one_of_the_two_and_a_second_run_converges) {
  for (const auto failure : {Failure::not_sent, Failure::gone, Failure::gone_after_it}) {
    bool failed = true;
    for (int n = 1; failed; ++n) {
      sql_->run("drop schema if exists small cascade");
      sql_->run(kSimple);
      const auto rows = rows_of("small.ticks");
      const auto step = conversion({"small", "ticks"});
      FailingServer cut{*acting_, n, failure};
      const auto outcome = PartitionTableExecutor{cut, *link_, kBrief}.apply(step, watch_);
      failed = cut.failed();
      if (!failed) {
        EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
      }
      EXPECT_EQ(rows_of("small.ticks"), rows) << "call " << n;
      sql_->run("insert into small.ticks (\"time\", dim) values (now(), 1)");
      if (failed) {
        const auto again = convert(step);
        EXPECT_TRUE(again.state == StepState::done || again.state == StepState::nothing_to_do)
            << "call " << n << ": " << again.what.en;
      }
      EXPECT_EQ(sql_->value("select relkind from pg_class where oid = 'small.ticks'::regclass"),
                "p");
      EXPECT_EQ(sql_->value("select count(*) from small.ticks"), "301");
      EXPECT_EQ(leftovers(), "") << "call " << n;
      ASSERT_LT(n, 40);
    }
  }
}

TEST_F(PartitionTableContract, a_question_without_an_answer_leaves_one_of_the_two) {
  for (const bool gone : {false, true}) {
    bool failed = true;
    for (int n = 1; failed; ++n) {
      sql_->run("drop schema if exists small cascade");
      sql_->run(kSimple);
      const auto step = conversion({"small", "ticks"});
      FailingReader cut{*link_, n, gone};
      const auto outcome = PartitionTableExecutor{*acting_, cut, kBrief}.apply(step, watch_);
      failed = cut.failed();
      EXPECT_EQ(leftovers(), "") << "question " << n << ": " << outcome.what.en;
      const auto again = convert(step);
      EXPECT_TRUE(again.state == StepState::done || again.state == StepState::nothing_to_do)
          << "question " << n << ": " << again.what.en;
      EXPECT_EQ(sql_->value("select count(*) from small.ticks"), "300");
      ASSERT_LT(n, 60);
    }
  }
}

}  // namespace
}  // namespace plimsoll
