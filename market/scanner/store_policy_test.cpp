#include "scanner/store_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analytics/a_quote.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;

const Millis kStoreTime{1'762'871'400'000ms};  // 14:30:00 UTC
constexpr ScannerOptions kStoreOptions{.capacity = 8, .keep = 5};

struct Stored {
  Scanner scanner{kStoreOptions};

  Stored() {
    for (const auto* const symbol : {"A", "B", "C"}) {
      Metadata metadata;
      metadata.symbol = Symbol::of(symbol);
      metadata.avg_volume_30d = 1000;
      metadata.market_cap = 5'000'000;
      scanner.set_metadata(metadata);
    }
  }
  const Scanner& scan(std::chrono::milliseconds after, const std::vector<Quote>& quotes,
                      Session session = Session::market_open) {
    scanner.begin({kStoreTime + after, session});
    scanner.consider(quotes);
    scanner.rank();
    return scanner;
  }
};

Quote store_quote(std::string_view symbol, double price, std::int64_t volume) {
  return a_quote(symbol).price(price).volume(volume).prev_close(10);
}

TEST(StorePolicy, stores_every_scan_unless_told_otherwise) {
  Stored stored;
  StorePolicy policy{{}, kStoreOptions};
  for (int i = 0; i < 3; ++i) {
    const auto rows =
        policy.take(stored.scan(i * 10s, {store_quote("A", 11, 100), store_quote("B", 12, 900)}));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].symbol, Symbol::of("B"));
    EXPECT_EQ(rows[0].time, kStoreTime + i * 10s);
    EXPECT_EQ(rows[0].market_cap, 5'000'000);
    EXPECT_EQ(rows[0].float_shares, SymbolFacts::kUnknown);
    EXPECT_EQ(rows[0].metadata, "");
  }
}

TEST(StorePolicy, once_in_a_span_and_the_top_of_the_session) {
  Stored stored;
  StoreSettings settings{.every = 30s, .gaps = true};
  settings.top[static_cast<std::size_t>(Session::pre_market)] = 1;
  StorePolicy policy{settings, kStoreOptions};
  std::vector<std::size_t> sizes;
  const std::vector<Quote> quotes{store_quote("A", 11, 100), store_quote("B", 12, 900)};
  for (int i = 0; i < 7; ++i) sizes.push_back(policy.take(stored.scan(i * 10s, quotes)).size());
  EXPECT_THAT(sizes, testing::ElementsAre(2, 0, 0, 2, 0, 0, 2));
  const auto rows = policy.take(stored.scan(90s, quotes, Session::pre_market));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].symbol, Symbol::of("B"));
  EXPECT_EQ(nlohmann::json::parse(rows[0].metadata).at("gap_class"), "EXTREME");
}

TEST(StorePolicy, minutes_are_means_of_their_scans) {
  Stored stored;
  StoreSettings settings{.scans = StoredIn::live, .minutes = StoredIn::history};
  settings.every = 1h;
  StorePolicy policy{settings, kStoreOptions};
  EXPECT_EQ(policy.take(stored.scan(0s, {store_quote("A", 11, 100)})).size(), 1U);  // the scan
  policy.take(stored.scan(20s, {store_quote("A", 12, 300), store_quote("B", 10, 50)}));
  policy.take(stored.scan(40s, {store_quote("A", 13, 400)}));
  EXPECT_THAT(policy.take(stored.scan(-5s, {})), testing::SizeIs(testing::Le(1)));
  const auto rows = policy.take(stored.scan(60s, {store_quote("C", 10, 1)}));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].table, StoredIn::history);
  EXPECT_EQ(rows[0].symbol, Symbol::of("A"));
  EXPECT_EQ(rows[0].time, kStoreTime);
  EXPECT_EQ(rows[0].price, Price::dollars(12));        // (11 + 12 + 13) / 3
  EXPECT_EQ(rows[0].change_percent, Decimal::of(20));  // (10 + 20 + 30) / 3
  EXPECT_EQ(rows[0].rvol, Decimal::of(0.2667));        // (0.1 + 0.3 + 0.4) / 3
  EXPECT_EQ(rows[0].volume_today, 400);                // the last
  EXPECT_FALSE(rows[0].rvol_slot.known());
  EXPECT_EQ(rows[1].price, Price::dollars(10));
  const auto rest = policy.flush(stored.scanner);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].symbol, Symbol::of("C"));
  EXPECT_THAT(policy.flush(stored.scanner), testing::IsEmpty());
}

TEST(StorePolicy, numbers_fit_their_columns) {
  Stored stored;
  StorePolicy policy{{}, kStoreOptions};
  auto quote = store_quote("A", 20'000, 10'000'000'000);
  quote.prev_close = Price::dollars(0.01);  // after a reverse split
  const auto rows = policy.take(stored.scan(0s, {quote}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].change_percent, Decimal::of(9999.9999));
  EXPECT_EQ(rows[0].rvol, Decimal::of(999'999.9999));
  EXPECT_EQ(policy.clamped(), 3U);  // the score too
}

}  // namespace
}  // namespace plimsoll::market
