#include "analytics/analytics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analytics/a_quote.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Date november(unsigned day) {
  return {std::chrono::year{2025}, std::chrono::November, std::chrono::day{day}};
}

/// A Tuesday: 04:00 in New York is 09:00 UTC.
const MarketDay kTuesday = market_day(november(11));
const std::vector<Date> kFiveBefore = trading_days_before(november(11), VolumeHistory::kDays);

Millis clock_time(std::chrono::milliseconds since_midnight, const MarketDay& day = kTuesday) {
  return std::chrono::floor<std::chrono::milliseconds>(day.begin) - 4h + since_midnight;
}

SlotRow stored(Date date, int slot, std::int64_t volume, std::string_view symbol = "AAA") {
  return {.date = date, .symbol = Symbol::of(symbol), .slot = slot, .volume_accumulated = volume};
}

Analytics on_tuesday(std::size_t capacity = 16) {
  Analytics analytics{capacity};
  EXPECT_TRUE(analytics.begin_day(kTuesday, kFiveBefore));
  return analytics;
}

TEST(Analytics, relative_volume_worked_through_by_hand) {
  ASSERT_THAT(kFiveBefore,
              ElementsAre(november(4), november(5), november(6), november(7), november(10)));
  auto analytics = on_tuesday();
  // At slot 66 (09:30) the days had:           at slot 70:
  EXPECT_TRUE(analytics.load(stored(november(4), 10, 1000)));
  EXPECT_TRUE(analytics.load(stored(november(4), 66, 5000)));  // 5,000          5,000
  EXPECT_TRUE(analytics.load(stored(november(5), 10, 2000)));  // 2,000, filled forward
  EXPECT_TRUE(analytics.load(stored(november(6), 65, 3500)));  // 3,500: a running maximum,
  EXPECT_TRUE(analytics.load(stored(november(6), 66, 3000)));  //        whatever was stored after
  // the 7th has no rows at all, so it is not counted
  EXPECT_TRUE(analytics.load(stored(november(10), 70, 9000)));  // not yet there  9,000
  EXPECT_FALSE(analytics.load(stored(november(3), 66, 1)));     // none of the five days

  analytics.begin_cycle(clock_time(9h + 31min));
  const Quote quote = a_quote("AAA").at(clock_time(9h + 30min + 59s)).price(10).volume(5250);
  // 5,250 / ((5,000 + 2,000 + 3,500) / 3) = 5,250 / 3,500
  EXPECT_EQ(analytics.take(quote).rvol, Decimal::of(1.5));

  // 09:52 is slot 70, and nothing traded since: 5,250 / ((5,000 + 2,000 + 3,500 + 9,000) / 4)
  // = 5,250 / 4,875 = 1.0769…
  analytics.begin_cycle(clock_time(9h + 52min));
  EXPECT_EQ(analytics.take(quote).rvol, Decimal::of(1.08));
}

TEST(Analytics, relative_volume_is_unknown_without_volume_or_history_or_slot) {
  auto analytics = on_tuesday();
  analytics.load(stored(november(4), 66, 5000));
  analytics.begin_cycle(clock_time(9h + 31min));
  EXPECT_FALSE(analytics.take(a_quote("AAA").at(clock_time(9h + 31min)).price(1)).rvol.known());
  EXPECT_FALSE(
      analytics.take(a_quote("BBB").at(clock_time(9h + 31min)).price(1).volume(7)).rvol.known());
  const Quote traded = a_quote("AAA").at(clock_time(9h + 31min)).price(1).volume(5000);
  EXPECT_EQ(analytics.take(traded).rvol, Decimal::of(1));
  analytics.begin_cycle(clock_time(20h + 1min));
  EXPECT_FALSE(analytics.take(traded).rvol.known());
}

TEST(Analytics, slot_rows_hold_the_running_volume_at_the_last_quote_of_the_slot) {
  auto analytics = on_tuesday();
  const auto take = [&](std::chrono::milliseconds time, double price, std::int64_t volume,
                        int trades) {
    analytics.take(
        a_quote("AAA").at(clock_time(time)).price(price).volume(volume).minute(0, trades));
  };
  take(3h + 59min, 9, 400, 4);  // before 04:00: adds to the running volume, makes no slot
  EXPECT_THAT(analytics.take_slot_rows(), testing::IsEmpty());
  take(4h + 1min, 10, 500, 1);
  take(4h + 2min, 11, 800, 2);
  take(4h + 2min + 30s, 11, 800, 5);  // the same minute: 3 more trades, no volume (odd lots)
  // avg_price: (100 * 10 + 300 * 11) / 400 = 10.75; trades 1 + 2 + 3
  const SlotRow slot0{november(11), Symbol::of("AAA"), 0, 800, 6, Price::dollars(10.75)};
  EXPECT_THAT(analytics.take_slot_rows(), ElementsAre(slot0));
  EXPECT_THAT(analytics.take_slot_rows(), testing::IsEmpty());
  take(4h + 4min, 12, 900, 1);  // (4,300 + 100 * 12) / 500 = 11
  take(4h + 11min, 13, 950, 1);
  const SlotRow end0{november(11), Symbol::of("AAA"), 0, 900, 7, Price::dollars(11)};
  const SlotRow slot2{november(11), Symbol::of("AAA"), 2, 950, 1, Price::dollars(13)};
  EXPECT_THAT(analytics.take_slot_rows(), ElementsAre(end0, slot2));  // slot 1 is absent
  EXPECT_EQ(slot_time_of(2), 4h + 10min);
}

TEST(Analytics, what_trades_after_the_last_slot_stays_out_of_it) {
  auto analytics = on_tuesday();
  analytics.take(a_quote("AAA").at(clock_time(19h + 59min)).price(10).volume(900));
  analytics.take(a_quote("AAA").at(clock_time(20h + 1min)).price(10).volume(1000));
  const auto rows = analytics.take_slot_rows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].slot, 191);
  EXPECT_EQ(rows[0].volume_accumulated, 900);
}

TEST(Analytics, late_and_equal_quotes_change_nothing) {
  auto analytics = on_tuesday();
  const auto figures = analytics.take(a_quote("AAA").at(clock_time(10h)).price(10).volume(1000));
  analytics.take_slot_rows();
  EXPECT_EQ(analytics.take(a_quote("AAA").at(clock_time(9h + 59min)).price(99).volume(2000)),
            figures);
  EXPECT_EQ(analytics.take(a_quote("AAA").at(clock_time(10h)).price(99).volume(999)), figures);
  EXPECT_EQ(analytics.stats().late, 2U);
  EXPECT_THAT(analytics.take_slot_rows(), testing::IsEmpty());
}

TEST(Analytics, a_volume_that_goes_backwards_is_believed_and_trades_nothing) {
  auto analytics = on_tuesday();
  analytics.take(a_quote("AAA").at(clock_time(10h)).price(10).volume(9000));
  analytics.take(a_quote("AAA").at(clock_time(10h + 1s)).price(10).volume(1000));  // corrected
  analytics.take(a_quote("AAA").at(clock_time(10h + 2s)).price(10).volume(1200));
  EXPECT_EQ(analytics.stats().corrections, 1U);
  const auto rows = analytics.take_slot_rows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].volume_accumulated, 1200);
  const auto seconds = analytics.take_aggregates(clock_time(10h + 5s));
  ASSERT_EQ(seconds.size(), 1U);
  EXPECT_EQ(seconds[0].volume, 200);
}

TEST(Analytics, another_day_and_noise_are_counted_and_ignored) {
  auto analytics = on_tuesday();
  analytics.take(a_quote("AAA").at(clock_time(10h) - 24h).price(10).volume(9000));
  analytics.take(a_quote("AAA").at(clock_time(10h) + 24h).price(10).volume(9000));
  analytics.take(a_quote("AAA").at(clock_time(10h)).price(10).volume(4'000'000'000'000'000'000));
  EXPECT_EQ(analytics.stats().out_of_day, 3U);
  EXPECT_THAT(analytics.take_slot_rows(), testing::IsEmpty());
}

TEST(Analytics, intraday_extremes_are_of_trades_seen_and_of_the_day_before_they_were) {
  auto analytics = on_tuesday();
  const auto high_low = [&](const Quote& quote) {
    const auto figures = analytics.take(quote);
    return std::pair{figures.intraday_high.in_dollars(), figures.intraday_low.in_dollars()};
  };
  // No trade yet: the day's.
  EXPECT_EQ(high_low(a_quote("AAA").day(10, 12, 9)), std::pair(12.0, 9.0));
  // Seen for the first time after a restart: the day's extremes were traded before.
  EXPECT_EQ(high_low(a_quote("AAA").at(clock_time(10h)).price(10).day(10, 12, 9)),
            std::pair(12.0, 9.0));
  EXPECT_EQ(high_low(a_quote("AAA").at(clock_time(10h + 1s)).price(13).day(10, 12, 9)),
            std::pair(13.0, 9.0));
  // A symbol without a day bar.
  EXPECT_EQ(high_low(a_quote("BBB").at(clock_time(5h)).price(7)), std::pair(7.0, 7.0));
  EXPECT_EQ(high_low(a_quote("BBB").at(clock_time(5h + 1s)).price(6)), std::pair(7.0, 6.0));
}

TEST(Analytics, a_new_day_rolls_today_into_history) {
  auto analytics = on_tuesday();
  analytics.take(a_quote("AAA").at(clock_time(9h + 32min)).price(20).volume(4000));
  analytics.take_slot_rows();
  analytics.take(a_quote("AAA").at(clock_time(9h + 33min)).price(20).volume(5000));
  const auto wednesday = market_day(november(12));
  EXPECT_TRUE(analytics.begin_day(wednesday, trading_days_before(november(12), 5)));
  // What was not taken yet still belongs to Tuesday.
  const auto rows = analytics.take_slot_rows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].date, november(11));
  EXPECT_EQ(rows[0].volume_accumulated, 5000);

  const auto at = clock_time(9h + 34min, wednesday);
  analytics.begin_cycle(at);
  const auto figures = analytics.take(a_quote("AAA").at(at).price(10).volume(2500));
  EXPECT_EQ(figures.rvol, Decimal::of(0.5));  // 2,500 / 5,000: Tuesday is the only day there
  EXPECT_EQ(figures.intraday_high, Price::dollars(10));
  EXPECT_FALSE(analytics.begin_day(kTuesday, kFiveBefore));  // a clock that went back
  EXPECT_TRUE(analytics.begin_day(wednesday, trading_days_before(november(12), 5)));
  EXPECT_EQ(analytics.take(a_quote("AAA").at(at).price(10).volume(2500)).rvol, Decimal::of(0.5));
}

TEST(Analytics, recovers_a_day_from_its_rows) {
  auto before = on_tuesday();
  auto after = on_tuesday();
  std::vector<SlotRow> table;
  const auto quote_at = [](int minute, std::int64_t volume) {
    return a_quote("AAA")
        .at(clock_time(9h + std::chrono::minutes{minute}))
        .price(10)
        .volume(volume)
        .minute(0, 1)
        .quote;
  };
  for (int minute = 0; minute <= 36; ++minute) {  // 09:36 is in slot 67, half over
    before.take(quote_at(minute, 1000 + 10 * minute));
    for (const auto& row : before.take_slot_rows()) {
      if (!table.empty() && table.back().slot == row.slot) table.pop_back();  // an upsert
      table.push_back(row);
    }
  }
  for (const auto& row : table) EXPECT_TRUE(after.load(row));
  before.take(quote_at(37, 1500));
  after.take(quote_at(37, 1500));
  before.take_slot_rows();
  after.take_slot_rows();
  before.take(quote_at(38, 1600));
  after.take(quote_at(38, 1600));
  const auto of_before = before.take_slot_rows();
  const auto of_after = after.take_slot_rows();
  ASSERT_EQ(of_after.size(), 1U);
  EXPECT_EQ(of_after[0], of_before[0]);
  EXPECT_EQ(of_after[0].slot, 67);
}

TEST(Analytics, symbols_beyond_the_capacity_are_counted) {
  auto analytics = on_tuesday(2);
  for (const auto* const symbol : {"AAA", "BBB", "CCC"}) {
    const auto figures =
        analytics.take(a_quote(symbol).at(clock_time(10h)).price(10).volume(1).day(9, 11, 8));
    EXPECT_EQ(figures.intraday_high, Price::dollars(11));
  }
  EXPECT_EQ(analytics.stats().over_capacity, 1U);
  EXPECT_EQ(analytics.symbols().size(), 2U);
  EXPECT_FALSE(analytics.load(stored(november(4), 3, 1, "DDD")));
}

TEST(Analytics, rows_that_nobody_takes_are_dropped_and_counted) {
  auto analytics = on_tuesday(1);
  for (int slot = 0; slot < 6; ++slot)
    analytics.take(a_quote("AAA").at(clock_time(4h + slot * 5min)).price(10).volume(100 + slot));
  EXPECT_EQ(analytics.take_slot_rows().size(), 3U);  // two that are over, and the current one
  EXPECT_EQ(analytics.stats().slot_rows_dropped, 3U);
}

TEST(Analytics, atr_percent_follows_the_price) {
  auto analytics = on_tuesday();
  analytics.set_atr(Symbol::of("AAA"), Decimal::of(1.25));
  const auto figures = analytics.take(a_quote("AAA").at(clock_time(10h)).price(50).volume(1));
  EXPECT_EQ(figures.atr, Decimal::of(1.25));
  EXPECT_EQ(figures.atr_percent, Decimal::of(2.5));
}

}  // namespace
}  // namespace plimsoll::market
