#include "collect/postgres/growth.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

Instant at(const char* text) { return *parse_iso8601(text); }

/// Daily ranges from the 1st on, with these megabytes each.
std::vector<RangeUse> days_of_november(const std::vector<int>& megabytes) {
  std::vector<RangeUse> ranges;
  auto begin = at("2025-11-01");
  for (const int size : megabytes) {
    ranges.push_back({begin, begin + Days{1}, Bytes{size * 1'000'000LL}, size * 1000LL});
    begin += Days{1};
  }
  return ranges;
}

TEST(GrowthOfRanges, takes_a_whole_week_with_its_weekend) {
  // 1 and 2 November 2025 are a weekend, as are 8 and 9.
  const auto rate =
      growth_of_ranges(days_of_november({0, 0, 7, 7, 7, 7, 7, 0, 0, 7, 3}), std::nullopt,
                       at("2025-11-11T12:00:00Z"), GrowthSource::chunk_ranges);
  ASSERT_TRUE(rate);
  EXPECT_DOUBLE_EQ(*rate->bytes_per_day, 5e6);  // of the 4th to the 10th: five days of seven
  EXPECT_DOUBLE_EQ(*rate->items_per_day, 5000);
  EXPECT_EQ(rate->window, Seconds{Days{7}});
}

TEST(GrowthOfRanges, leaves_out_the_range_still_filling_and_begins_with_the_oldest_row) {
  const std::vector<RangeUse> weeks{{at("2025-10-23"), at("2025-10-30"), 1000_B, std::nullopt},
                                    {at("2025-10-30"), at("2025-11-06"), 7000_B, std::nullopt},
                                    {at("2025-11-06"), at("2025-11-13"), 99_B, std::nullopt}};
  const auto rate = growth_of_ranges(weeks, at("2025-10-29"), at("2025-11-11T17:00:00Z"),
                                     GrowthSource::chunk_ranges);
  ASSERT_TRUE(rate);
  EXPECT_DOUBLE_EQ(*rate->bytes_per_day, 1000);
  EXPECT_EQ(rate->items_per_day, std::nullopt);
  const auto first_only =
      growth_of_ranges({weeks[0]}, at("2025-10-29"), at("2025-11-11"), GrowthSource::chunk_ranges);
  EXPECT_DOUBLE_EQ(*first_only->bytes_per_day, 1000);  // one day of it has rows
}

TEST(GrowthOfRanges, adds_space_partitions_of_one_range) {
  const std::vector<RangeUse> halves{{at("2025-11-01"), at("2025-11-08"), 700_B, 7},
                                     {at("2025-11-01"), at("2025-11-08"), 700_B, 7}};
  const auto rate =
      growth_of_ranges(halves, std::nullopt, at("2025-11-09"), GrowthSource::chunk_ranges);
  EXPECT_DOUBLE_EQ(*rate->bytes_per_day, 200);
}

TEST(GrowthOfRanges, says_nothing_when_nothing_is_over_or_sizes_are_unknown) {
  EXPECT_FALSE(growth_of_ranges({}, std::nullopt, at("2025-11-09"), GrowthSource::chunk_ranges));
  EXPECT_FALSE(growth_of_ranges(days_of_november({5}), std::nullopt, at("2025-11-01T12:00:00Z"),
                                GrowthSource::chunk_ranges));
  const std::vector<RangeUse> unknown{
      {at("2025-11-01"), at("2025-11-02"), std::nullopt, std::nullopt}};
  EXPECT_FALSE(
      growth_of_ranges(unknown, std::nullopt, at("2025-11-09"), GrowthSource::chunk_ranges));
}

TEST(GrowthOfRowRange, is_the_rate_of_the_story) {
  const auto rate = growth_of_row_range(12'536'682, Bytes{10'012LL << 20}, at("2025-10-29"),
                                        at("2025-11-11"), at("2025-11-11"));
  ASSERT_TRUE(rate);
  EXPECT_NEAR(*rate->items_per_day, 964'360, 1);
  EXPECT_NEAR(*rate->bytes_per_day / 1e6, 807.6, 0.1);
  EXPECT_EQ(rate->window, Seconds{Days{13}});
}

TEST(GrowthOfRowRange, does_not_take_one_load_for_growth) {
  const auto begin = at("2025-11-01T00:00:00Z");
  const auto end = at("2025-11-01T03:00:00Z");
  EXPECT_FALSE(growth_of_row_range(12'000, Bytes{1}, begin, end, at("2025-11-11")));
  EXPECT_TRUE(growth_of_row_range(12'000, Bytes{1}, begin, end, end + std::chrono::minutes{5}));
  EXPECT_FALSE(growth_of_row_range(12'000, Bytes{1}, begin, begin + Seconds{10}, begin));
}

TEST(TimeSpread, counts_bins_and_frequent_values) {
  TimeSpread spread;
  spread.bounds = {at("2025-11-01"), at("2025-11-02"), at("2025-11-06")};
  spread.frequent = {{at("2025-11-10"), 0.5}};
  spread.null_share = 0.1;
  EXPECT_DOUBLE_EQ(spread.share_between(at("2025-11-01"), at("2025-11-02")), 0.2);
  EXPECT_DOUBLE_EQ(spread.share_between(at("2025-11-02"), at("2025-11-04")), 0.1);
  EXPECT_DOUBLE_EQ(spread.share_between(at("2025-11-06"), at("2025-11-11")), 0.5);
  EXPECT_EQ(spread.newest(), at("2025-11-10"));
}

TEST(GrowthOfSpread, is_of_the_last_week_and_of_whole_days) {
  // A year at 1 share, then a week that holds as much.
  TimeSpread spread;
  spread.bounds = {at("2024-11-11"), at("2025-11-04"), at("2025-11-11")};
  const auto rate = growth_of_spread(spread, 1'400, 14'000_B, Seconds{0});
  ASSERT_TRUE(rate);
  EXPECT_NEAR(*rate->items_per_day, 100, 0.1);
  EXPECT_NEAR(*rate->bytes_per_day, 1000, 1);

  TimeSpread dates;  // a date column: few values, all frequent
  for (int i = 0; i < 10; ++i) dates.frequent.push_back({at("2025-11-01") + Days{i}, 0.1});
  const auto daily = growth_of_spread(dates, 1'000, std::nullopt, Seconds{Days{1}});
  ASSERT_TRUE(daily);
  EXPECT_NEAR(*daily->items_per_day, 100, 0.01);
  EXPECT_EQ(daily->bytes_per_day, std::nullopt);
}

TEST(GrowthOfCounters, can_be_negative) {
  const auto rate = growth_of_counters(100, 300, 10.0, at("2025-11-01"), at("2025-11-03"));
  ASSERT_TRUE(rate);
  EXPECT_DOUBLE_EQ(*rate->items_per_day, -100);
  EXPECT_DOUBLE_EQ(*rate->bytes_per_day, -1000);
  EXPECT_FALSE(growth_of_counters(0, 0, 10.0, at("2025-11-01"), at("2025-11-03")));
}

}  // namespace
}  // namespace plimsoll
