#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "analytics/a_quote.h"
#include "analytics/aggregate_text.h"
#include "analytics/atr.h"
#include "analytics/decimal_text.h"
#include "analytics/partition.h"
#include "analytics/second_aggregates.h"
#include "analytics/symbol_table.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;

const Millis kMoment{std::chrono::sys_days{std::chrono::year{2025} / 11 / 11} + 14h + 30min};

template <typename Write>
std::string written_by(Write write, std::int64_t value) {
  std::array<char, 64> buffer{};
  return {buffer.data(), write(buffer.data(), value)};
}

TEST(DecimalText, writes_what_a_reader_expects) {
  EXPECT_EQ(written_by(write_decimal, 0), "0");
  EXPECT_EQ(written_by(write_decimal, -5), "-0.0005");
  EXPECT_EQ(written_by(write_decimal, 123'400), "12.34");
  EXPECT_EQ(written_by(write_decimal, -1'000'000), "-100");
  EXPECT_EQ(written_by(write_decimal, 9'999'999'999), "999999.9999");
  EXPECT_EQ(written_by(write_whole, std::numeric_limits<std::int64_t>::min()),
            "-9223372036854775808");
  EXPECT_EQ(written_by(write_instant, 1'762'871'400'007), "2025-11-11T14:30:00.007Z");
}

TEST(DecimalText, every_number_reads_back) {
  std::mt19937_64 random{7};
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (i % 46 + 16)) * (i % 2 ? -1 : 1);
    EXPECT_EQ(Decimal::of(std::stod(written_by(write_decimal, value))).units, value);
    EXPECT_EQ(written_by(write_whole, value), std::to_string(value));
  }
}

TEST(Decimal, halves_go_away_from_zero) {
  EXPECT_EQ(divide_rounded(5, 2), 3);
  EXPECT_EQ(divide_rounded(-5, 2), -3);
  EXPECT_EQ(divide_rounded(4, 3), 1);
  // (10.01 - 9.99) / 9.99 * 100 = 0.200200…
  EXPECT_EQ(percent_from(100'100, 99'900).units, 2002);
  EXPECT_FALSE(percent_from(1, 0).known());
  EXPECT_FALSE(percent_from(std::numeric_limits<std::int64_t>::max(), 1).known());
}

TEST(Partition, hashes_as_the_published_fnv_does) {
  EXPECT_EQ(stable_hash(Symbol::of("a")), 0xaf63dc4c8601ec8cU);  // FNV's own test vectors
  EXPECT_EQ(stable_hash(Symbol::of("foobar")), 0x85944171f73967e8U);
  EXPECT_EQ(stable_hash(Symbol{}), 0xcbf29ce484222325U);
}

TEST(Partition, shares_symbols_evenly) {
  std::array<int, 4> counts{};
  for (int i = 0; i < 8000; ++i) ++counts[partition_of(Symbol::of("S" + std::to_string(i)), 4)];
  for (const auto count : counts) EXPECT_NEAR(count, 2000, 200);
}

TEST(SymbolTable, keeps_indices_dense_and_refuses_beyond_its_capacity) {
  SymbolTable table{1000};
  for (std::uint32_t i = 0; i < 1000; ++i)
    EXPECT_EQ(table.find_or_add(Symbol::of("S" + std::to_string(i))), i);
  EXPECT_EQ(table.find_or_add(Symbol::of("MORE")), SymbolTable::kNone);
  EXPECT_EQ(table.find(Symbol::of("MORE")), SymbolTable::kNone);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(table.find(Symbol::of("S" + std::to_string(i))), i);
    EXPECT_EQ(table.symbol(i).text(), "S" + std::to_string(i));
  }
}

TEST(SymbolTable, tells_symbols_apart_that_differ_in_the_last_bytes) {
  SymbolTable table{4};
  EXPECT_EQ(table.find_or_add(Symbol::of("ABCDEFGHIJ")), 0U);
  EXPECT_EQ(table.find_or_add(Symbol::of("ABCDEFGHIK")), 1U);
  EXPECT_EQ(table.find_or_add(Symbol::of("ABCDEFGH")), 2U);
}

TEST(Atr, is_the_mean_of_the_first_fourteen_then_an_ema) {
  std::vector<DailyBar> bars(14, {Price::dollars(11), Price::dollars(10), Price::dollars(10.5)});
  EXPECT_FALSE(atr14(std::span{bars}.first(13)).known());
  EXPECT_EQ(atr14(bars), Decimal::of(1));  // every true range is 11 - 10
  // A gap up: max(20 - 19, |20 - 10.5|, |19 - 10.5|) = 9.5; 1 + (9.5 - 1) * 2 / 15 = 2.13333…
  bars.push_back({Price::dollars(20), Price::dollars(19), Price::dollars(19.5)});
  EXPECT_EQ(atr14(bars), Decimal::of(2.1333));
  // A gap down: |10 - 19.5| = 9.5; 2.13333 + (9.5 - 2.13333) * 2 / 15 = 3.11555…
  bars.push_back({Price::dollars(11), Price::dollars(10), Price::dollars(10)});
  EXPECT_EQ(atr14(bars), Decimal::of(3.1156));
}

TEST(SecondAggregates, add_up_the_second_in_which_a_symbol_traded) {
  SecondAggregates seconds{4};
  const auto quote = [](std::chrono::milliseconds after, double price, std::int64_t volume) {
    return a_quote("AAA").at(kMoment + after).price(price).volume(volume).quote;
  };
  EXPECT_TRUE(seconds.add(0, quote(1200ms, 10, 1100), {100, 2}));
  EXPECT_TRUE(seconds.add(0, quote(1800ms, 10.1, 1400), {300, 2}));
  EXPECT_THAT(seconds.take(kMoment + 1900ms), testing::IsEmpty());  // the second is not over
  EXPECT_TRUE(seconds.add(0, quote(2500ms, 9, 1401), {1, 0}));
  const SecondAggregate first{.symbol = Symbol::of("AAA"),
                              .open = Price::dollars(10),
                              .high = Price::dollars(10.1),
                              .low = Price::dollars(10),
                              .close = Price::dollars(10.1),
                              .vwap = Price::dollars(10.075),  // (100 * 10 + 300 * 10.1) / 400
                              .volume = 400,
                              .volume_accumulated = 1400,
                              .avg_trade_size = 100,  // 400 / 4
                              .start = kMoment + 1s,
                              .end = kMoment + 2s};
  EXPECT_THAT(seconds.take(kMoment + 2900ms), testing::ElementsAre(first));
  EXPECT_FALSE(seconds.add(0, quote(1900ms, 10, 1402), {1, 0}));  // out already
  const auto second = seconds.take(kMoment + 3s);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].volume, 1);
  EXPECT_THAT(seconds.take(kMoment + 1h), testing::IsEmpty());
}

TEST(SecondAggregates, a_queue_that_nobody_empties_is_bounded) {
  SecondAggregates seconds{1};
  for (int i = 0; i < 10; ++i)
    seconds.add(0, a_quote("AAA").at(kMoment + i * 1s).price(1).volume(i + 1).quote, {1, 1});
  EXPECT_EQ(seconds.take(kMoment + 1h).size(), 2U);
  EXPECT_EQ(seconds.dropped(), 8U);
}

TEST(AggregateText, has_the_fields_of_the_stream) {
  AggregateText text;
  const auto fields = text.of({.symbol = Symbol::of("BRK.A"),
                               .otc = true,
                               .open = Price::dollars(650'000.5),
                               .high = Price::dollars(650'001),
                               .low = Price::dollars(650'000),
                               .close = Price::dollars(650'000.0001),
                               .vwap = Price::dollars(650'000.25),
                               .volume = 3,
                               .volume_accumulated = 12'345,
                               .avg_trade_size = 1,
                               .start = kMoment,
                               .end = kMoment + 1s});
  using Field = AggregateText::Field;
  EXPECT_THAT(fields,
              testing::ElementsAre(
                  Field{"symbol", "BRK.A"}, Field{"open", "650000.5"}, Field{"high", "650001"},
                  Field{"low", "650000"}, Field{"close", "650000.0001"}, Field{"volume", "3"},
                  Field{"volume_accumulated", "12345"}, Field{"vwap", "650000.25"},
                  Field{"avg_trade_size", "1"}, Field{"timestamp_start", "1762871400000"},
                  Field{"timestamp_end", "1762871401000"}, Field{"otc", "true"}));
}

}  // namespace
}  // namespace plimsoll::market
