#include "apply/redis/trim_pace.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

TEST(TrimPace, one_slow_step_halves_and_fast_ones_grow) {
  TrimPace pace{10'000, 200, 100'000};
  EXPECT_EQ(pace.most(), 10'000);
  pace.after(1900us);
  EXPECT_EQ(pace.most(), 5'000);
  pace.after(900us);
  EXPECT_EQ(pace.most(), 5'000);
  pace.after(80us);
  EXPECT_EQ(pace.most(), 7'500);
}

TEST(TrimPace, stays_above_two_nodes_and_below_its_most) {
  TrimPace pace{10'000, 200, 100'000};
  for (int i = 0; i < 50; ++i) pace.after(50ms);
  EXPECT_EQ(pace.most(), 200);
  for (int i = 0; i < 50; ++i) pace.after(1us);
  EXPECT_EQ(pace.most(), 100'000);
  EXPECT_EQ((TrimPace{10, 200, 100}.most()), 200);
}

TEST(TrimPace, widens_when_a_node_is_larger_than_thought) {
  TrimPace pace{200, 200, 100'000};
  pace.widen();
  EXPECT_EQ(pace.most(), 100'000);
}

}  // namespace
}  // namespace plimsoll
