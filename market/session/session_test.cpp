#include "session/session.h"

#include <gtest/gtest.h>

namespace plimsoll::market {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parse_iso8601(text); }

// In winter New York is five hours behind UTC, in summer four.
TEST(Session, the_boundaries_of_a_full_day_to_the_millisecond) {
  // Tuesday 11 November 2025 (Veterans Day: the exchange trades), UTC-5.
  const auto day = market_day(2025y / November / 11);
  ASSERT_TRUE(day.trades);
  EXPECT_EQ(day.begin, at("2025-11-11T09:00:00Z"));
  EXPECT_EQ(day.open, at("2025-11-11T14:30:00Z"));
  EXPECT_EQ(day.close, at("2025-11-11T21:00:00Z"));
  EXPECT_EQ(day.end, at("2025-11-12T01:00:00Z"));
  EXPECT_EQ(day.next_midnight, at("2025-11-12T05:00:00Z"));
  EXPECT_EQ(session_at(day.begin - 1ms), Session::closed);
  EXPECT_EQ(session_at(day.begin), Session::pre_market);
  EXPECT_EQ(session_at(day.open - 1ms), Session::pre_market);
  EXPECT_EQ(session_at(day.open), Session::market_open);
  EXPECT_EQ(session_at(day.close - 1ms), Session::market_open);
  EXPECT_EQ(session_at(day.close), Session::post_market);
  EXPECT_EQ(session_at(day.end - 1ms), Session::post_market);
  EXPECT_EQ(session_at(day.end), Session::closed);
}

TEST(Session, slots_of_a_full_day) {
  const auto day = market_day(2025y / November / 11);
  EXPECT_EQ(day.slot_of(day.begin - 1ms), kNoSlot);
  EXPECT_EQ(day.slot_of(day.begin), 0);
  EXPECT_EQ(day.slot_of(day.begin + 5min - 1ms), 0);
  EXPECT_EQ(day.slot_of(day.begin + 5min), 1);
  EXPECT_EQ(day.slot_of(day.open - 1ms), 65);
  EXPECT_EQ(day.slot_of(day.open), 66);
  EXPECT_EQ(day.slot_of(day.close - 1ms), 143);
  EXPECT_EQ(day.slot_of(day.close), 144);
  EXPECT_EQ(day.slot_of(day.end - 1ms), 191);
  EXPECT_EQ(day.slot_of(day.end), kNoSlot);
  EXPECT_EQ(day.slot_begin(66), day.open);
  EXPECT_EQ(day.slot_begin(191), at("2025-11-12T00:55:00Z"));
  EXPECT_EQ(day.minute_of(day.end - 1ms), 959);
  // 17:03:09 UTC is 12:03:09 in New York: 483 minutes since 04:00, slot 96.
  EXPECT_EQ(slot_of(at("2025-11-11T17:03:09Z")), 96);
}

TEST(Session, a_half_day_closes_at_one_and_ends_at_five) {
  const auto day = market_day(2025y / November / 28);  // the Friday after Thanksgiving
  EXPECT_EQ(day.close, at("2025-11-28T18:00:00Z"));
  EXPECT_EQ(day.end, at("2025-11-28T22:00:00Z"));
  EXPECT_EQ(day.session_at(day.close - 1ms), Session::market_open);
  EXPECT_EQ(day.session_at(day.close), Session::post_market);
  EXPECT_EQ(day.session_at(day.end), Session::closed);
  EXPECT_EQ(day.slot_of(day.open), 66);    // by the clock, as on every day
  EXPECT_EQ(day.slot_of(day.close), 108);  // 13:00 is 540 minutes after 04:00
  EXPECT_EQ(day.slot_of(day.end - 1ms), 155);
  EXPECT_EQ(day.slot_of(day.end), kNoSlot);
  EXPECT_EQ(session_at(at("2025-12-24T18:30:00Z")), Session::post_market);
}

TEST(Session, a_closed_day_has_neither_session_nor_slot) {
  for (const auto& noon : {"2025-11-27T17:00:00Z",     // Thanksgiving
                           "2025-11-29T17:00:00Z",     // Saturday
                           "2026-07-03T16:00:00Z"}) {  // Independence Day, kept on Friday
    EXPECT_EQ(session_at(at(noon)), Session::closed) << noon;
    EXPECT_EQ(slot_of(at(noon)), kNoSlot) << noon;
    EXPECT_FALSE(market_day_at(at(noon)).trades) << noon;
  }
}

TEST(Session, clocks_go_forward_over_a_weekend) {
  // 8 March 2026, a Sunday, at 02:00: UTC-5 before, UTC-4 after.
  EXPECT_EQ(market_day(2026y / March / 6).begin, at("2026-03-06T09:00:00Z"));
  EXPECT_EQ(market_day(2026y / March / 9).begin, at("2026-03-09T08:00:00Z"));
  const auto sunday = market_day(2026y / March / 8);
  EXPECT_FALSE(sunday.trades);
  EXPECT_EQ(market_day(2026y / March / 7).next_midnight, at("2026-03-08T05:00:00Z"));
  EXPECT_EQ(sunday.next_midnight, at("2026-03-09T04:00:00Z"));  // 23 hours later
  EXPECT_EQ(session_at(at("2026-03-09T13:30:00Z")), Session::market_open);
  EXPECT_EQ(session_at(at("2026-03-06T13:30:00Z")), Session::pre_market);
}

TEST(Session, clocks_go_back_over_a_weekend) {
  // 2 November 2025, a Sunday.
  EXPECT_EQ(market_day(2025y / October / 31).end, at("2025-11-01T00:00:00Z"));
  EXPECT_EQ(market_day(2025y / November / 3).end, at("2025-11-04T01:00:00Z"));
  EXPECT_EQ(market_day(2025y / November / 1).next_midnight, at("2025-11-02T04:00:00Z"));
  EXPECT_EQ(market_day(2025y / November / 2).next_midnight, at("2025-11-03T05:00:00Z"));  // 25 h
  EXPECT_EQ(slot_of(at("2025-11-03T14:30:00Z")), 66);
  EXPECT_EQ(slot_of(at("2025-10-31T13:30:00Z")), 66);
}

TEST(Session, the_date_is_new_yorks) {
  EXPECT_EQ(trading_date(at("2025-11-12T04:59:59.999Z")), 2025y / November / 11);
  EXPECT_EQ(trading_date(at("2025-11-12T05:00:00Z")), 2025y / November / 12);
  EXPECT_EQ(trading_date(at("2025-07-12T03:59:59Z")), 2025y / July / 11);
}

TEST(Session, trading_days_step_over_weekends_and_holidays) {
  // Monday 1 December: the week before had Thanksgiving, and its Friday was a half day.
  const std::vector<Date> expected{2025y / November / 21, 2025y / November / 24,
                                   2025y / November / 25, 2025y / November / 26,
                                   2025y / November / 28};
  EXPECT_EQ(trading_days_before(2025y / December / 1, 5), expected);
  EXPECT_EQ(trading_days_before(2025y / November / 30, 5), expected);  // a Sunday
  EXPECT_TRUE(trading_days_before(2025y / December / 1, 0).empty());
  EXPECT_EQ(next_trading_day(2025y / November / 26), 2025y / November / 28);
  EXPECT_EQ(next_trading_day(2025y / December / 31), 2026y / January / 2);
}

TEST(Session, names_are_the_streams_words) {
  for (const auto session :
       {Session::pre_market, Session::market_open, Session::post_market, Session::closed}) {
    EXPECT_EQ(session_named(name_of(session)), session);
  }
  EXPECT_EQ(name_of(Session::pre_market), "PRE_MARKET");
  EXPECT_EQ(session_named("pre_market"), std::nullopt);
}

}  // namespace
}  // namespace plimsoll::market
