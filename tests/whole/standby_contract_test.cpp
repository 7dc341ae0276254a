// A replica is asked for nothing, and a plan made before a failover is not carried out after it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "link/postgres/script.h"
#include "tests/whole/program.h"
#include "tests/whole/standby.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLeakingTable = R"sql(
CREATE TABLE ticks (time timestamptz NOT NULL, price numeric, note text);
INSERT INTO ticks SELECT now() - n * interval '1 minute', n, repeat('x', 60)
  FROM generate_series(1, 30000) AS n;
CREATE INDEX ON ticks (time);
ANALYZE ticks;
)sql";

/// The policy names an address that leads to one of the two servers, as a virtual address does.
class Standby : public ::testing::Test {
 protected:
  void SetUp() override {
    lead_to(primary_.directory() / "run");
    run_sql(kLeakingTable);
    standby_ = std::make_unique<testing::TestStandby>(primary_);
    std::ofstream{policy()} << "version: 1\ntargets:\n  postgres: [{ name: main, url: \"" << url()
                            << "\" }]\ntables:\n  ticks: { time: time, keep: 7d, chunk: 1d }\n";
  }
  void lead_to(const fs::path& sockets) const {
    fs::remove(address());
    fs::create_directory_symlink(sockets, address());
  }
  fs::path address() const { return folder_.path() / "address"; }
  std::string url() const {
    return "postgresql://tradeul_user@/tradeul?host=" + address().string();
  }
  std::string policy() const { return (folder_.path() / "plimsoll.yaml").string(); }
  std::string plan_file() const { return (folder_.path() / "p.json").string(); }

  postgres::Link sql() const {
    auto link = postgres::Link::connect(*postgres::parse_address(url()), std::chrono::seconds{5},
                                        postgres::Session::script);
    if (!link) throw std::runtime_error{link.error().what.en};
    return std::move(*link);
  }
  void run_sql(const std::string& text) const {
    auto link = sql();
    const auto done = postgres::execute(link, text);
    ASSERT_TRUE(done) << done.error().what.en;
  }
  std::string value(const std::string& query) const {
    auto link = sql();
    const auto rows = postgres::execute(link, "SELECT (" + query + ")::text AS v");
    return rows ? (*rows)[0].text("v") : rows.error().what.en;
  }
  void expect_unchanged() const {
    EXPECT_EQ(value("SELECT count(*) FROM ticks"), "30000");
    EXPECT_EQ(value("SELECT relkind FROM pg_class WHERE oid = 'ticks'::regclass"), "r");
    EXPECT_EQ(value("SELECT count(*) FROM pg_class WHERE relname LIKE '%plimsoll%'"), "0");
  }
  Ran run(const std::string& arguments) const {
    return run_plimsoll(folder_.path() / "state", arguments + " --config " + policy());
  }
  Ran apply(const std::string& more = "") const {
    return run("apply " + plan_file() + " --yes --now" + more);
  }
  void fail_over() {
    primary_.stop();
    lead_to(standby_->run());
    ASSERT_EQ(value("SELECT pg_promote()"), "true");
  }

  testing::TemporaryFolder folder_;
  testing::TestPostgres primary_;
  std::unique_ptr<testing::TestStandby> standby_;
};

void expect_says(const Ran& ran, const std::string& words) {
  EXPECT_NE(ran.output.find(words), std::string::npos) << words << " is not in\n" << ran.output;
}

TEST_F(Standby, a_plan_for_a_replica_has_no_steps_and_says_why) {
  lead_to(standby_->run());
  const Ran planned = run("plan --out " + plan_file());
  EXPECT_EQ(planned.status, 0) << planned.output;
  expect_says(planned, "PostgreSQL main is a replica");
  expect_says(planned, "point targets.postgres at the primary");
  const Ran spanish = run("plan --lang es");
  expect_says(spanish, "PostgreSQL main es una réplica");
  expect_says(spanish, "ponga en targets.postgres el servidor primario");
  EXPECT_EQ(run("apply --yes --now").status, 0);
  expect_unchanged();
}

TEST_F(Standby, a_plan_of_the_primary_is_refused_by_its_replica) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  lead_to(standby_->run());
  const Ran refused = apply();
  EXPECT_EQ(refused.status, 1) << refused.output;
  expect_says(refused, "the server is a replica: it changes nothing by itself");
  expect_says(refused, "point targets.postgres at the primary");
  const Ran spanish = apply(" --lang es");
  EXPECT_EQ(spanish.status, 1) << spanish.output;
  expect_says(spanish, "el servidor es una réplica: no cambia nada por sí solo");
  expect_says(spanish, "ponga en targets.postgres el servidor primario");
  expect_unchanged();
  lead_to(primary_.directory() / "run");
  expect_unchanged();
  EXPECT_EQ(apply().status, 0) << "and it still fits the primary";
}

TEST_F(Standby, a_plan_made_before_a_failover_is_stale_after_it) {
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  fail_over();
  const Ran stale = apply();
  EXPECT_EQ(stale.status, 4) << stale.output;
  expect_says(stale, "stale: postgres/main is another server");
  expect_says(apply(" --lang es"), "ya no vale: postgres/main es otro servidor");
  expect_unchanged();
  ASSERT_EQ(run("plan --out " + plan_file()).status, 2);
  const Ran anew = apply();
  EXPECT_EQ(anew.status, 0) << anew.output;
  EXPECT_EQ(value("SELECT min(time) > now() - interval '8 days' FROM ticks"), "true");
}

}  // namespace
}  // namespace plimsoll
