// Two parts at a time: what becomes of a replacement whose second link fails or is not to be had.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "apply/postgres/replace_partition.h"
#include "apply/postgres/replace_testing.h"

namespace plimsoll {
namespace {

using testing::FailingServer;
using testing::Failure;
using testing::ReplacePartitionContract;

/// How far the second link has come.
class Second {
 public:
  void called() {
    const std::lock_guard lock{mutex_};
    ++calls_;
    more_.notify_all();
  }
  void opened() {
    const std::lock_guard lock{mutex_};
    open_ = true;
  }
  int calls() {
    const std::lock_guard lock{mutex_};
    return calls_;
  }
  /// Nothing to wait for before it is opened.
  void wait_for(int calls) {
    std::unique_lock lock{mutex_};
    if (open_) more_.wait_for(lock, std::chrono::seconds{20}, [&] { return calls_ >= calls; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  bool open_ = false;
  int calls_ = 0;
};

class SecondServer final : public PostgresServer {
 public:
  SecondServer(const std::string& url, Second& second, int fails_at, Failure failure)
      : link_{testing::link_to(url, postgres::Session::acting)},
        linked_{link_},
        failing_{linked_, fails_at, failure},
        second_{second} {
    second_.opened();
  }
  Result<postgres::Rows> act(const postgres::Act& act) override {
    auto rows = failing_.act(act);
    second_.called();
    return rows;
  }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override {
    auto rows = failing_.act_alone(act);
    second_.called();
    return rows;
  }
  bool local() const override { return linked_.local(); }

 private:
  postgres::Link link_;
  LinkedServer linked_;
  FailingServer failing_;
  Second& second_;
};

/// The first link, held up at its first part so that the second one has to do the others.
class HeldUp final : public PostgresServer {
 public:
  HeldUp(PostgresServer& inner, Second& second, int calls)
      : inner_{inner}, second_{second}, calls_{calls} {}
  Result<postgres::Rows> act(const postgres::Act& act) override {
    second_.wait_for(calls_);
    return inner_.act(act);
  }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override {
    return inner_.act_alone(act);
  }
  bool local() const override { return inner_.local(); }

 private:
  PostgresServer& inner_;
  Second& second_;
  int calls_;
};

class ReplaceBeside : public ReplacePartitionContract {
 protected:
  /// As a writer that never rests; the ledger has the same.
  void write(const std::string&) {
    const std::string id = std::to_string(5000 + written_++);
    sql_->run("begin;" +
              insert("select " + id + ", " + at("500000 + " + id) + ", 'w', 1, '{}'::jsonb"));
    for (const std::string table : {"events", "ledger"}) {
      sql_->run("update " + table +
                " set price = price + 1 where id % 9 = 1;"
                "delete from " +
                table + " where id = " + std::to_string(120 + written_ % 50));
    }
    sql_->run("commit");
  }
  int written_ = 0;
};

/// Four parts of two calls; the first link has one of them.
constexpr int kCallsBeside = 6;

TEST_F(ReplaceBeside, a_second_link_that_fails_at_any_call_is_made_good) {
  watch_.on_phase = [this](const std::string& phase) { write(phase); };
  for (const auto failure : {Failure::not_sent, Failure::gone, Failure::gone_after_it}) {
    bool failed = true;
    int n = 1;
    for (; failed; ++n) {
      make({}, 20);
      const auto planned = step();
      Second second;
      HeldUp first{*acting_, second, std::min(n, kCallsBeside)};
      const auto outcome = ReplacePartitionExecutor{
          first, ReplacePartitionExecutor::kPatience, [&] {
            return std::make_unique<SecondServer>(url_, second, n, failure);
          }}.apply(planned, watch_);
      failed = second.calls() >= n;
      EXPECT_EQ(outcome.state, failed ? StepState::failed : StepState::done) << outcome.what.en;
      EXPECT_EQ(difference(), "0");
      write("between");
      Second sound;
      const auto again = ReplacePartitionExecutor{
          *acting_, ReplacePartitionExecutor::kPatience, [&] {
            return std::make_unique<SecondServer>(url_, sound, 1000, Failure::not_sent);
          }}.apply(planned, watch_);
      EXPECT_EQ(again.state, failed ? StepState::done : StepState::nothing_to_do) << again.what.en;
      expect_replaced();
      if (HasFailure()) FAIL() << "call " << n << ", failure " << static_cast<int>(failure);
      sql_->run("drop table events, ledger");
    }
    EXPECT_GT(n, kCallsBeside) << "every call of the second link failed once";
  }
}

TEST_F(ReplaceBeside, where_no_second_link_is_to_be_had_one_does_it_all) {
  make({}, 20);
  watch_.on_phase = [this](const std::string& phase) { write(phase); };
  int asked = 0;
  const auto none = [&]() -> std::unique_ptr<PostgresServer> {
    ++asked;
    return nullptr;
  };
  const auto outcome =
      ReplacePartitionExecutor{*acting_, ReplacePartitionExecutor::kPatience, none}.apply(step(),
                                                                                          watch_);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(asked, 1);
  expect_replaced();
}

}  // namespace
}  // namespace plimsoll
