#include "plan/group_floor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/testing/census_builders.h"

namespace plimsoll {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr Seconds kDay{86'400};

/// Two days of entries, up to noon().
StreamBuilder ticks() { return a_stream("ticks").between(noon() - 2 * kDay, noon()); }

TEST(GroupFloor, a_stream_without_groups_has_none) {
  const auto floor = group_floor(ticks(), kDay);
  EXPECT_FALSE(floor.floor);
  EXPECT_THAT(floor.holding, IsEmpty());
}

TEST(GroupFloor, is_the_first_entry_the_slowest_live_group_has_not_read) {
  const auto floor = group_floor(
      ticks()
          .with_group(a_group("fast").delivered_up_to(id_at(noon())).with_consumer("a", 1s))
          .with_group(
              a_group("slow").delivered_up_to(id_at(noon() - 1h, 7)).with_consumer("b", 5s)),
      kDay);
  EXPECT_EQ(floor.floor, id_at(noon() - 1h, 8));
  EXPECT_THAT(floor.holding, ElementsAre("slow"));
}

TEST(GroupFloor, a_pending_entry_holds_though_later_ones_were_read) {
  const auto floor = group_floor(ticks().with_group(a_group("g")
                                                        .delivered_up_to(id_at(noon()))
                                                        .with_pending(3, id_at(noon() - 2h))
                                                        .with_consumer("a", 1s, 3)),
                                 kDay);
  EXPECT_EQ(floor.floor, id_at(noon() - 2h));
  EXPECT_THAT(floor.holding, ElementsAre("g"));
}

TEST(GroupFloor, pending_ids_whose_entries_are_gone_do_not_hold) {
  const StreamId gone = id_at(noon() - 5 * kDay);
  const auto all = group_floor(ticks().with_group(a_group("g")
                                                      .delivered_up_to(id_at(noon()))
                                                      .with_pending(10, gone)
                                                      .with_dangling(10)
                                                      .with_consumer("a", 1s, 10)),
                               kDay);
  EXPECT_EQ(all.floor, id_at(noon(), 1));
  EXPECT_THAT(all.holding, IsEmpty());
  // One of them is alive, and the census does not say which: nothing may go on its word.
  const auto some = group_floor(ticks().with_group(a_group("g")
                                                       .delivered_up_to(id_at(noon()))
                                                       .with_pending(10, gone)
                                                       .with_dangling(9)
                                                       .with_consumer("a", 1s, 10)),
                                kDay);
  EXPECT_EQ(some.floor, id_at(noon() - 2 * kDay));
}

TEST(GroupFloor, a_group_that_nobody_reads_for_is_named_and_left_out) {
  const StreamId long_ago = id_at(noon() - 2 * kDay);
  const auto floor = group_floor(ticks()
                                     .with_group(a_group("dead")
                                                     .delivered_up_to(long_ago)
                                                     .with_consumer("a", kDay + 1s)
                                                     .with_consumer("b", 2 * kDay))
                                     .with_group(a_group("empty").delivered_up_to(long_ago))
                                     .with_group(a_group("half")
                                                     .delivered_up_to(id_at(noon() - 1h))
                                                     .with_consumer("a", 2 * kDay)
                                                     .with_consumer("b", 1h)),
                                 kDay);
  EXPECT_THAT(floor.abandoned, ElementsAre("dead", "empty"));
  EXPECT_THAT(floor.holding, ElementsAre("half"));
  EXPECT_EQ(floor.floor, id_at(noon() - 1h, 1));
}

TEST(GroupFloor, what_is_not_known_to_be_abandoned_is_alive) {
  const auto abandoned = [](ConsumerGroup group, StreamBuilder stream = ticks()) {
    return !group_floor(stream.with_group(std::move(group)), kDay).abandoned.empty();
  };
  // A reader that has read everything waits, however long the week-end is.
  EXPECT_FALSE(abandoned(a_group("g").delivered_up_to(id_at(noon())).with_consumer("a", 3 * kDay)));
  // Not all of its consumers were listed.
  ConsumerGroup many =
      a_group("g").delivered_up_to(id_at(noon() - 1h)).with_consumer("a", 3 * kDay);
  many.consumer_count = 5000;
  EXPECT_FALSE(abandoned(many));
  // Never read, nobody there yet: perhaps just created.
  EXPECT_FALSE(abandoned(a_group("g").delivered_up_to(StreamId{})));
  // Ids that are no clock tell no age.
  ConsumerGroup counting = a_group("g").delivered_up_to(StreamId{5, 0});
  Stream counted = ticks();
  counted.last_generated = StreamId{900'000'000, 0};
  counted.last_id = counted.last_generated;
  counted.groups = {counting};
  EXPECT_THAT(group_floor(counted, kDay).abandoned, IsEmpty());
}

TEST(GroupFloor, the_next_id_never_wraps) {
  constexpr auto kLast = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(next_id({5, 6}), (StreamId{5, 7}));
  EXPECT_EQ(next_id({5, kLast}), (StreamId{6, 0}));
  EXPECT_EQ(next_id({kLast, kLast}), (StreamId{kLast, kLast}));
}

}  // namespace
}  // namespace plimsoll
