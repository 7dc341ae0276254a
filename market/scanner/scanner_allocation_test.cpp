// In a program of its own: it counts every allocation.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <random>

#include "analytics/a_quote.h"
#include "scanner/message_text.h"
#include "scanner/ranking_feed.h"
#include "scanner/store_policy.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// Not inlined: GCC 12 would see free() given what new returned.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;

TEST(ScannerAllocation, a_warm_scan_allocates_nothing) {
  constexpr std::size_t kSymbols = 3000;
  Scanner scanner;
  std::vector<Quote> quotes;
  for (std::size_t i = 0; i < kSymbols; ++i) {
    Metadata metadata;
    metadata.symbol = Symbol::of("S" + std::to_string(i));
    metadata.avg_volume_30d = 100'000;
    metadata.sector = "Consumer Cyclical";
    metadata.industry = "Internet Retail";
    metadata.exchange = "XNAS";
    scanner.set_metadata(metadata);
    quotes.push_back(
        a_quote(metadata.symbol.text()).price(10).volume(10'000).prev_close(10).day(10, 12, 8));
  }
  scanner.set_filters({{.name = "min_price", .min_price = Price::dollars(1)}});
  RankingFeed feed{scanner.options()};
  StorePolicy policy{{.minutes = StoredIn::history, .gaps = true}, scanner.options()};
  MessageText text;
  FilteredText filtered;
  std::mt19937 random{3};
  std::size_t warm = 0;
  std::size_t bytes = 0;
  for (int scan = 0; scan < 30; ++scan) {
    for (auto& quote : quotes) {
      quote.last.units = std::max<std::int64_t>(
          quote.last.units + static_cast<int>(random() % 4000) - 2000, 20'000);
      quote.volume_today += random() % 50'000;
    }
    if (scan == 10) warm = allocations;
    scanner.begin({Millis{1'762'871'400'000ms + scan * 10s}, Session::market_open});
    scanner.consider(quotes);
    scanner.rank();
    for (const auto& message : feed.announce(scanner)) bytes += text.json_of(message).size();
    for (std::uint16_t i = 0; i < 100; ++i)
      bytes += filtered.of(scanner.rows()[i], feed.row_json(scanner, i)).size();
    bytes += policy.take(scanner).size();
  }
  EXPECT_EQ(allocations, warm);
  EXPECT_GT(bytes, 1'000'000U);
}

}  // namespace
}  // namespace plimsoll::market
