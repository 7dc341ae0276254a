#include "collect/redis/stream_growth.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t kNowMs = 1'762'880'000'000;  // 11 Nov 2025
const Instant kNow = instant_of_unix_ms(kNowMs);
constexpr auto kBetween = 300ms;
constexpr int kNode = 100;

/// `length` entries, one every `every_ms`, the last one `age_ms` ago, 100 B each.
Stream stream_of(std::int64_t length, std::int64_t every_ms, std::int64_t age_ms) {
  Stream stream;
  stream.length = length;
  stream.entries_added = length;
  const auto last = static_cast<std::uint64_t>(kNowMs - age_ms);
  stream.last_id = StreamId{last, 0};
  stream.first_id = StreamId{last - static_cast<std::uint64_t>((length - 1) * every_ms), 0};
  stream.last_generated = *stream.last_id;
  stream.entry_bytes = Bytes{100};
  stream.added_between_samples = 0;
  stream.length_between_samples = 0;
  return stream;
}

TEST(StreamGrowth, live_ids_tell_the_rate_without_history) {
  const auto growth = stream_growth(stream_of(10'001, 10'000, 5'000), kNow, kBetween, kNode);
  ASSERT_TRUE(growth);
  EXPECT_NEAR(*growth->items_per_day, 8640, 1);
  EXPECT_NEAR(*growth->bytes_per_day, 864'000, 100);
  EXPECT_EQ(growth->source, GrowthSource::stream_ids);
  EXPECT_EQ(growth->window, Seconds{100'000});
}

TEST(StreamGrowth, an_orphan_frozen_a_week_ago_does_not_grow) {
  const auto growth =
      stream_growth(stream_of(50'003, 500, 7 * 86'400'000LL), kNow, kBetween, kNode);
  ASSERT_TRUE(growth);
  EXPECT_EQ(growth->items_per_day, 0);
  EXPECT_EQ(growth->bytes_per_day, 0);
  EXPECT_EQ(growth->window, Seconds{7 * 86'400});
}

TEST(StreamGrowth, a_fast_stream_that_missed_what_was_due_between_the_looks_stands_still) {
  EXPECT_EQ(stream_growth(stream_of(100'000, 1, 60'000), kNow, kBetween, kNode)->items_per_day, 0);
}

TEST(StreamGrowth, a_slow_stream_is_not_called_dead_by_300_ms_of_silence) {
  const auto growth = stream_growth(stream_of(100, 3'600'000, 7'200'000), kNow, kBetween, kNode);
  ASSERT_TRUE(growth);
  EXPECT_NEAR(*growth->items_per_day, 24, 0.01);
}

TEST(StreamGrowth, a_capped_stream_is_written_and_does_not_grow) {
  Stream capped = stream_of(10'042, 1, 0);
  capped.entries_added = 5'000'000;
  capped.added_between_samples = 300;
  capped.length_between_samples = 0;
  EXPECT_EQ(stream_growth(capped, kNow, kBetween, kNode)->items_per_day, 0);
  EXPECT_NEAR(*stream_writes(capped, kNow, kBetween)->items_per_day, 86'400'000, 100);
  capped.added_between_samples = 3;  // too few to see a node being cut: not told
  EXPECT_FALSE(stream_growth(capped, kNow, kBetween, kNode));
}

TEST(StreamGrowth, ids_that_are_counters_are_no_times) {
  Stream counter = stream_of(1000, 1, 0);
  counter.first_id = StreamId{1, 0};
  counter.last_id = StreamId{1000, 0};
  counter.added_between_samples = 3;
  const auto growth = stream_growth(counter, kNow, kBetween, kNode);
  ASSERT_TRUE(growth);
  EXPECT_EQ(growth->source, GrowthSource::two_samples);
  EXPECT_NEAR(*growth->items_per_day, 864'000, 1);
  counter.added_between_samples.reset();
  EXPECT_FALSE(stream_growth(counter, kNow, kBetween, kNode));
}

TEST(StreamGrowth, redis_6_2_tells_by_the_last_id) {
  Stream before = stream_of(10, 1000, 0);
  before.entries_added.reset();
  before.added_between_samples.reset();
  Stream later = before;
  compare_looks(before, later);
  EXPECT_EQ(before.added_between_samples, 0);
  later.last_generated.ms += 5;
  before.added_between_samples.reset();
  compare_looks(before, later);
  EXPECT_FALSE(before.added_between_samples);
  EXPECT_EQ(before.length_between_samples, 0);
}

}  // namespace
}  // namespace plimsoll
