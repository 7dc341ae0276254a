#include "service/effects.h"

#include <gtest/gtest.h>

namespace plimsoll::market {
namespace {

using Ids = std::vector<std::string>;

TEST(Effects, ids_wait_until_each_writer_has_come_as_far_as_they_had) {
  Effects effects;
  effects.add({"1-0", "2-0"}, {10, 5});
  effects.add({"3-0"}, {12, 5});
  EXPECT_TRUE(effects.take({10, 4}).empty());
  EXPECT_TRUE(effects.take({9, 99}).empty());
  EXPECT_EQ(effects.take({11, 5}), (Ids{"1-0", "2-0"}));
  EXPECT_EQ(effects.waiting(), 1U);
  EXPECT_EQ(effects.take({12, 5}), Ids{"3-0"});
  EXPECT_EQ(effects.unsettled(), 0U);
}

TEST(Effects, what_no_writer_ever_settles_is_let_go_and_counted) {
  Effects effects;
  for (std::size_t i = 0; i <= Effects::kMost; ++i) effects.add({std::to_string(i)}, {1});
  EXPECT_EQ(effects.take({0}), Ids{"0"});
  EXPECT_EQ(effects.waiting(), Effects::kMost);
  EXPECT_EQ(effects.unsettled(), 1U);
}

}  // namespace
}  // namespace plimsoll::market
