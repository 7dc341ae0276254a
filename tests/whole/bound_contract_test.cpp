// plan, apply, diagnose: the whole way on a demo, with a writer beside it.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "link/postgres/script.h"
#include "link/redis/address.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"
#include "tests/whole/program.h"

namespace plimsoll {
namespace {

using Json = nlohmann::json;

class Bound : public ::testing::Test {
 protected:
  void SetUp() override {
    const Ran up = run("demo up --dir " + demo().string() + " --scale 0.01 --json");
    ASSERT_EQ(up.status, 0) << up.output;
    const Json stack = Json::parse(up.output.substr(up.output.find("{\"dir\"")));
    postgres_url_ = stack["postgres"]["url"];
    redis_url_ = stack["redis"]["url"];
  }
  void TearDown() override { run("demo down --dir " + demo().string()); }

  std::filesystem::path demo() const { return folder_.path() / "demo"; }
  std::string plan_file() const { return (folder_.path() / "p.json").string(); }

  Ran run(const std::string& arguments) const {
    return run_plimsoll(folder_.path() / "state", arguments);
  }
  Ran on_demo(const std::string& verb, const std::string& more = "") const {
    return run(verb + " --demo " + demo().string() + " " + more + " ");
  }

  postgres::Link sql() const {
    return std::move(*postgres::Link::connect(*postgres::parse_address(postgres_url_),
                                              std::chrono::seconds{5}, postgres::Session::script));
  }
  std::int64_t number(const std::string& query) const {
    auto link = sql();
    const auto rows = postgres::execute(link, query);
    return rows ? (*rows)[0].integer("n").value_or(-1) : -1;
  }
  std::int64_t length(const std::string& key) const {
    auto link = redis::Link::connect(*redis::parse_address(redis_url_), std::chrono::seconds{5});
    const auto replies = redis::pipeline(*link, {{"XLEN", key}});
    return replies ? replies->front().integer : -1;
  }

  testing::TemporaryFolder folder_;
  std::string postgres_url_, redis_url_;
};

/// 200 rows a second, each by itself; what failed and the longest that one took.
class Writer {
 public:
  explicit Writer(postgres::Link link) : link_{std::move(link)}, thread_{[this] { write(); }} {}
  ~Writer() { stop(); }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::int64_t rows = 0, failures = 0;

 private:
  void write() {
    auto next = std::chrono::steady_clock::now();
    while (!stopping_) {
      std::this_thread::sleep_until(next += std::chrono::milliseconds{5});
      const auto done = postgres::execute(
          link_,
          "INSERT INTO scan_results (time, symbol, session) VALUES (now(), 'LIVE', 'MARKET_OPEN')");
      done ? ++rows : ++failures;
    }
  }
  postgres::Link link_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

TEST_F(Bound, the_whole_way_under_a_writer) {
  const std::int64_t kept_before = number(
      "SELECT count(*) AS n FROM scan_results WHERE time >= now() - interval '6 days 23 hours'");
  Writer writer{sql()};
  const Ran planned = on_demo("plan", "--out " + plan_file());
  ASSERT_EQ(planned.status, 2) << planned.output;

  const Ran waits = run("apply " + plan_file() + " --demo " + demo().string() + " --yes ");
  const bool window_open = waits.status == 0;
  if (!window_open) {
    EXPECT_EQ(waits.status, 3) << waits.output;
    EXPECT_NE(waits.output.find("--now"), std::string::npos) << waits.output;
    const Ran applied =
        run("apply " + plan_file() + " --demo " + demo().string() + " --yes --now ");
    ASSERT_EQ(applied.status, 0) << applied.output;
  }
  writer.stop();
  EXPECT_EQ(writer.failures, 0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM scan_results WHERE symbol = 'LIVE'"), writer.rows);
  EXPECT_GE(number("SELECT count(*) AS n FROM scan_results WHERE symbol <> 'LIVE'"), kept_before);
  EXPECT_EQ(
      number(
          "SELECT count(*) AS n FROM scan_results WHERE time < now() - interval '7 days 1 hour'"),
      0);
  EXPECT_EQ(number("SELECT count(*) AS n FROM volume_slots WHERE date < current_date - 30"), 0);
  EXPECT_LE(length("stream:ranking:deltas"), 5'100);
  EXPECT_LE(length("stream:realtime:aggregates"), 5'100);
  EXPECT_LE(length("polygon_ws:subscriptions"), 2'100);

  const Ran after = on_demo("diagnose");
  EXPECT_EQ(after.status, 0) << after.output;
  const Ran again = on_demo("apply", "--yes --now");
  EXPECT_EQ(again.status, 0) << again.output;
  const Ran stale = run("apply " + plan_file() + " --demo " + demo().string() + " --yes --now ");
  EXPECT_EQ(stale.status, 4) << stale.output;
  EXPECT_NE(stale.output.find("stale"), std::string::npos) << stale.output;
  const Ran journal = run("journal ");
  EXPECT_EQ(journal.status, 0);
  EXPECT_NE(journal.output.find("scan_results"), std::string::npos) << journal.output;
}

}  // namespace
}  // namespace plimsoll
