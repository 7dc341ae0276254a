#include "apply/timescale/replacement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plimsoll::timescale {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant kCut{Days{20'000}};

class ReplacementTest : public ::testing::Test {
 protected:
  Replacement replacement() const { return {{"public", "ticks"}, facts_, change_, "16401"}; }
  static std::vector<ChunkFacts> chunk_until(Instant end) {
    ChunkFacts chunk;
    chunk.range = {kCut - Days{3}, end};
    return {chunk};
  }
  HypertableFacts facts_ = [] {
    HypertableFacts facts;
    facts.column = "time";
    facts.column_type = "timestamp with time zone";
    facts.extension_schema = "public";
    return facts;
  }();
  ReplaceHypertable change_ = [] {
    ReplaceHypertable change;
    change.table = {"public", "ticks"};
    change.axis = {"time", "timestamptz", 0};
    change.cut = kCut;
    change.interval = Days{1};
    return change;
  }();
};

TEST_F(ReplacementTest, slices_are_of_a_chunk_each) {
  const auto slices = replacement().slices(chunk_until(kCut + Days{7}), true);
  EXPECT_EQ(slices.count, 7);
  EXPECT_EQ(slices.length, Seconds{Days{1}});
}

TEST_F(ReplacementTest, a_row_of_the_year_9999_makes_no_million_slices) {
  const auto slices = replacement().slices(chunk_until(kCut + Days{2'900'000}), true);
  EXPECT_LE(slices.count, 500);
  EXPECT_GE(slices.length * slices.count, Seconds{Days{2'890'000}});
}

TEST_F(ReplacementTest, without_an_index_on_time_there_is_one_scan) {
  EXPECT_EQ(replacement().slices(chunk_until(kCut + Days{7}), false).count, 1);
}

TEST_F(ReplacementTest, the_last_slice_has_no_end_so_that_no_row_of_the_future_is_left_out) {
  HypertableDefinition definition;
  definition.columns = {"time"};
  const Replacement::Slices slices{.count = 2, .length = Days{1}};
  EXPECT_THAT(replacement().copy(definition, slices, 0), HasSubstr(R"("time" < )"));
  EXPECT_THAT(replacement().copy(definition, slices, 1), Not(HasSubstr(R"("time" < )")));
}

TEST_F(ReplacementTest, integer_time_is_written_in_its_unit) {
  facts_.column_type = "bigint";
  facts_.integer_interval = 604'800'000;
  change_.axis = {"time", "bigint", 1000};
  HypertableDefinition definition;
  definition.columns = {"time"};
  EXPECT_THAT(replacement().copy(definition, {}, 0), HasSubstr("'1728000000000'::bigint"));
}

TEST_F(ReplacementTest, names_stay_names) {
  facts_.column = R"(odd "time" {log})";
  HypertableDefinition definition;
  definition.columns = {facts_.column};
  EXPECT_THAT(replacement().replay(definition, {"public", "it's"}, std::nullopt),
              HasSubstr(R"("odd ""time"" {log}")"));
}

}  // namespace
}  // namespace plimsoll::timescale
