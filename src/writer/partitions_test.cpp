#include "writer/partitions.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

Instant at(std::string_view text) { return *parse_iso8601(text); }

PartitionRange range(std::optional<Instant> begin, Instant end) {
  PartitionRange made;
  made.begin = begin;
  made.end = end;
  return made;
}

std::string shown(const std::vector<PartitionRange>& ranges) {
  std::string text;
  for (const auto& each : ranges) text += iso8601(*each.begin) + ".." + iso8601(each.end) + " ";
  return text;
}

TEST(PartitionName, is_what_the_guard_gives) {  // see plan/partition_names.h
  EXPECT_EQ(partition_name("scan_results", at("2025-11-11"), kOneDay), "scan_results_p20251111");
  EXPECT_EQ(partition_name("scan_results", at("2025-11-11T06:00:00Z"), Seconds{3600}),
            "scan_results_p2025111106");
  EXPECT_EQ(partition_name("scan_results", at("2025-11-11T06:30:00Z"), Seconds{1800}),
            "scan_results_p202511110630");
  const std::string longest(63, 'x');
  const auto cut = partition_name(longest, at("2025-11-11"), kOneDay);
  EXPECT_EQ(cut.size(), 63U);
  EXPECT_TRUE(cut.ends_with("_p20251111"));
  EXPECT_NE(cut, partition_name(longest + "y", at("2025-11-11"), kOneDay));
}

TEST(MissingRanges, are_days_of_a_grid) {
  EXPECT_EQ(
      shown(missing_ranges({}, at("2025-11-11T17:00:00Z"), at("2025-11-12T00:00:00Z"), kOneDay)),
      "2025-11-11T00:00:00Z..2025-11-12T00:00:00Z "
      "2025-11-12T00:00:00Z..2025-11-13T00:00:00Z ");
}

TEST(MissingRanges, leave_out_and_fit_between_what_is_there) {
  const std::vector<PartitionRange> there{
      range(std::nullopt, at("2025-11-10T06:00:00Z")),
      range(at("2025-11-11T18:00:00Z"), at("2025-11-13T00:00:00Z"))};
  EXPECT_EQ(shown(missing_ranges(there, at("2025-11-09"), at("2025-11-12T23:00:00Z"), kOneDay)),
            "2025-11-10T06:00:00Z..2025-11-11T00:00:00Z "
            "2025-11-11T00:00:00Z..2025-11-11T18:00:00Z ");
  EXPECT_TRUE(missing_ranges(there, at("2025-11-12"), at("2025-11-12T23:59:59Z"), kOneDay).empty());
}

}  // namespace
}  // namespace plimsoll
