#include "plan/partition_names.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using std::chrono::hours;

const TableName kTable{"public", "scan_results"};

Instant at(std::string_view text) { return *parse_iso8601(text); }

std::vector<std::string> names_of(const std::vector<NamedRange>& partitions) {
  std::vector<std::string> names;
  for (const auto& partition : partitions) names.push_back(partition.name.name);
  return names;
}

TEST(PartitionNames, days_and_hours_are_told_by_their_digits) {
  EXPECT_EQ(names_of(partitions_for(kTable, at("2025-12-31"), at("2026-01-02"), Days{1})),
            (std::vector<std::string>{"scan_results_p20251231", "scan_results_p20260101"}));
  EXPECT_EQ(names_of(partitions_for(kTable, at("2025-11-11T18:00:00Z"), at("2025-11-12T00:00:01Z"),
                                    hours{6})),
            (std::vector<std::string>{"scan_results_p2025111118", "scan_results_p2025111200"}));
  EXPECT_EQ(partition_name(kTable, at("2025-11-11T18:30:00Z"), std::chrono::minutes{30}).name,
            "scan_results_p202511111830");
}

TEST(PartitionNames, ranges_touch_and_cover_all_of_it) {
  const auto partitions =
      partitions_for(kTable, at("2025-11-11"), at("2025-11-13T01:00:00Z"), Days{1});
  ASSERT_EQ(partitions.size(), 3U);
  EXPECT_EQ(partitions[0].range.begin, at("2025-11-11"));
  EXPECT_EQ(partitions[0].range.end, partitions[1].range.begin);
  EXPECT_EQ(partitions[2].range.end, at("2025-11-14"));
}

TEST(PartitionNames, nothing_sensible_gives_nothing) {
  EXPECT_TRUE(partitions_for(kTable, at("2025-11-11"), at("2025-11-11"), Days{1}).empty());
  EXPECT_TRUE(partitions_for(kTable, at("2025-11-11"), at("2025-11-12"), Seconds{0}).empty());
}

TEST(PartitionNames, long_names_fit_and_stay_apart) {
  const std::string long_name(63, 'x');
  const std::string other = std::string(62, 'x') + "y";
  const auto name = partition_name({"public", long_name}, at("2025-11-11"), Days{1}).name;
  EXPECT_EQ(name.size(), 63U);
  EXPECT_TRUE(name.ends_with("_p20251111"));
  EXPECT_NE(name, partition_name({"public", other}, at("2025-11-11"), Days{1}).name);
}

TEST(PartitionNames, a_character_is_never_cut_in_half) {
  std::string euros;
  for (int i = 0; i < 21; ++i) euros += "€";
  const auto name = name_with_suffix(euros, "_p20251111");
  EXPECT_LE(name.size(), 63U);
  EXPECT_EQ(name.substr(0, 42), euros.substr(0, 42));
  EXPECT_EQ(name[42], '_');
}

TEST(PartitionNames, a_bound_is_of_its_axis_type) {
  const Instant noon = at("2025-11-11T12:00:00.5Z");
  EXPECT_EQ(bound_literal({"t", "timestamptz", 0}, noon), "'2025-11-11 12:00:00.500000+00'");
  EXPECT_EQ(bound_literal({"t", "timestamp", 0}, at("2025-11-11")), "'2025-11-11 00:00:00'");
  EXPECT_EQ(bound_literal({"t", "date", 0}, noon), "'2025-11-11'");
  EXPECT_EQ(bound_literal({"t", "bigint", 1}, noon), "1762862400");
  EXPECT_EQ(bound_literal({"t", "bigint", 1000}, noon), "1762862400500");
  EXPECT_EQ(bound_literal({"t", "bigint", 1'000'000'000}, noon), "1762862400500000000");
  EXPECT_EQ(bound_literal({"t", "bigint", 1000}, at("1969-12-31T23:59:59.5Z")), "-500");
}

TEST(PartitionNames, floors_before_1970_too) {
  EXPECT_EQ(floor_to(at("2025-11-11T17:03:09Z"), Days{1}), at("2025-11-11"));
  EXPECT_EQ(floor_to(at("1969-12-31T23:00:00Z"), Days{1}), at("1969-12-31"));
  EXPECT_EQ(floor_to(at("2025-11-11"), Days{1}), at("2025-11-11"));
}

}  // namespace
}  // namespace plimsoll
