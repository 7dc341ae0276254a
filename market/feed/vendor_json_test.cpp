#include "feed/vendor_json.h"

#include <gtest/gtest.h>

namespace plimsoll::market {
namespace {

/// As the vendor documents it.
constexpr std::string_view kTicker = R"({
  "ticker": "BCAT", "todaysChange": -0.124, "todaysChangePerc": -0.601, "updated": 1605192894630916600,
  "fmv": 20.5,
  "day": {"c": 20.506, "h": 20.64, "l": 20.506, "o": 20.64, "v": 37216, "vw": 20.616, "otc": true},
  "lastQuote": {"P": 20.6, "S": 22, "p": 20.5, "s": 13, "t": 1605192959994246100},
  "lastTrade": {"c": [14, 41], "i": "71675577320245", "p": 20.5060, "s": 2416, "t": 1605192894630916600, "x": 4},
  "min": {"av": 37217, "c": 20.506, "h": 20.506, "l": 20.506, "o": 20.506, "v": 5000, "vw": 20.5105, "n": 3, "t": 1684428600000},
  "prevDay": {"c": 20.63, "h": 21, "l": 20.5, "o": 20.79, "v": 292738.5, "vw": 20.6939}})";

std::string snapshot_of(std::string_view tickers) {
  return R"({"status":"OK","request_id":"x","count":1,"tickers":[)" + std::string{tickers} + "]}";
}

VendorSnapshot read(std::string body) {
  VendorJson json;
  VendorSnapshot snapshot;
  const auto parsed = json.snapshot(body, snapshot);
  EXPECT_TRUE(parsed) << parsed.error().what.en;
  return snapshot;
}

TEST(VendorSnapshot, every_documented_member) {
  const auto snapshot = read(snapshot_of(kTicker));
  ASSERT_EQ(snapshot.quotes.size(), 1U);
  Quote expected;
  expected.symbol = Symbol::of("BCAT");
  expected.otc = true;
  expected.exchange_time = Millis{std::chrono::milliseconds{1'605'192'894'630}};
  expected.last = {205'060};
  expected.bid = {205'000};
  expected.ask = {206'000};
  expected.day_open = {206'400};
  expected.day_high = {206'400};
  expected.day_low = {205'060};
  expected.day_close = {205'060};
  expected.vwap = {206'160};
  expected.prev_close = {206'300};
  expected.day_volume = 37'216;
  expected.volume_today = 37'217;
  expected.prev_volume = 292'739;
  expected.minute_volume = 5'000;
  expected.minute_trades = 3;
  EXPECT_EQ(snapshot.quotes[0], expected);
  EXPECT_EQ(snapshot.updated[0], 1'605'192'894'630'916'600);
}

TEST(VendorSnapshot, what_is_absent_or_null_is_nothing) {
  const auto snapshot = read(
      snapshot_of(R"({"ticker":"A","day":null,"min":{"v":null},"updated":1605192894630916600})"));
  ASSERT_EQ(snapshot.quotes.size(), 1U);
  EXPECT_EQ(snapshot.quotes[0].price(), Price{});
  EXPECT_EQ(snapshot.quotes[0].exchange_time, Millis{std::chrono::milliseconds{1'605'192'894'630}});
}

TEST(VendorSnapshot, bad_tickers_are_left_out_one_by_one) {
  std::string tickers{R"({"ticker":"GOOD"},{"ticker":"ALSO","lastTrade":{"p":1}})"};
  for (const auto* bad :
       {R"({"ticker":""})", R"({})", R"(null)", R"(7)", R"({"ticker":7})",
        R"({"ticker":"ELEVENCHARS"})", R"({"ticker":"A B"})", R"({"ticker":"X","day":7})",
        R"({"ticker":"X","day":{"c":"12"}})", R"({"ticker":"X","day":{"c":-1}})",
        R"({"ticker":"X","day":{"c":1e300}})", R"({"ticker":"X","day":{"v":-5}})",
        R"({"ticker":"X","min":{"v":3000000000}})", R"({"ticker":"X","updated":-1})",
        R"({"ticker":"X","lastTrade":{"t":"now"}})", R"({"ticker":"X","day":{"otc":1}})"}) {
    tickers += std::string{","} + bad;
  }
  const auto snapshot = read(snapshot_of(tickers + R"(,{"ticker":"LAST"})"));
  EXPECT_EQ(snapshot.unreadable, 16U);
  ASSERT_EQ(snapshot.quotes.size(), 3U);
  EXPECT_EQ(snapshot.updated.size(), 3U);
  EXPECT_EQ(snapshot.quotes[2].symbol.text(), "LAST");
}

TEST(VendorSnapshot, a_body_cut_anywhere_is_an_error_and_empty) {
  const auto whole = snapshot_of(kTicker);
  VendorJson json;
  VendorSnapshot snapshot;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto body = whole.substr(0, size);
    const auto parsed = json.snapshot(body, snapshot);
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.error().code, ErrorCode::malformed);
    EXPECT_TRUE(snapshot.quotes.empty());
  }
  for (std::string body : {"<html>502</html>", "[]", "{}", R"({"tickers":null})", "null", "\xff"})
    EXPECT_FALSE(json.snapshot(body, snapshot)) << body;
}

TEST(VendorEvents, aggregates_and_notices) {
  VendorJson json;
  std::vector<VendorAggregate> bars;
  std::string message{
      R"([{"ev":"status","status":"auth_success","message":"authenticated"},
      {"ev":"A","sym":"SPCE","v":200,"av":8642007,"op":25.66,"vw":25.3981,"o":25.39,"c":25.38,"h":25.4,"l":25.37,
       "a":25.3714,"z":50,"s":1610144868000,"e":1610144869000,"otc":true},
      {"ev":"A","sym":"X","c":0},{"ev":"T","sym":"X","p":1},{"ev":"AM","sym":"F","c":13}, 5])"};
  const auto events = json.events(message, bars, 10);
  ASSERT_TRUE(events) << events.error().what.en;
  EXPECT_EQ(events->unreadable, 2U);
  EXPECT_EQ(events->dropped, 0U);
  EXPECT_EQ(events->notice.kind, VendorNotice::Kind::authenticated);
  ASSERT_EQ(bars.size(), 2U);
  VendorAggregate expected;
  expected.symbol = Symbol::of("SPCE");
  expected.otc = true;
  expected.open = {253'900};
  expected.high = {254'000};
  expected.low = {253'700};
  expected.close = {253'800};
  expected.vwap = {253'981};
  expected.day_open = {256'600};
  expected.day_vwap = {253'714};
  expected.volume = 200;
  expected.volume_today = 8'642'007;
  expected.average_size = 50;
  expected.begin = Millis{std::chrono::milliseconds{1'610'144'868'000}};
  expected.end = Millis{std::chrono::milliseconds{1'610'144'869'000}};
  EXPECT_EQ(bars[0], expected);

  const auto full = json.events(message, bars, 1);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->dropped, 1U);
  EXPECT_EQ(bars.size(), 3U);
  std::string cut = message.substr(0, 100);
  EXPECT_FALSE(json.events(cut, bars, 1));
  std::string object{R"({"ev":"A"})"};
  EXPECT_FALSE(json.events(object, bars, 1));
}

}  // namespace
}  // namespace plimsoll::market
