#include "apply/docker/memory_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apply/docker/oom_events.h"

namespace plimsoll {
namespace {

using ::testing::HasSubstr;

SetContainerMemory change(std::optional<Bytes> limit, std::optional<Bytes> reservation = {}) {
  return {"ab", "redis", limit, reservation};
}
constexpr std::int64_t kGiB = std::int64_t{1} << 30;

TEST(MemorySettings, swap_goes_with_the_limit) {
  EXPECT_EQ(wanted_settings({0, 0, 0}, change(1_GiB)), (MemorySettings{kGiB, 0, kGiB}))
      << "no limit before: no swap beyond it";
  EXPECT_EQ(wanted_settings({2 * kGiB, 0, 4 * kGiB}, change(1_GiB)).swap, 2 * kGiB)
      << "the ratio stays";
  EXPECT_EQ(wanted_settings({2 * kGiB, 0, 2 * kGiB}, change(4_GiB)).swap, 4 * kGiB);
  EXPECT_EQ(wanted_settings({2 * kGiB, 0, -1}, change(4_GiB)).swap, -1);
  EXPECT_EQ(wanted_settings({2 * kGiB, kGiB, 3 * kGiB}, change({}, 512_MiB)),
            (MemorySettings{2 * kGiB, kGiB / 2, 3 * kGiB}))
      << "a reservation alone moves nothing else";
}

TEST(MemorySettings, one_body_carries_all_three) {
  EXPECT_EQ(body_of({kGiB, kGiB / 2, kGiB}),
            R"({"Memory":1073741824,"MemoryReservation":536870912,"MemorySwap":1073741824})");
  EXPECT_EQ(body_of({0, kGiB, 0}), R"({"MemoryReservation":1073741824})");
  EXPECT_EQ(body_of({kGiB, 0, -1}), R"({"Memory":1073741824,"MemorySwap":-1})");
}

TEST(MemorySettings, a_limit_that_was_not_there_is_undone_by_the_whole_machine) {
  EXPECT_EQ(undoing({kGiB, 0, -1}, 0), (MemorySettings{kGiB, 0, -1}));
  EXPECT_EQ(undoing({0, 0, 0}, 16 * kGiB), (MemorySettings{16 * kGiB, 0, 32 * kGiB}));
}

ContainerMemory using_bytes(Bytes working_set) {
  ContainerMemory memory;
  memory.usage = memory.working_set = working_set;
  return memory;
}

TEST(MemorySettings, a_limit_needs_a_fifth_of_room_above_the_working_set) {
  const MemorySettings none{}, wanted{kGiB, 0, kGiB};
  EXPECT_FALSE(why_not(none, wanted, using_bytes(853_MiB)));
  EXPECT_THAT(why_not(none, wanted, using_bytes(854_MiB))->en, HasSubstr("working set is"));
  EXPECT_TRUE(why_not(none, wanted, ContainerMemory{})) << "not visible is no permission";
  EXPECT_FALSE(why_not(none, wanted, std::nullopt)) << "it does not run";
  EXPECT_FALSE(why_not({kGiB / 2, 0, 0}, wanted, using_bytes(2_GiB))) << "raising always helps";
}

TEST(MemorySettings, a_peak_counts_where_it_was_no_file_cache) {
  ContainerMemory memory = using_bytes(200_MiB);
  memory.peak = 2_GiB;
  memory.file = 5_MiB;
  EXPECT_THAT(why_not({}, {kGiB, 0, kGiB}, memory)->en, HasSubstr("has needed"));
  memory.file = 100_MiB;
  EXPECT_FALSE(why_not({}, {kGiB, 0, kGiB}, memory)) << "the peak may have been cache";
  memory.shmem = 95_MiB;
  EXPECT_TRUE(why_not({}, {kGiB, 0, kGiB}, memory)) << "shared memory is no cache";
}

TEST(MemorySettings, what_an_engine_would_refuse_is_refused_first) {
  EXPECT_THAT(why_not({}, {kGiB, 2 * kGiB, kGiB}, std::nullopt)->en, HasSubstr("reservation"));
  EXPECT_THAT(why_not({}, {5 << 20, 0, 0}, std::nullopt)->en, HasSubstr("below what an engine"));
}

TEST(MemorySettings, a_step_is_stale_by_the_fact_that_differs) {
  Container container;
  container.id = "ab";
  container.memory_limit = 1_GiB;
  container.memory_reservation = Unbounded{};
  container.memory_swap = -1;
  Observation planned{{"id", "ab"},
                      {"limit_bytes", "1073741824"},
                      {"reservation_bytes", "0"},
                      {"swap_bytes", "-1"}};
  EXPECT_FALSE(stale_fact(planned, container));
  for (const char* fact : {"id", "limit_bytes", "reservation_bytes", "swap_bytes"}) {
    Observation other = planned;
    other[fact] = "7";
    ASSERT_TRUE(stale_fact(other, container)) << fact;
    EXPECT_THAT(stale_fact(other, container)->en, HasSubstr(fact));
  }
}

TEST(OomEvents, are_read_from_either_version) {
  EXPECT_EQ(parse_oom_events("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"),
            (OomEvents{3, 2}));
  EXPECT_EQ(parse_oom_events("oom_kill_disable 0\nunder_oom 0\noom_kill 4\n"), (OomEvents{0, 4}));
  EXPECT_FALSE(parse_oom_events("nothing"));
}

}  // namespace
}  // namespace plimsoll
