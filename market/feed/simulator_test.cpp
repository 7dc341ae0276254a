#include "feed/simulator.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "ticker/record.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parse_iso8601(text); }

const auto kTuesday = at("2025-11-11T09:00:00Z");  // 04:00 in New York

SimulatorOptions small(Instant start = kTuesday) {
  SimulatorOptions options;
  options.seed = 11;
  options.tickers = 800;
  options.start = start;
  options.speed = 0;
  return options;
}

std::vector<Quote> shown(Simulator& simulator, Instant now) {
  Cycle cycle;
  simulator.show(now, cycle);
  return cycle.quotes;
}

TEST(Simulator, the_same_moment_is_the_same_however_it_was_reached) {
  auto walking = small();
  walking.interval = 5s;
  Simulator slow{walking};
  Cycle cycle;
  const auto noon = at("2025-11-11T15:07:35Z");
  while (cycle.taken_at < floor<milliseconds>(noon)) ASSERT_TRUE(slow.next(cycle));
  Simulator leaping{small(noon)};
  EXPECT_EQ(shown(leaping, noon), cycle.quotes);
  Simulator back{small(at("2025-11-12T20:00:00Z"))};
  EXPECT_EQ(shown(back, noon), cycle.quotes);
  shown(back, noon + 3h);
  EXPECT_EQ(shown(back, noon), cycle.quotes);
}

TEST(Simulator, another_seed_is_another_market) {
  Simulator one{small()};
  auto options = small();
  options.seed = 12;
  Simulator other{options};
  EXPECT_NE(shown(one, kTuesday + 6h), shown(other, kTuesday + 6h));
}

void expect_sound(const Quote& quote) {
  SCOPED_TRACE(std::string{quote.symbol.text()});
  EXPECT_TRUE(fits_record(quote));
  EXPECT_GT(quote.prev_close.units, 0);
  EXPECT_LT(quote.bid, quote.ask);
  EXPECT_LE(quote.day_volume, quote.volume_today);
  if (quote.day_volume == 0) {
    EXPECT_EQ(quote.day_open, Price{});
    EXPECT_EQ(quote.vwap, Price{});
    return;
  }
  EXPECT_LE(quote.day_low, quote.day_open);
  EXPECT_LE(quote.day_low, quote.day_close);
  EXPECT_LE(quote.day_low, quote.vwap);
  EXPECT_GE(quote.day_high, quote.day_open);
  EXPECT_GE(quote.day_high, quote.day_close);
  EXPECT_GE(quote.day_high, quote.vwap);
}

TEST(Simulator, what_a_day_says_of_itself_agrees) {
  Simulator simulator{small()};
  Cycle cycle;
  std::map<std::string, Quote> before;
  for (auto now = kTuesday; now <= kTuesday + 16h; now += 127s) {
    simulator.show(now, cycle);
    for (const auto& quote : cycle.quotes) {
      expect_sound(quote);
      const auto [old, first] = before.try_emplace(std::string{quote.symbol.text()}, quote);
      if (first) continue;
      EXPECT_GE(quote.volume_today, old->second.volume_today);
      EXPECT_GE(quote.exchange_time, old->second.exchange_time);
      EXPECT_GE(quote.day_high, old->second.day_high);
      if (old->second.day_low.units > 0) {
        EXPECT_LE(quote.day_low, old->second.day_low);
      }
      EXPECT_LE(quote.exchange_time, cycle.taken_at);
      old->second = quote;
    }
    ASSERT_FALSE(HasFailure());
  }
}

TEST(Simulator, volume_today_is_the_sum_of_the_minutes) {
  Simulator simulator{small()};
  const auto quotes = shown(simulator, kTuesday + 480min);
  const auto& day = simulator.day();
  for (std::size_t i = 0; i < quotes.size(); ++i) {
    std::int64_t sum = 0;
    for (int minute = 0; minute < 480; ++minute) sum += day.volume_at(i, minute);
    EXPECT_EQ(quotes[i].volume_today, sum);
    std::vector<SlotVolume> slots;
    day.slots_of(i, slots);
    std::int64_t accumulated = 0;
    std::int64_t at_noon = 0;  // 12:00 begins slot 96
    for (const auto& slot : slots) {
      EXPECT_GT(slot.accumulated, accumulated);
      EXPECT_GT(slot.average.units, 0);
      accumulated = slot.accumulated;
      if (slot.slot < 96) at_noon = accumulated;
    }
    EXPECT_EQ(at_noon, sum);
  }
}

TEST(Simulator, yesterday_is_what_yesterday_showed_at_its_close) {
  Simulator monday{small(at("2025-11-10T09:00:00Z"))};
  const auto evening = shown(monday, at("2025-11-11T00:59:59Z"));
  Simulator tuesday{small()};
  const auto morning = shown(tuesday, kTuesday);
  for (std::size_t i = 0; i < morning.size(); ++i) {
    if (evening[i].day_volume == 0) continue;
    EXPECT_EQ(morning[i].prev_close, evening[i].day_close);
    EXPECT_EQ(morning[i].prev_volume, evening[i].day_volume);
  }
}

TEST(Simulator, the_day_bar_ends_with_the_regular_session) {
  Simulator simulator{small()};
  const auto close = shown(simulator, kTuesday + 12h);
  const auto evening = shown(simulator, kTuesday + 15h);
  int later = 0;
  for (std::size_t i = 0; i < close.size(); ++i) {
    EXPECT_EQ(evening[i].day_volume, close[i].day_volume);
    EXPECT_EQ(evening[i].day_close, close[i].day_close);
    EXPECT_EQ(evening[i].vwap, close[i].vwap);
    later += evening[i].volume_today > close[i].volume_today ? 1 : 0;
  }
  EXPECT_GT(later, 200);
}

TEST(Simulator, a_halted_ticker_stands_still) {
  auto options = small();
  options.tickers = 4000;
  Simulator simulator{options};
  int halted = 0;
  for (std::size_t i = 0; i < options.tickers; ++i) {
    const auto halt = simulator.day().halt_of(i);
    if (halt.end == 0) continue;
    ++halted;
    EXPECT_GE(halt.end - halt.begin, 5);
    EXPECT_LE(halt.end - halt.begin, 60);
    EXPECT_GE(halt.begin, 330);
    EXPECT_LE(halt.end, 720);
    const auto begin = shown(simulator, kTuesday + minutes{halt.begin})[i];
    EXPECT_EQ(shown(simulator, kTuesday + minutes{halt.end} - 1ms)[i], begin);
  }
  EXPECT_GE(halted, 4);
  EXPECT_LE(halted, 60);
}

TEST(Simulator, the_night_takes_no_time_and_a_half_day_ends_at_five) {
  auto options = small(at("2025-11-28T21:59:55Z"));  // Friday after Thanksgiving, 16:59:55
  Simulator simulator{options};
  Cycle cycle;
  ASSERT_EQ(*simulator.next(cycle), Next::cycle);
  EXPECT_EQ(cycle.taken_at, floor<milliseconds>(options.start));
  ASSERT_EQ(*simulator.next(cycle), Next::cycle);
  EXPECT_EQ(Instant{cycle.taken_at}, at("2025-12-01T09:00:00Z"));
  EXPECT_EQ(cycle.quotes.size(), 800U);
  Simulator sunday{small(at("2025-11-30T12:00:00Z"))};
  ASSERT_TRUE(sunday.next(cycle));
  EXPECT_EQ(Instant{cycle.taken_at}, at("2025-12-01T09:00:00Z"));
}

TEST(Simulator, speed_is_market_seconds_a_second) {
  Deadline now{};
  auto options = small();
  options.speed = 20;
  options.clock = [&now] { return now; };
  Simulator simulator{options};
  Cycle cycle;
  EXPECT_EQ(simulator.due(), now);
  ASSERT_TRUE(simulator.next(cycle));
  EXPECT_EQ(simulator.due() - now, 250ms);
  now = simulator.due();
  ASSERT_TRUE(simulator.next(cycle));
  EXPECT_EQ(Instant{cycle.taken_at}, kTuesday + 5s);
  now += 1100ms;  // the cycles of 10, 15, 20 and 25 s were due meanwhile: the newest is given
  ASSERT_TRUE(simulator.next(cycle));
  EXPECT_EQ(Instant{cycle.taken_at}, kTuesday + 25s);
  EXPECT_EQ(simulator.missed(), 3U);
}

TEST(SimulatedMarket, looks_like_the_market) {
  const auto companies = companies_of(1, kUsTickers);
  std::set<Symbol> symbols;
  double volume = 0;
  std::size_t cheap = 0;
  std::size_t otc = 0;
  for (const auto& company : companies) {
    EXPECT_TRUE(is_symbol(company.symbol.text())) << company.symbol.text();
    symbols.insert(company.symbol);
    volume += company.volume;
    cheap += company.price < 15 ? 1 : 0;
    otc += is_otc(company) ? 1 : 0;
  }
  EXPECT_EQ(symbols.size(), kUsTickers);
  EXPECT_GT(volume, 5e9);
  EXPECT_LT(volume, 2e10);
  EXPECT_NEAR(static_cast<double>(cheap) / kUsTickers, 0.5, 0.03);
  EXPECT_GT(otc, 0U);

  const SimulatedDay day{companies, 2025y / November / 11};
  std::size_t news = 0;
  for (std::size_t i = 0; i < companies.size(); ++i) news += day.has_news(i) ? 1 : 0;
  EXPECT_GT(news, 200U);
  EXPECT_LT(news, 400U);
}

TEST(SimulatedMarket, a_day_is_shaped_like_a_u) {
  const auto companies = companies_of(1, 2000);
  const SimulatedDay day{companies, 2025y / November / 11};
  std::array<double, 192> slots{};
  double whole = 0;
  for (std::size_t i = 0; i < companies.size(); ++i) {
    for (int minute = 0; minute < 960; ++minute) {
      const auto volume = static_cast<double>(day.volume_at(i, minute));
      slots[static_cast<std::size_t>(minute / 5)] += volume;
      whole += volume;
    }
  }
  const auto sum = [&](int first, int end) {
    double of = 0;
    for (int slot = first; slot < end; ++slot) of += slots[static_cast<std::size_t>(slot)];
    return of / whole;
  };
  EXPECT_NEAR(sum(0, 66), 0.04, 0.01);
  EXPECT_NEAR(sum(144, 192), 0.03, 0.01);
  EXPECT_GT(sum(66, 72), 2 * sum(100, 106));    // the open, and noon
  EXPECT_GT(sum(138, 144), 2 * sum(100, 106));  // the close
}

TEST(SimulatedMarket, what_the_scanner_looks_up) {
  Simulator simulator{small()};
  const auto metadata = simulator.metadata();
  ASSERT_EQ(metadata.size(), 800U);
  for (const auto& row : metadata) {
    EXPECT_GT(row.market_cap, 0);
    EXPECT_GT(row.avg_volume_30d, 0);
    EXPECT_LE(row.float_shares, row.shares_outstanding);
    EXPECT_FALSE(row.sector.empty() || row.industry.empty() || row.exchange.empty());
  }
  EXPECT_EQ(metadata[0].symbol.text(), "AAPL");
  EXPECT_EQ(metadata[0].sector, "Technology");
  EXPECT_NEAR(static_cast<double>(metadata[0].avg_volume_30d), 60e6, 40e6);
}

}  // namespace
}  // namespace plimsoll::market
