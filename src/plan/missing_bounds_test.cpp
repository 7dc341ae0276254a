#include "plan/missing_bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "policy/config.h"
#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

Policy policy_of(const std::string& sections) {
  const auto config = parse_config("version: 1\n" + sections, "plimsoll.yaml");
  if (!config) ADD_FAILURE() << config.error().what.en;
  return config.value().policy;
}

std::set<Rule> rules_of(const MissingBounds& missing) {
  std::set<Rule> rules;
  for (const Finding& finding : missing.findings) rules.insert(finding.rule);
  return rules;
}

TEST(MissingBounds, the_stack_of_the_document_lacks_one_of_each_kind) {
  const auto rules = rules_of(missing_bounds(document_stack(noon()), {}));
  EXPECT_EQ(rules, (std::set{Rule::table_only_grows, Rule::hypertable_without_retention,
                             Rule::stream_uncapped, Rule::keys_without_ttl,
                             Rule::container_without_limit, Rule::log_without_rotation}));
}

TEST(MissingBounds, what_wastes_without_growing_does_not_count) {
  const Stream orphan = a_stream("old").with_length(50'000).with_entries_added(90'000).between(
      noon() - Days{40}, noon() - Days{30});
  EXPECT_FALSE(diagnose(census_of(orphan)).findings.empty());
  EXPECT_TRUE(missing_bounds(census_of(orphan), {}).findings.empty());
}

TEST(MissingBounds, a_policy_that_is_kept_settles_it_and_one_that_is_not_does_not) {
  const Census census =
      census_of(Stream(a_stream("ticks").with_length(8000).with_growth(1e6, 8000)));
  EXPECT_EQ(missing_bounds(census, {}).findings.size(), 1U);
  EXPECT_TRUE(
      missing_bounds(census, policy_of("streams: { ticks: { maxlen: 10000 } }")).findings.empty());
  EXPECT_EQ(
      missing_bounds(census, policy_of("streams: { ticks: { maxlen: 1000 } }")).findings.size(),
      1U);
}

TEST(MissingBounds, a_server_that_does_not_answer_is_named) {
  Census census = census_of(a_redis());
  census.targets.push_back({"2", TargetKind::postgres, "postgresql://db", "", "", false});
  const MissingBounds missing = missing_bounds(census, {});
  ASSERT_EQ(missing.unreachable.size(), 1U);
  EXPECT_EQ(missing.unreachable.front().name, "2");
}

TEST(MissingBounds, a_line_names_the_store_once_and_what_to_do) {
  const Census census =
      census_of(Stream(a_stream("x\ny").with_length(8000).with_growth(1e6, 8000)));
  const MissingBounds missing = missing_bounds(census, {});
  ASSERT_EQ(missing.findings.size(), 1U);
  EXPECT_EQ(line_of(missing.findings.front(), "->", Language::en),
            "redis/main/stream/x\\ny: stream without a cap, 8,000 entries, 1.6 MB -> "
            "XTRIM \"x\\ny\" MAXLEN ~ 8000");
  Finding finding = missing.findings.front();
  finding.commands.clear();
  finding.remedy = {"Cap it. Then look.", "Limítalo. Después, mira."};
  EXPECT_TRUE(line_of(finding, "→", Language::es).ends_with(" → Limítalo."));
}

}  // namespace
}  // namespace plimsoll
