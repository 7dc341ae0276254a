#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "apply/postgres/server.h"
#include "link/postgres/quote.h"
#include "link/postgres/script.h"
#include "plan/outcome.h"
#include "tests/testing/private_servers.h"

// For the tests of this module: a server with a database of each test's own, a watch that
// remembers, a server that fails, and a writer that must not notice.
namespace plimsoll::testing {

inline postgres::Link link_to(const std::string& url, postgres::Session session) {
  auto link =
      postgres::Link::connect(*postgres::parse_address(url), std::chrono::seconds{5}, session);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

/// A session for the test's own SQL.
class Session {
 public:
  explicit Session(const std::string& url) : link_{link_to(url, postgres::Session::script)} {}
  postgres::Rows run(const std::string& sql) {
    auto rows = postgres::execute(link_, sql);
    if (!rows) throw std::runtime_error{rows.error().what.en + " in " + sql};
    return std::move(*rows);
  }
  bool try_run(const std::string& sql) { return postgres::execute(link_, sql).has_value(); }
  std::string value(const std::string& sql) {
    return run("select (" + sql + ")::text as v")[0].text("v");
  }

 private:
  postgres::Link link_;
};

class RecordingWatch final : public StepWatch {
 public:
  void progress(const Text&, std::optional<double>) override {}
  bool stop_wanted() const override { return stop; }
  Result<void> begin_phase(const std::string& phase, const std::string& detail) override {
    phases.push_back(phase + " " + detail);
    if (on_phase) on_phase(phase);
    return {};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> words;
    for (const auto& phase : phases) words.push_back(phase.substr(0, phase.find(' ')));
    return words;
  }
  std::vector<std::string> phases;
  std::function<void(const std::string&)> on_phase;
  std::atomic<bool> stop = false;
};

/// What the nth call meets.
enum class Failure {
  not_sent,      ///< the call is lost, the link goes on
  gone,          ///< the call is lost and so is every later one: killed after the one before
  gone_after_it  ///< the call is carried out, its answer is lost, and so is every later call
};

class FailingServer final : public PostgresServer {
 public:
  FailingServer(PostgresServer& inner, int at, Failure failure)
      : inner_{inner}, at_{at}, failure_{failure} {}
  Result<postgres::Rows> act(const postgres::Act& act) override {
    return call([&] { return inner_.act(act); });
  }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override {
    return call([&] { return inner_.act_alone(act); });
  }
  bool local() const override { return inner_.local(); }
  bool failed() const { return calls_ >= at_; }

 private:
  template <typename Call>
  Result<postgres::Rows> call(const Call& carried_out) {
    ++calls_;
    if (calls_ < at_ || (calls_ > at_ && failure_ == Failure::not_sent)) return carried_out();
    if (calls_ == at_ && failure_ == Failure::gone_after_it) (void)carried_out();
    return failure(ErrorCode::unreachable, verbatim("the link was cut"));
  }
  PostgresServer& inner_;
  int at_;
  Failure failure_;
  int calls_ = 0;
};

/// Two kinds of rows, live and late, inserted, changed and deleted, each in one transaction with
/// the same in a table beside it, which is what the other must be in the end.
class Writer {
 public:
  /// `round` gives the SQL of the nth round.
  Writer(const std::string& url, std::function<std::string(int)> round)
      : session_{url}, round_{std::move(round)}, thread_{[this] { write(); }} {}
  ~Writer() { stop(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int rounds() const { return rounds_; }
  int failures() const { return failures_; }
  std::chrono::milliseconds longest() const { return longest_; }

 private:
  void write() {
    auto next = std::chrono::steady_clock::now();
    while (!stopping_) {
      const auto begun = std::chrono::steady_clock::now();
      if (!session_.try_run(round_(rounds_))) ++failures_;
      const auto took =
          std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
      longest_ = std::max(longest_, took);
      ++rounds_;
      next += std::chrono::milliseconds{10};
      std::this_thread::sleep_until(next);  // its rate: 100 rounds a second
    }
  }
  Session session_;
  std::function<std::string(int)> round_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> rounds_ = 0;
  std::atomic<int> failures_ = 0;
  std::chrono::milliseconds longest_{0};
  std::thread thread_;
};

class ExecutorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<TestPostgres>(std::initializer_list<std::string>{"autovacuum=off"});
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    Session{server_->url()}.run("create database \"" + name.substr(0, 60) + "\"");
    url_ = server_->url();
    url_.replace(url_.find("@/tradeul"), 9, "@/" + name.substr(0, 60));
    sql_ = std::make_unique<Session>(url_);
    link_ = std::make_unique<postgres::Link>(link_to(url_, postgres::Session::acting));
    acting_ = std::make_unique<LinkedServer>(*link_);
  }
  /// Another link, as another run of the guard has.
  void reconnect() {
    acting_.reset();
    link_ = std::make_unique<postgres::Link>(link_to(url_, postgres::Session::acting));
    acting_ = std::make_unique<LinkedServer>(*link_);
  }
  std::string oid_of(const std::string& table) {
    return sql_->value("select " + postgres::quote_literal(table) + "::regclass::oid");
  }
  Step step_of(Change change, const std::string& table) {
    Step step;
    step.change = std::move(change);
    step.before = {{"oid", oid_of(table)}};
    return step;
  }

  static std::unique_ptr<TestPostgres> server_;
  std::string url_;
  std::unique_ptr<Session> sql_;
  std::unique_ptr<postgres::Link> link_;
  std::unique_ptr<LinkedServer> acting_;
  RecordingWatch watch_;
};
inline std::unique_ptr<TestPostgres> ExecutorTest::server_;

inline Instant day(int number) {
  return Instant{std::chrono::sys_days{std::chrono::year{2025} / 11 / 1} + Days{number - 1}};
}

}  // namespace plimsoll::testing
