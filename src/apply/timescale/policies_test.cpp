// What the community edition is told, word for word. No server of that licence runs in our tests:
// the answers are those of a 2.28.3 catalog as it was captured.
#include "apply/timescale/policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "apply/timescale/drop_chunks.h"

namespace plimsoll::timescale {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Answers questions by what they contain, and writes down the acts.
class ScriptedServer final : public PostgresServer {
 public:
  Result<postgres::Rows> act(const postgres::Act& act) override {
    const auto& last = act.statements.back();
    if (last.find("lock_budget") != std::string::npos) return hypertable;
    if (last.find("start_offset") != std::string::npos) return aggregates;
    if (last.find("compression_enabled") != std::string::npos) return compression;
    if (last.find("job_window") != std::string::npos) {
      auto rows = jobs.front();
      if (jobs.size() > 1) jobs.pop_front();
      return rows;
    }
    acts.push_back(act.statements);
    return postgres::Rows{};
  }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override { return this->act(act); }
  bool local() const override { return false; }

  postgres::Rows hypertable{"oid",          "extension_schema", "license",     "storage_schema",
                            "storage_name", "column_name",      "column_type", "integer_interval"};
  postgres::Rows compression{"compression_enabled"};
  postgres::Rows aggregates{"name", "refreshed", "start_offset", "refreshed_from", "now"};
  std::deque<postgres::Rows> jobs;
  std::vector<std::vector<std::string>> acts;
};

class NoWatch final : public StepWatch {
 public:
  void progress(const Text&, std::optional<double>) override {}
  bool stop_wanted() const override { return false; }
  Result<void> begin_phase(const std::string&, const std::string&) override { return {}; }
};

postgres::Rows job(std::optional<int> id, const std::string& window, bool equal) {
  postgres::Rows rows{"job_id", "job_window", "equal", "scheduled"};
  if (id) rows.add_row({std::to_string(*id), window, equal ? "t" : "f", "t"});
  return rows;
}

class CommunityPolicies : public ::testing::Test {
 protected:
  void SetUp() override { hypertable_of("timescale", "timestamp with time zone", std::nullopt); }
  void hypertable_of(const char* license, const char* type, std::optional<std::string> integer) {
    server_.hypertable =
        postgres::Rows{"oid",          "extension_schema", "license",     "storage_schema",
                       "storage_name", "column_name",      "column_type", "integer_interval"};
    server_.hypertable.add_row(
        {"16401", "public", license, "public", "scan_results", "time", type, std::move(integer)});
  }
  static SetRetentionPolicy seven_days(std::optional<int> replaces) {
    SetRetentionPolicy change;
    change.table = {"public", "scan_results"};
    change.drop_after = Days{7};
    change.replaces_job = replaces;
    return change;
  }
  Outcome retention(const SetRetentionPolicy& change) {
    return set_retention_policy(server_, step_, change, watch_);
  }
  Outcome compression(const SetCompressionPolicy& change) {
    return set_compression_policy(server_, step_, change, watch_);
  }

  ScriptedServer server_;
  NoWatch watch_;
  Step step_ = [] {
    Step step;
    step.before["oid"] = "16401";
    return step;
  }();
};

TEST_F(CommunityPolicies, a_first_retention_policy_is_added) {
  server_.jobs = {job(std::nullopt, "", false), job(1000, "7 days", true)};
  const auto outcome = retention(seven_days(std::nullopt));
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_THAT(
      server_.acts,
      ElementsAre(ElementsAre(
          R"(select public.add_retention_policy('"public"."scan_results"'::pg_catalog.regclass, drop_after => interval '604800 seconds'))")));
}

TEST_F(CommunityPolicies, another_window_is_removed_and_added_in_one_transaction) {
  server_.jobs = {job(1000, "30 days", false), job(1001, "7 days", true)};
  const auto outcome = retention(seven_days(1000));
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_THAT(
      server_.acts,
      ElementsAre(ElementsAre(
          R"(select public.remove_retention_policy('"public"."scan_results"'::pg_catalog.regclass))",
          R"(select public.add_retention_policy('"public"."scan_results"'::pg_catalog.regclass, drop_after => interval '604800 seconds'))")));
  EXPECT_EQ(outcome.after.at("replaced_job"), "1000");
  EXPECT_EQ(outcome.after.at("job"), "1001");
}

TEST_F(CommunityPolicies, the_same_window_is_left_alone) {
  server_.jobs = {job(1000, "168:00:00", true)};
  EXPECT_EQ(retention(seven_days(std::nullopt)).state, StepState::nothing_to_do);
  EXPECT_THAT(server_.acts, IsEmpty());
}

TEST_F(CommunityPolicies, a_job_the_plan_did_not_see_makes_it_stale) {
  server_.jobs = {job(1003, "30 days", false)};
  EXPECT_EQ(retention(seven_days(1000)).state, StepState::stale);
  EXPECT_EQ(retention(seven_days(std::nullopt)).state, StepState::stale);
  server_.jobs = {job(std::nullopt, "", false)};
  EXPECT_EQ(retention(seven_days(1000)).state, StepState::stale);
  EXPECT_THAT(server_.acts, IsEmpty());
}

TEST_F(CommunityPolicies, a_job_that_stays_as_it_was_is_a_failure_whatever_the_call_returned) {
  server_.jobs = {job(1000, "30 days", false)};
  const auto outcome = retention(seven_days(1000));
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("30 days"));
}

TEST_F(CommunityPolicies, integer_time_takes_an_integer_and_never_an_interval) {
  hypertable_of("timescale", "bigint", "86400000");
  server_.jobs = {job(std::nullopt, "", false), job(1000, "604800000", true)};
  EXPECT_EQ(retention(seven_days(std::nullopt)).state, StepState::refused);
  auto change = seven_days(std::nullopt);
  change.integer_drop_after = 604'800'000;
  EXPECT_EQ(retention(change).state, StepState::done);
  EXPECT_THAT(
      server_.acts,
      ElementsAre(ElementsAre(
          R"(select public.add_retention_policy('"public"."scan_results"'::pg_catalog.regclass, drop_after => '604800000'::bigint))")));
}

TEST_F(CommunityPolicies, retention_below_what_a_continuous_aggregate_needs_is_refused) {
  server_.jobs = {job(std::nullopt, "", false), job(1000, "7 days", true)};
  const auto refreshed_from = [this](const char* offset, const char* from) {
    server_.aggregates =
        postgres::Rows{"name", "refreshed", "start_offset", "refreshed_from", "now"};
    server_.aggregates.add_row({"public.daily", "t", offset, from, "2025-11-20 00:00:00+00"});
  };
  refreshed_from("30 days", "2025-10-21 00:00:00+00");
  const auto refused = retention(seven_days(std::nullopt));
  EXPECT_EQ(refused.state, StepState::refused);
  EXPECT_EQ(refused.what.en,
            "continuous aggregate public.daily refreshes from behind the cut (start_offset 30 "
            "days): its next refresh would empty it there");
  EXPECT_THAT(refused.what.es, HasSubstr("vista agregada continua public.daily"));
  EXPECT_THAT(refused.hint.en, HasSubstr("within the window that is kept"));
  EXPECT_THAT(server_.acts, IsEmpty());

  refreshed_from("7 days 00:00:01", "2025-11-12 23:59:59+00");
  EXPECT_EQ(retention(seven_days(std::nullopt)).state, StepState::refused);
  refreshed_from("7 days", "2025-11-13 00:00:00+00");
  EXPECT_EQ(retention(seven_days(std::nullopt)).state, StepState::done);
}

TEST_F(CommunityPolicies, chunks_that_a_continuous_aggregate_needs_are_not_dropped) {
  server_.aggregates.add_row(
      {"public.daily", "t", std::nullopt, std::nullopt, "2025-11-20 00:00:00+00"});
  HypertableFacts facts;
  facts.license = "timescale";
  DropChunks change;
  change.cut = Instant{std::chrono::sys_days{std::chrono::year{2025} / 11 / 13}};
  const auto refused = drop_guard(server_, facts, change);
  ASSERT_TRUE(refused && *refused);
  EXPECT_EQ((*refused)->state, StepState::refused);
  EXPECT_THAT((*refused)->what.en, HasSubstr("(start_offset NULL)"));
  EXPECT_THAT((*refused)->hint.en, HasSubstr("2025-11-13"));
  facts.license = "apache";
  const auto apache = drop_guard(server_, facts, change);
  ASSERT_TRUE(apache && *apache);
  EXPECT_THAT((*apache)->what.en, HasSubstr("refuses to drop chunks below one"));
}

TEST_F(CommunityPolicies, another_table_and_a_window_of_nothing_are_not_touched) {
  server_.jobs = {job(std::nullopt, "", false)};
  auto nothing = seven_days(std::nullopt);
  nothing.drop_after = Seconds{0};
  EXPECT_EQ(retention(nothing).state, StepState::refused);
  step_.before["oid"] = "99";
  EXPECT_EQ(retention(seven_days(std::nullopt)).state, StepState::stale);
  EXPECT_THAT(server_.acts, IsEmpty());
}

TEST_F(CommunityPolicies, compression_is_switched_on_with_its_policy_in_one_transaction) {
  server_.compression.add_row({"f"});
  server_.jobs = {job(std::nullopt, "", false), job(1002, "1 day", true)};
  SetCompressionPolicy change;
  change.table = {"public", "scan_results"};
  change.compress_after = Days{1};
  change.segment_by = "symbol";
  change.order_by = "time DESC";
  EXPECT_EQ(compression(change).state, StepState::done);
  EXPECT_THAT(
      server_.acts,
      ElementsAre(ElementsAre(
          R"(alter table "public"."scan_results" set (timescaledb.compress, timescaledb.compress_segmentby = 'symbol', timescaledb.compress_orderby = 'time DESC'))",
          R"(select public.add_compression_policy('"public"."scan_results"'::pg_catalog.regclass, compress_after => interval '86400 seconds'))")));
}

TEST_F(CommunityPolicies, another_compression_policy_is_replaced_and_settings_left_alone) {
  server_.compression.add_row({"t"});
  server_.jobs = {job(1002, "3 days", false), job(1003, "1 day", true)};
  SetCompressionPolicy change;
  change.table = {"public", "scan_results"};
  change.compress_after = Days{1};
  change.replaces_job = 1002;
  EXPECT_EQ(compression(change).state, StepState::done);
  EXPECT_THAT(
      server_.acts,
      ElementsAre(ElementsAre(
          R"(select public.remove_compression_policy('"public"."scan_results"'::pg_catalog.regclass))",
          R"(select public.add_compression_policy('"public"."scan_results"'::pg_catalog.regclass, compress_after => interval '86400 seconds'))")));
}

}  // namespace
}  // namespace plimsoll::timescale
