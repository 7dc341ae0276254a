#include "feed/minute_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace plimsoll::market {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "ticker,volume,open,close,high,low,window_start,transactions\n";

class MinuteFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "plimsoll-minutes-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path file(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name} << text;
    return folder_ / name;
  }
  fs::path folder_;
};

TEST_F(MinuteFile, two_days_by_hand) {
  // 2025-11-10 14:30 UTC is 1762785000 s. Flat files are sorted by ticker, not by time.
  const auto monday = file("mon.csv", std::string{kHeader} +
                                          "A,100,10,11,12,9,1762785000000000000,3\n"
                                          "A,300,11,13,13,11,1762785060000000000,4\n"
                                          "B,50,5,5,5,5,1762785060000000000,1\r\n"
                                          "bad row\n"
                                          "C,-1,5,5,5,5,1762785060000000000,1\n"
                                          "D,1,x,5,5,5,1762785060000000000,1\n");
  const auto tuesday =
      file("tue.csv", std::string{kHeader} + "A,7,14,14,14,14,1762871400000000000,1\n");
  MinuteFiles feed{{monday, tuesday}};
  Cycle cycle;
  ASSERT_EQ(*feed.next(cycle), Next::cycle);
  EXPECT_EQ(cycle.taken_at, Millis{std::chrono::milliseconds{1'762'785'060'000}});
  EXPECT_EQ(cycle.unreadable, 3U);
  ASSERT_EQ(cycle.quotes.size(), 2U);
  EXPECT_EQ(cycle.quotes[0].volume(), 100);
  EXPECT_EQ(cycle.quotes[0].vwap, Price::dollars(10.5));  // (10 + 11 + 12 + 9) / 4
  EXPECT_EQ(cycle.quotes[1].volume(), 0);

  ASSERT_EQ(*feed.next(cycle), Next::cycle);
  EXPECT_EQ(cycle.unreadable, 0U);
  const auto& a = cycle.quotes[0];
  EXPECT_EQ(a.day_open, Price::dollars(10));
  EXPECT_EQ(a.day_high, Price::dollars(13));
  EXPECT_EQ(a.day_low, Price::dollars(9));
  EXPECT_EQ(a.last, Price::dollars(13));
  EXPECT_EQ(a.volume_today, 400);
  EXPECT_EQ(a.vwap, Price::dollars(11.625));  // (100 × 10.5 + 300 × 12) / 400
  EXPECT_EQ(a.minute_trades, 4);

  ASSERT_EQ(*feed.next(cycle), Next::cycle);
  EXPECT_EQ(cycle.quotes[0].prev_close, Price::dollars(13));
  EXPECT_EQ(cycle.quotes[0].prev_volume, 400);
  EXPECT_EQ(cycle.quotes[0].volume_today, 7);
  EXPECT_EQ(cycle.quotes[1].prev_close, Price::dollars(5));
  EXPECT_EQ(cycle.quotes[1].price(), Price::dollars(5));
  EXPECT_EQ(*feed.next(cycle), Next::over);
}

TEST_F(MinuteFile, what_is_none_is_an_error_and_the_next_day_goes_on) {
  const auto good = file("good.csv", std::string{kHeader} + "A,7,14,14,14,14,60000000000,1\n");
  MinuteFiles feed{{folder_ / "none.csv", file("other.csv", "time,price\n1,2\n"), good}};
  Cycle cycle;
  const auto missing = feed.next(cycle);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unreachable);
  const auto other = feed.next(cycle);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::malformed);
  ASSERT_TRUE(feed.next(cycle));
  EXPECT_EQ(cycle.quotes.size(), 1U);
}

}  // namespace
}  // namespace plimsoll::market
