#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "feed/simulator.h"
#include "link/postgres/script.h"
#include "link/redis/link.h"
#include "scanner/ranking_replica.h"
#include "service/programs_testing.h"
#include "tests/testing/private_servers.h"

// The three programs as they run, on servers of the test's own: a small market at 60 times real
// time, killed in the middle.
namespace plimsoll::market {
namespace {

constexpr int kTickers = 400;
const Instant kStart = *parse_iso8601("2025-11-11T14:30:00Z");  // a Tuesday, 09:30 in New York

constexpr const char* kPolicyText = R"(version: 1
tables:
  scan_results: { time: time, keep: 7d, chunk: 1d }
  scan_results_history: { time: time, keep: 30d, chunk: 1d }
  volume_slots: { time: date, keep: 14d, chunk: 1d }
streams:
  "snapshots:raw": { maxlen: 400 }
  "stream:ranking:deltas": { maxlen: 20000 }
  "stream:realtime:aggregates": { maxlen: 1000 }
  "tickers:filtered": { maxlen: 100 }
)";

class Programs : public ::testing::Test {
 protected:
  void SetUp() override { std::ofstream{folder_.path() / "plimsoll.yaml"} << kPolicyText; }
  std::string settings(const std::string& own) const {
    return fmt::format("policy: {}\nredis: {}\nlisten: 127.0.0.1:0\n{}",
                       (folder_.path() / "plimsoll.yaml").string(), redis_.url(), own);
  }
  std::string ingest_settings() const {
    return settings(
        fmt::format("tickers_per_part: 100\nsimulator: {{ seed: 7, tickers: {}, interval: 5s, "
                    "speed: 60, start: "
                    "\"2025-11-11T14:30:00Z\" }}\n",
                    kTickers));
  }
  std::string reader_settings(const std::string& own) const {
    return settings(
        fmt::format("postgres: \"{}\"\nspool: spool\nseed_history: true\nsimulator: {{ seed: 7, "
                    "tickers: {} }}\n{}",
                    postgres_.url(), kTickers, own));
  }
  std::filesystem::path binary(const char* name) const {
    return std::filesystem::path{PLIMSOLL_PROGRAMS} / name;
  }
  std::filesystem::path at(const char* name) const { return folder_.path() / name; }

  redis::Link link() const {
    auto link = redis::Link::connect(*redis::parse_address(redis_.url()), std::chrono::seconds{10});
    if (!link) throw std::runtime_error{link.error().what.en};
    return std::move(*link);
  }
  std::vector<redis::Reply> entries(const std::string& key) const {
    auto at = link();
    return (*at.xrange({{.key = key, .count = 100'000}})).front().elements;
  }
  postgres::Rows query(const std::string& sql) const {
    auto at = postgres::Link::connect(*postgres::parse_address(postgres_.url()),
                                      std::chrono::seconds{10}, postgres::Session::script);
    if (!at) throw std::runtime_error{at.error().what.en};
    auto rows = postgres::execute(*at, sql);
    if (!rows) throw std::runtime_error{rows.error().what.en};
    return std::move(*rows);
  }
  std::int64_t number(const std::string& sql) const {
    return query(sql)[0].integer("n").value_or(-1);
  }
  std::int64_t pending(const std::string& group) const {
    auto at = link();
    const auto groups = at.xinfo_groups({"snapshots:raw"});
    for (const auto& one : groups->front().elements) {
      std::map<std::string, redis::Reply> facts;
      for (std::size_t i = 0; i + 1 < one.elements.size(); i += 2)
        facts[one.elements[i].text] = one.elements[i + 1];
      if (facts["name"].text == group) return facts["pending"].integer;
    }
    return -1;
  }

  testing::TemporaryFolder folder_;
  testing::TestPostgres postgres_;
  testing::TestRedis redis_;
};

std::string field_of(const redis::Reply& entry, std::string_view name) {
  const auto& fields = entry.elements[1].elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    if (fields[i].text == name) return fields[i + 1].text;
  return {};
}

/// Applies all deltas; every sequence continues where the one before ended.
void replay(const std::vector<redis::Reply>& entries, RankingReplica& replica) {
  std::map<std::string, std::uint64_t> last;
  for (const auto& entry : entries) {
    const auto type = field_of(entry, "type");
    const auto list = field_of(entry, "list");
    const auto sequence = static_cast<std::uint64_t>(*parse_int(field_of(entry, "sequence")));
    ASSERT_EQ(sequence, last[list] + 1) << list;
    last[list] = sequence;
    const auto applied = replica.apply(type, list, sequence,
                                       field_of(entry, type == "snapshot" ? "rows" : "deltas"));
    ASSERT_TRUE(applied) << list << ' ' << sequence << ": " << applied.error().what.en;
  }
}

TEST_F(Programs, each_is_killed_in_the_middle_and_goes_on_where_it_was) {
  Program analytics{binary("analytics"), at("analytics"),
                    reader_settings("write_slots_every: 30s\n")};
  Program scanner{
      binary("scanner"), at("scanner"),
      reader_settings(
          "figures_every: 200ms\ncategories_every: 0\nstore: { every: 10s, minutes: history }\n")};
  const auto metric = [](const Program& program, const char* name) { return program.metric(name); };
  ASSERT_TRUE(eventually([&] { return scanner.metric("symbols_with_metadata") == kTickers; }))
      << scanner.log();
  Program ingest{binary("data_ingest"), at("data_ingest"), ingest_settings()};
  ASSERT_TRUE(eventually([&] { return metric(scanner, "cycles_total") > 40; })) << scanner.log();
  ASSERT_TRUE(eventually([&] { return metric(analytics, "cycles_total") > 40; }))
      << analytics.log();

  for (auto* program : {&scanner, &analytics, &ingest}) {
    program->kill();
    program->start();
    ASSERT_TRUE(eventually([&] { return program->metric("cycles_total") > 40; })) << program->log();
  }
  // Figures of analytics have come through to the rows of the scanner.
  EXPECT_TRUE(eventually([&] { return scanner.metric("symbols_with_figures") > 0; }));
  EXPECT_NE(scanner.get("/health").find("\"ok\":true"), std::string::npos)
      << scanner.get("/health");

  // The simulator's past is stored beside the work: five days before this one.
  EXPECT_TRUE(eventually([&] { return number("select count(distinct date) as n from volume_slots") >= 6; }));

  EXPECT_EQ(ingest.stop(), 0) << ingest.log();
  const auto newest = [&] { return entries("snapshots:raw").back().elements[0].text; };
  ASSERT_FALSE(newest().empty());
  ASSERT_TRUE(eventually([&] { return pending("scanner") == 0 && pending("analytics:0") == 0; }));
  EXPECT_EQ(scanner.stop(), 0) << scanner.log();
  EXPECT_EQ(analytics.stop(), 0) << analytics.log();

  RankingReplica replica;
  ASSERT_NO_FATAL_FAILURE(replay(entries("stream:ranking:deltas"), replica));
  std::size_t ranked = 0;
  for (const auto list : all_categories()) ranked += replica.rows(list).size();
  EXPECT_GT(ranked, 0U);

  EXPECT_LE(entries("snapshots:raw").size(), 500U);
  EXPECT_GT(number("select count(*) as n from scan_results"), 0);
  EXPECT_GT(number("select count(*) as n from scan_results_history"), 0);
  EXPECT_EQ(number("select count(*) as n from (select from scan_results group by symbol, time "
                   "having count(*) > 1) d"),
            0);
  EXPECT_EQ(
      number("select count(*) as n from (select volume_accumulated - lag(volume_accumulated) over "
             "(partition by "
             "date, symbol order by slot_number) as more from volume_slots) d where more < 0"),
      0);
}

/// What a slot holds is what the market had traded at its last cycle: nothing was lost by a kill in
/// it, and nothing counted twice.
TEST_F(Programs, slots_hold_what_the_market_traded_though_analytics_was_killed) {
  Program analytics{binary("analytics"), at("analytics"),
                    reader_settings("write_slots_every: 60s\n")};
  ASSERT_TRUE(eventually([&] { return pending("analytics:0") == 0; })) << analytics.log();
  Program ingest{binary("data_ingest"), at("data_ingest"), ingest_settings()};
  ASSERT_TRUE(eventually([&] { return analytics.metric("cycles_total") > 20; })) << analytics.log();
  analytics.kill();
  analytics.start();
  const auto six_minutes = static_cast<double>(kStart.time_since_epoch().count()) / 1e6 + 660;
  ASSERT_TRUE(eventually([&] { return analytics.metric("market_time_seconds") > six_minutes; }))
      << analytics.log();
  const auto missed = ingest.metric("cycles_missed_total");
  EXPECT_EQ(ingest.stop(), 0);
  EXPECT_EQ(analytics.stop(), 0);

  SimulatorOptions options;
  options.seed = 7;
  options.tickers = kTickers;
  options.start = kStart;
  Simulator simulator{options};
  Cycle cycle;
  // The last cycle of slot 66, and what the next one still says of it: a quote's own time decides.
  simulator.show(kStart + std::chrono::seconds{295}, cycle);
  std::map<Symbol, std::int64_t> truth;
  for (const auto& quote : cycle.quotes) truth[quote.symbol] = quote.volume();
  simulator.show(kStart + std::chrono::seconds{300}, cycle);
  for (const auto& quote : cycle.quotes)
    if (Instant{quote.exchange_time} < kStart + std::chrono::seconds{300})
      truth[quote.symbol] = quote.volume();
  const auto rows = query(
      "select symbol, volume_accumulated from volume_slots where date = '2025-11-11' and "
      "slot_number = 66");
  std::map<std::string, std::int64_t> stored;
  for (std::size_t i = 0; i < rows.size(); ++i)
    stored[rows[i].text("symbol")] = *rows[i].integer("volume_accumulated");
  std::size_t compared = 0;
  for (const auto& quote : cycle.quotes) {
    const auto found = stored.find(std::string{quote.symbol.text()});
    if (found == stored.end()) continue;
    ++compared;
    if (missed == 0)
      EXPECT_EQ(found->second, truth[quote.symbol]) << found->first;
    else
      EXPECT_LE(found->second, truth[quote.symbol]) << found->first;
  }
  EXPECT_GT(compared, 100U);
}

TEST_F(Programs, settings_that_are_wrong_are_refused_with_their_place) {
  Program wrong{binary("scanner"), at("scanner"),
                settings("nonsense: 1\npostgres: postgresql:///tradeul\n")};
  EXPECT_EQ(wrong.wait(), 1);
  EXPECT_NE(wrong.log().find("settings.yaml:4:1"), std::string::npos) << wrong.log();
}

}  // namespace
}  // namespace plimsoll::market
