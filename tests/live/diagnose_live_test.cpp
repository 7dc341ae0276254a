// The main job on a real stack: given an engine's socket and nothing else, find the servers in its
// containers, get in, and say what grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live_stack.h"

namespace plimsoll::live {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class LiveDiagnose : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!stack().unavailable.empty()) GTEST_SKIP() << stack().unavailable;
  }
};

std::vector<json> targets(const std::string& kind) {
  std::vector<json> found;
  for (const auto& target : report().json.at("targets"))
    if (target.at("kind") == kind) found.push_back(target);
  return found;
}

std::string gaps_as_text() { return report().json.at("gaps").dump(1); }

std::vector<std::string> stores_found_by(const std::string& rule) {
  std::vector<std::string> ids;
  for (const auto& finding : findings(report().json, rule)) {
    const auto id = finding.at("store").get<std::string>();
    ids.push_back(id.substr(id.rfind('/') + 1));
  }
  return ids;
}

TEST_F(LiveDiagnose, finds_every_server_of_the_stack_and_gets_in) {
  EXPECT_EQ(report().outcome.status, 2) << report().outcome.err;
  ASSERT_EQ(targets("docker").size(), 1U);
  EXPECT_TRUE(targets("docker")[0].at("reachable").get<bool>());
  ASSERT_EQ(targets("postgres").size(), 1U) << gaps_as_text();
  EXPECT_TRUE(targets("postgres")[0].at("reachable").get<bool>()) << gaps_as_text();
  ASSERT_EQ(targets("redis").size(), 2U) << gaps_as_text();
  for (const auto& redis : targets("redis"))
    EXPECT_TRUE(redis.at("reachable").get<bool>()) << gaps_as_text();
}

TEST_F(LiveDiagnose, tells_redis_from_valkey_and_each_ones_own_version) {
  std::vector<std::string> versions;
  for (const auto& redis : targets("redis")) versions.push_back(redis.at("version"));
  // Valkey also reports a redis_version of 7.2.4: that is not its version.
  EXPECT_THAT(versions, UnorderedElementsAre(StartsWith("8.0."), StartsWith("valkey 8.1.")));
}

TEST_F(LiveDiagnose, names_the_timescaledb_edition_that_has_no_policies) {
  ASSERT_EQ(targets("postgres").size(), 1U);
  EXPECT_THAT(targets("postgres")[0].at("version").get<std::string>(), StartsWith("17."));
  const auto edition = targets("postgres")[0].at("edition").get<std::string>();
  EXPECT_THAT(edition, HasSubstr("2.19"));
  EXPECT_THAT(edition, HasSubstr("apache"));
}

TEST_F(LiveDiagnose, reports_the_container_without_a_limit_and_no_other) {
  EXPECT_THAT(stores_found_by("container_without_limit"),
              UnorderedElementsAre("tradeul_timescaledb"));
}

TEST_F(LiveDiagnose, reports_every_hypertable_as_one_without_retention) {
  const auto found = findings(report().json, "hypertable_without_retention");
  std::vector<std::string> stores;
  for (const auto& finding : found) stores.push_back(finding.at("store"));
  EXPECT_THAT(stores, ::testing::Contains(HasSubstr("scan_results")));
  EXPECT_THAT(stores, ::testing::Contains(HasSubstr("Señales \"raras\"")));
  EXPECT_TRUE(findings(report().json, "hypertable_without_retention", "volume_slots").empty());
}

TEST_F(LiveDiagnose, sizes_a_hypertable_by_its_chunks) {
  const auto scan_results = store(report().json, "public.scan_results");
  ASSERT_TRUE(scan_results.has_value());
  const auto chunks = std::stoll(query(
      "SELECT sum(pg_total_relation_size(format('%I.%I', chunk_schema, chunk_name)::regclass)) "
      "FROM timescaledb_information.chunks WHERE hypertable_name = 'scan_results'"));
  const auto root = std::stoll(query("SELECT pg_total_relation_size('public.scan_results')"));
  ASSERT_GT(chunks, 10'000'000);
  const auto bytes = scan_results->at("bytes").get<long long>();
  EXPECT_GE(bytes, chunks);
  EXPECT_LE(bytes,
            chunks + root);  // the root holds no rows, but its empty indexes have a page each
}

TEST_F(LiveDiagnose, dates_and_rate_of_a_hypertable_agree_with_its_rows) {
  const auto scan_results = store(report().json, "public.scan_results");
  ASSERT_TRUE(scan_results.has_value());
  // 25 rows every 15 minutes: 2,400 a day.
  EXPECT_NEAR(scan_results->at("growth").at("items_per_day").get<double>(), 2400, 2400 * 0.05);
  const auto rows = std::stoll(query("SELECT count(*) FROM scan_results"));
  EXPECT_NEAR(scan_results->at("items").get<double>(), static_cast<double>(rows),
              static_cast<double>(rows) * 0.05);
  const auto oldest =
      query("SELECT to_char(min(time) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM scan_results");
  EXPECT_THAT(scan_results->at("oldest").get<std::string>(), StartsWith(oldest));
}

TEST_F(LiveDiagnose, sees_streams_alike_on_redis_8_and_valkey_8) {
  EXPECT_EQ(findings(report().json, "stream_uncapped", "polygon_ws:subscriptions").size(), 2U);
  EXPECT_EQ(findings(report().json, "stream_uncapped", "stream:ranking:deltas").size(), 0U);
  EXPECT_EQ(
      findings(report().json, "pending_entries_dangling", "stream:realtime:aggregates").size(), 2U);
}

TEST_F(LiveDiagnose, shows_no_password_in_any_format_or_language) {
  for (const std::string format : {"text", "json", "markdown", "html"}) {
    for (const std::string language : {"en", "es"}) {
      const auto outcome = plimsoll(
          {"diagnose", "--docker", stack().socket, "--format", format, "--lang", language});
      EXPECT_EQ(outcome.status, 2) << outcome.err;
      EXPECT_THAT(outcome.out, HasSubstr("scan_results"));
      for (const auto& secret : stack().secrets) {
        // The middle of it, so that a password that was escaped for a URL or for HTML shows too.
        const auto core = secret.substr(secret.find_first_of(":-") + 1, 8);
        EXPECT_THAT(outcome.out, Not(HasSubstr(core))) << format << ' ' << language;
        EXPECT_THAT(outcome.err, Not(HasSubstr(core))) << format << ' ' << language;
      }
    }
  }
}

}  // namespace
}  // namespace plimsoll::live
