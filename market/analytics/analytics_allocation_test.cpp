// In a program of its own: it counts every allocation.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "analytics/a_quote.h"
#include "analytics/analytics.h"

namespace {
std::size_t allocations = 0;
std::size_t allocated_bytes = 0;
}  // namespace

// Not inlined: GCC 12 would see free() given what new returned.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  allocated_bytes += size;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;

TEST(AnalyticsAllocation, takes_the_stated_memory_at_once_and_none_afterwards) {
  const Date tuesday{std::chrono::year{2025}, std::chrono::November, std::chrono::day{11}};
  const auto day = market_day(tuesday);
  const auto before = trading_days_before(tuesday, 5);
  std::vector<Quote> quotes;
  for (std::size_t i = 0; i < Analytics::kCapacity + 100; ++i)
    quotes.push_back(a_quote("S" + std::to_string(i)).price(10).volume(1).day(10, 11, 9));
  std::vector<Figures> figures(quotes.size());

  const auto bytes_before = allocated_bytes;
  Analytics analytics;
  const auto taken = allocated_bytes - bytes_before;
  EXPECT_EQ(taken, Analytics::bytes_for(Analytics::kCapacity));
  EXPECT_LE(taken, 170'000'000U);

  const auto count_before = allocations;
  analytics.begin_day(day, before);
  std::size_t rows = 0;
  std::size_t seconds = 0;
  for (int cycle = 0; cycle < 6; ++cycle) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(day.open) + cycle * 150s;
    for (auto& quote : quotes) {
      quote.exchange_time = now - 1s;
      quote.volume_today += 100;
    }
    analytics.begin_cycle(now);
    analytics.take(quotes, figures);
    seconds += analytics.take_aggregates(now).size();
    rows += analytics.take_slot_rows().size();
  }
  EXPECT_EQ(allocations, count_before);
  EXPECT_EQ(rows, 6 * Analytics::kCapacity);
  EXPECT_EQ(seconds, 5 * Analytics::kCapacity);  // the first cycle is only a baseline
  EXPECT_EQ(analytics.stats().over_capacity, 600U);
}

}  // namespace
}  // namespace plimsoll::market
