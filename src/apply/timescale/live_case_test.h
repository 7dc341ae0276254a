#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "apply/timescale/timescale_executor.h"
#include "link/postgres/script.h"
#include "tests/live/live_stack.h"

// What the live tests of this module share: a link to the stack's TimescaleDB, a watch, a server
// that fails, a writer that measures how long it waits.
namespace plimsoll::timescale::live_case {

inline postgres::Link connect() {
  auto address = postgres::parse_address(live::stack().postgres_conninfo);
  if (!address) throw std::runtime_error{address.error().what.en};
  auto link =
      postgres::Link::connect(*address, std::chrono::seconds{10}, postgres::Session::script);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

/// Throws with the server's words: in a test that is a failure.
inline postgres::Rows run(postgres::Link& link, const std::string& sql) {
  auto rows = postgres::execute(link, sql, std::chrono::minutes{3});
  if (!rows) throw std::runtime_error{sql + ": " + rows.error().what.en};
  return std::move(*rows);
}

/// The column must be called `v`.
inline std::string value(postgres::Link& link, const std::string& sql) {
  const auto rows = run(link, sql);
  return rows.empty() ? std::string{} : rows[0].text("v");
}

class RecordingWatch final : public StepWatch {
 public:
  void progress(const Text&, std::optional<double>) override {}
  bool stop_wanted() const override { return stop; }
  Result<void> begin_phase(const std::string& phase, const std::string&) override {
    phases.emplace_back(std::chrono::steady_clock::now(), phase);
    if (phase == stop_at) stop = true;
    return {};
  }
  /// The phase that had begun last at that moment.
  std::string phase_at(std::chrono::steady_clock::time_point moment) const {
    std::string found = "none";
    for (const auto& [begun, phase] : phases) {
      if (begun <= moment) found = phase;
    }
    return found;
  }
  std::vector<std::pair<std::chrono::steady_clock::time_point, std::string>> phases;
  std::string stop_at;
  bool stop = false;
};

/// As if the guard were killed at call `dies_at`: that one's answer is lost (carried out or not),
/// and from there on nothing is sent.
class DyingServer final : public PostgresServer {
 public:
  DyingServer(PostgresServer& server, int dies_at, bool carried_out)
      : server_{server}, dies_at_{dies_at}, carried_out_{carried_out} {}
  Result<postgres::Rows> act(const postgres::Act& act) override {
    ++calls_;
    if (calls_ == dies_at_ && carried_out_) server_.act(act).map([](const auto&) {});
    if (calls_ < dies_at_) return server_.act(act);
    return failure(ErrorCode::unreachable, verbatim("killed"));
  }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override {
    return server_.act_alone(act);
  }
  bool local() const override { return server_.local(); }
  bool died() const { return calls_ >= dies_at_; }

 private:
  PostgresServer& server_;
  int dies_at_;
  bool carried_out_;
  int calls_ = 0;
};

/// Writes into `table` (time, symbol, price, n) and, in the same transaction, into `mirror`, about
/// 200 times a second: mostly inserts, some updates and deletes of what it wrote.
class Writer {
 public:
  Writer(std::string table, std::string mirror)
      : table_{std::move(table)}, mirror_{std::move(mirror)}, thread_{[this] { work(); }} {}
  ~Writer() {
    if (thread_.joinable()) finish();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  void finish() {
    stop_ = true;
    thread_.join();
  }
  void wait_for_writes(int more) const {
    const int until = writes_ + more;
    while (writes_ + failures_ < until) std::this_thread::yield();
  }
  int writes() const { return writes_; }
  int failures() const { return failures_; }
  const std::string& first_failure() const { return first_failure_; }
  double longest_wait_ms() const { return longest_ms_; }
  /// When it ended; after finish().
  std::chrono::steady_clock::time_point longest_wait_end() const { return longest_end_; }

 private:
  std::string statement(int n) const {
    const auto at = [](int k) {
      return "date_trunc('hour', now()) - interval '1 hour' + interval '1 ms' * " +
             std::to_string(k);
    };
    const auto both = [&](const std::string& head, const std::string& tail) {
      return head + table_ + tail + "; " + head + mirror_ + tail;
    };
    if (n % 10 == 9) {
      return both("update ", " set price = price + 1 where n = " + std::to_string(n - 5) +
                                 " and time > now() - interval '4 hours'");
    }
    if (n % 15 == 14) {
      return both("delete from ",
                  " where n = " + std::to_string(n - 3) + " and time > now() - interval '4 hours'");
    }
    return both("insert into ", " (time, symbol, price, n) values (" + at(n) + ", 'LIVE', " +
                                    std::to_string(n) + ", " + std::to_string(n) + ")");
  }
  void work() {
    auto link = connect();
    for (int n = 1; !stop_; ++n) {
      const auto begin = std::chrono::steady_clock::now();
      const auto done = postgres::execute(link, statement(n));
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - begin;
      if (took.count() > longest_ms_) {
        longest_ms_ = took.count();
        longest_end_ = begin + std::chrono::duration_cast<std::chrono::nanoseconds>(took);
      }
      if (done) {
        ++writes_;
      } else if (failures_++ == 0) {
        first_failure_ = done.error().what.en;
      }
      run(link, "select pg_sleep(0.004)");  // its pace
    }
  }
  std::string table_, mirror_;
  std::atomic<bool> stop_{false};
  std::atomic<int> writes_{0}, failures_{0};
  std::atomic<double> longest_ms_{0};
  std::chrono::steady_clock::time_point longest_end_{};
  std::string first_failure_;
  std::thread thread_;
};

class LiveTimescale : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!live::stack().unavailable.empty()) GTEST_SKIP() << live::stack().unavailable;
    link_.emplace(connect());
    server_.emplace(*link_);
    sql("set client_min_messages = error");
  }
  postgres::Rows sql(const std::string& text) { return run(*link_, text); }
  std::string value(const std::string& text) { return live_case::value(*link_, text); }

  /// A hypertable (time, symbol, price, n) with `rows` rows over the last `days` days.
  void make_hypertable(const std::string& name, int chunk_days, int days, int rows) {
    sql("drop table if exists " + name + " cascade");
    sql("create table " + name +
        " (time timestamptz not null, symbol text not null, price numeric(12,4) default 0, n "
        "bigint)");
    sql("select create_hypertable('" + name + "', 'time', chunk_time_interval => interval '" +
        std::to_string(chunk_days) + " days')");
    sql("insert into " + name + " select now() - interval '" + std::to_string(days) +
        " days' * (i::float8 / " + std::to_string(rows) +
        "), 'SYM' || i % 50, i % 7, -i from generate_series(0, " + std::to_string(rows - 1) +
        ") i");
  }
  std::string oid(const std::string& table) {
    return value("select '" + table + "'::regclass::oid as v");
  }
  std::int64_t chunks(const std::string& table) {
    return std::stoll(value("select count(*) as v from show_chunks('" + table + "')"));
  }
  /// Chunks that end at or before the cut, as a plan names them.
  DropChunks overdue(const std::string& table, Instant cut) {
    DropChunks change;
    change.table = {"public", table};
    change.axis = {"time", "timestamptz", 0};
    change.cut = cut;
    const auto rows =
        sql("select chunk_schema, chunk_name, range_start::text, range_end::text from "
            "timescaledb_information.chunks where hypertable_name = '" +
            table + "' and range_end <= '" + iso8601(cut) + "' order by range_end");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      change.chunks.push_back({{rows[i].text("chunk_schema"), rows[i].text("chunk_name")},
                               {rows[i].instant("range_start"), *rows[i].instant("range_end")},
                               std::nullopt});
    }
    return change;
  }
  Instant days_ago(int days) {
    return *sql("select date_trunc('second', now()) - interval '" + std::to_string(days) +
                " days' as v")[0]
                .instant("v");
  }
  Step step_of(Change change, const std::string& table) {
    Step step;
    step.change = std::move(change);
    step.before["oid"] = oid(table);
    return step;
  }
  Outcome apply(const Step& step) {
    TimescaleExecutor executor{*server_};
    return executor.apply(step, watch_);
  }

  std::optional<postgres::Link> link_;
  std::optional<LinkedServer> server_;
  RecordingWatch watch_;
};

}  // namespace plimsoll::timescale::live_case
