#include "collect/redis/stream_memory.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

// The expected figures are used_memory deltas of Redis 7.0.15; 8.0.2 and Valkey 8.1.1 gave the same
// within 1 %.
void expect_within(Bytes modelled, double measured, double share) {
  EXPECT_NEAR(static_cast<double>(modelled.count()), measured, measured * share);
}

StreamEntry entry_of(std::uint64_t ms, std::vector<std::string> fields,
                     std::vector<std::string> values) {
  return {StreamId{ms, 0}, std::move(fields), std::move(values)};
}

Stream stream_of(std::int64_t length, std::int64_t keys) {
  Stream stream;
  stream.length = length;
  stream.radix_tree_keys = keys;
  stream.first_id = StreamId{1, 0};
  stream.max_deleted = StreamId{};
  return stream;
}

TEST(StreamMemory, small_entries) {
  std::vector<StreamEntry> sample;
  for (const int i : {5'000, 50'000, 100'123, 150'777, 199'999}) {
    sample.push_back(entry_of(1, {"symbol", "price"},
                              {"AAPL" + std::to_string(i % 1000), std::to_string(i) + ".25"}));
  }
  expect_within(live_bytes(stream_of(200'000, 2000), sample, 100), 6'282'792, 0.1);
}

TEST(StreamMemory, entries_of_a_kilobyte_and_a_half_stand_two_to_a_node) {
  const std::vector<StreamEntry> sample{entry_of(1, {"data"}, {std::string(1500, 'x')})};
  expect_within(live_bytes(stream_of(20'000, 10'000), sample, 100), 31'301'992, 0.1);
}

TEST(StreamMemory, large_entries_are_rounded_up_one_by_one) {
  std::vector<StreamEntry> sample;
  for (std::size_t i = 0; i < 10; ++i)
    sample.push_back(entry_of(1, {"data"}, {std::string(20'000 + i * 77, 'x')}));
  expect_within(live_bytes(stream_of(2'000, 2'000), sample, 100), 43'860'392, 0.1);
}

TEST(StreamMemory, nodes_with_deleted_entries_go_on_being_full) {
  const std::vector<StreamEntry> sample{entry_of(1, {"a"}, {"value"})};
  Stream swiss = stream_of(1'000, 1'000);  // one entry is left of each hundred
  swiss.max_deleted = StreamId{500, 0};
  const auto whole = live_bytes(stream_of(100'000, 1'000), sample, 100);
  expect_within(live_bytes(swiss, sample, 100), static_cast<double>(whole.count()), 0.1);
  EXPECT_LT(mean_entry_bytes(swiss, sample, 100), Bytes{40});
}

TEST(StreamMemory, pending_entries_by_the_density_of_their_ids) {
  expect_within(pending_bytes(200'000, 1.0), 200'000 * 148.2, 0.05);
  expect_within(pending_bytes(200'000, 1.0 / 3), 200'000 * 113.3, 0.05);
  expect_within(pending_bytes(200'000, 0.01), 200'000 * 85.3, 0.05);
  EXPECT_EQ(pending_bytes(0, 1), Bytes{});
}

TEST(StreamMemory, milliseconds_of_their_own) {
  const auto at = [](std::uint64_t ms, std::uint64_t sequence) {
    return PendingEntry{StreamId{ms, sequence}, "c", std::nullopt, 1};
  };
  EXPECT_DOUBLE_EQ(distinct_ms_share({at(1, 0), at(2, 0)}), 1);
  EXPECT_DOUBLE_EQ(distinct_ms_share({at(1, 0), at(1, 1), at(1, 2), at(2, 0)}), 0.5);
  EXPECT_DOUBLE_EQ(distinct_ms_share({}), 1);
}

TEST(StreamMemory, consumers_by_their_names) {
  ConsumerGroup group;
  group.consumer_count = 20'000;
  EXPECT_EQ(consumers_bytes(group), Bytes{131 * 20'000});
  group.consumers = {{"consumer-12345", 0, {}, {}}};
  expect_within(consumers_bytes(group), 20'000 * 114.8, 0.1);
  group.consumers = {{"pod-7f9c6d5b8-12345-abcdefgh", 0, {}, {}}};
  expect_within(consumers_bytes(group), 20'000 * 163.2, 0.1);
}

TEST(StreamMemory, without_a_sample_the_entry_is_unknown) {
  EXPECT_FALSE(mean_entry_bytes(stream_of(0, 0), {}, 100));
}

}  // namespace
}  // namespace plimsoll
