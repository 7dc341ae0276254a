// What apply must not carry out, and what it says then.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "link/postgres/script.h"
#include "plan/plan.h"
#include "tests/testing/private_servers.h"
#include "tests/whole/program.h"

namespace plimsoll {
namespace {

constexpr const char* kLeakingTable = R"sql(
CREATE TABLE ticks (time timestamptz NOT NULL, price numeric, note text);
INSERT INTO ticks SELECT now() - n * interval '1 minute', n, repeat('x', 60)
  FROM generate_series(1, 30000) AS n;
CREATE INDEX ON ticks (time);
ANALYZE ticks;
)sql";

class Refusals : public ::testing::Test {
 protected:
  void SetUp() override {
    run_sql(kLeakingTable);
    write_policy(server_.url());
  }

  static postgres::Link connect(const testing::TestPostgres& server) {
    return std::move(*postgres::Link::connect(*postgres::parse_address(server.url()),
                                              std::chrono::seconds{5}, postgres::Session::script));
  }
  void run_sql(const std::string& sql) {
    auto link = connect(server_);
    const auto done = postgres::execute(link, sql);
    ASSERT_TRUE(done) << done.error().what.en;
  }
  std::int64_t rows() {
    auto link = connect(server_);
    return (*postgres::execute(link, "SELECT count(*) AS n FROM ticks"))[0].integer("n").value_or(
        -1);
  }
  void write_policy(const std::string& url) const {
    std::ofstream{policy()} << "version: 1\ntargets:\n  postgres: [{ name: main, url: \"" << url
                            << "\" }]\ntables:\n  ticks: { time: time, keep: 7d, chunk: 1d }\n";
  }
  std::string policy() const { return (folder_.path() / "plimsoll.yaml").string(); }
  std::string plan_file() const { return (folder_.path() / "p.json").string(); }
  Ran run(const std::string& arguments) const {
    return run_plimsoll(folder_.path() / "state", arguments + " --config " + policy());
  }
  Ran apply() const { return run("apply " + plan_file() + " --yes --now"); }

  /// A plan with a fitting hash, as somebody with a wrong clock would have made it.
  void move_plan(Seconds by) const {
    std::ifstream file{plan_file()};
    std::stringstream text;
    text << file.rdbuf();
    auto plan = parse_plan(text.str());
    ASSERT_TRUE(plan) << plan.error().what.en;
    plan->taken_at += by;
    plan->expires_at += by;
    plan->hash = hash_of(*plan);
    std::ofstream{plan_file()} << to_json(*plan);
  }

  testing::TemporaryFolder folder_;
  testing::TestPostgres server_;
};

TEST_F(Refusals, a_plan_that_was_edited_is_not_carried_out) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  std::ifstream file{plan_file()};
  std::stringstream text;
  text << file.rdbuf();
  std::string edited = text.str();
  const auto at = edited.find("without copying it");
  ASSERT_NE(at, std::string::npos);
  std::ofstream{plan_file()} << edited.replace(at, 7, "by");
  const Ran refused = apply();
  EXPECT_EQ(refused.status, 1) << refused.output;
  EXPECT_NE(refused.output.find("edited"), std::string::npos) << refused.output;
  EXPECT_EQ(rows(), 30'000);
}

TEST_F(Refusals, without_a_yes_nothing_happens) {
  const Ran asked = run("apply --now");
  EXPECT_EQ(asked.status, 1) << asked.output;
  EXPECT_NE(asked.output.find("--yes"), std::string::npos) << asked.output;
  EXPECT_EQ(rows(), 30'000);
}

TEST_F(Refusals, a_plan_for_another_server_is_stale) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  testing::TestPostgres other;
  write_policy(other.url());
  const Ran refused = apply();
  EXPECT_EQ(refused.status, 4) << refused.output;
  EXPECT_NE(refused.output.find("another server"), std::string::npos) << refused.output;
  EXPECT_EQ(rows(), 30'000);
}

TEST_F(Refusals, a_plan_from_the_future_or_long_past_is_stale) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  move_plan(std::chrono::hours{1});
  const Ran future = apply();
  EXPECT_EQ(future.status, 4) << future.output;
  EXPECT_NE(future.output.find("from the future"), std::string::npos) << future.output;
  move_plan(-std::chrono::hours{30});
  const Ran past = apply();
  EXPECT_EQ(past.status, 4) << past.output;
  EXPECT_NE(past.output.find("expired"), std::string::npos) << past.output;
  EXPECT_EQ(rows(), 30'000);
}

TEST_F(Refusals, a_table_that_changed_since_is_left_alone) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  run_sql("ALTER TABLE ticks ADD COLUMN volume bigint");
  const Ran refused = apply();
  EXPECT_NE(refused.status, 0) << refused.output;
  EXPECT_NE(refused.output.find("stale"), std::string::npos) << refused.output;
  EXPECT_EQ(rows(), 30'000);
}

TEST_F(Refusals, a_role_that_may_only_read_changes_nothing_and_says_so) {
  run_sql("CREATE ROLE reader LOGIN; GRANT SELECT ON ticks TO reader");
  std::string url = server_.url();
  url.replace(url.find("tradeul_user"), 12, "reader");
  write_policy(url);
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  const Ran refused = apply();
  EXPECT_EQ(refused.status, 1) << refused.output;
  EXPECT_NE(refused.output.find("ticks"), std::string::npos) << refused.output;
  EXPECT_EQ(rows(), 30'000);
  auto link = connect(server_);
  EXPECT_EQ((*postgres::execute(
                link, "SELECT count(*) AS n FROM pg_class WHERE relname LIKE '%plimsoll%'"))[0]
                .integer("n"),
            0)
      << "nothing half made";
}

TEST_F(Refusals, a_lock_that_somebody_holds_is_not_waited_for) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  auto holder = connect(server_);
  ASSERT_TRUE(postgres::execute(holder, "BEGIN"));
  ASSERT_TRUE(postgres::execute(holder, "SELECT count(*) FROM ticks"));
  const Ran refused = apply();
  EXPECT_NE(refused.status, 0) << refused.output;
  EXPECT_EQ(refused.output.find("✓"), std::string::npos) << refused.output;
  ASSERT_TRUE(postgres::execute(holder, "COMMIT"));
  const Ran done = apply();
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_LT(rows(), 30'000);
}

TEST_F(Refusals, a_journal_that_cannot_be_written_stops_before_anything_is_done) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  std::ofstream{folder_.path() / "state"} << "a file, not a folder";
  const Ran refused = apply();
  EXPECT_EQ(refused.status, 1) << refused.output;
  EXPECT_NE(refused.output.find("--state"), std::string::npos) << refused.output;
  EXPECT_EQ(rows(), 30'000);
}

TEST_F(Refusals, what_is_no_policy_is_refused_with_its_place) {
  std::ofstream{policy()} << "version: 1\ntables:\n  ticks: { keep: 0d }\n";
  const Ran nothing_kept = run("plan");
  EXPECT_EQ(nothing_kept.status, 64);
  EXPECT_NE(nothing_kept.output.find("plimsoll.yaml:3:"), std::string::npos) << nothing_kept.output;
  std::ofstream{policy()} << std::string(1'000'000, '{');
  const Ran nonsense = run("plan");
  EXPECT_EQ(nonsense.status, 64);
  EXPECT_LT(nonsense.output.size(), 1'000U) << "and it is not printed back";
}

}  // namespace
}  // namespace plimsoll
