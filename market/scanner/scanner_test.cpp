#include "scanner/scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "analytics/a_quote.h"
#include "scanner/filter_json.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Millis kScanTime{1'762'871'400'000ms};

Metadata metadata_of(std::string_view symbol, std::int64_t avg_volume_30d = 1'000'000) {
  Metadata metadata;
  metadata.symbol = Symbol::of(symbol);
  metadata.avg_volume_30d = avg_volume_30d;
  return metadata;
}

Quote traded(std::string_view symbol, double price, std::int64_t volume) {
  return a_quote(symbol).at(kScanTime - 1s).price(price).volume(volume).prev_close(10);
}

std::vector<std::string> ranked(const Scanner& scanner) {
  std::vector<std::string> symbols;
  for (const auto& row : scanner.rows()) symbols.emplace_back(row.quote.symbol.text());
  return symbols;
}

std::vector<std::string> listed(const Scanner& scanner, Category category) {
  std::vector<std::string> symbols;
  for (const auto number : scanner.list(category))
    symbols.emplace_back(scanner.rows()[number].quote.symbol.text());
  return symbols;
}

void scan(Scanner& scanner, const std::vector<Quote>& quotes,
          const std::vector<Figures>& figures = {}, Session session = Session::market_open) {
  scanner.begin({kScanTime, session});
  scanner.consider(quotes, figures);
  scanner.rank();
}

ScannerFilter filter_of(std::string_view parameters) {
  auto filter = parse_filter("f", true, parameters);
  EXPECT_TRUE(filter) << parameters;
  return *filter;
}

TEST(Scanner, metrics_worked_through_by_hand) {
  Scanner scanner;
  scanner.set_metadata(metadata_of("AAA", 400'000));
  Quote quote =
      a_quote("AAA").at(kScanTime).price(10.5).volume(600'000).prev_close(10).day(10.2, 11, 9.8);
  scan(scanner, {quote}, {{.rvol = Decimal::of(2.5)}});
  ASSERT_EQ(scanner.rows().size(), 1U);
  const auto& metrics = scanner.rows()[0].metrics;
  EXPECT_EQ(metrics.change_percent, Decimal::of(5));         // (10.5 - 10) / 10
  EXPECT_EQ(metrics.price_from_high, Decimal::of(-4.5455));  // (10.5 - 11) / 11
  EXPECT_EQ(metrics.price_from_low, Decimal::of(7.1429));    // (10.5 - 9.8) / 9.8
  EXPECT_EQ(metrics.gap_from_open, Decimal::of(2.9412));     // (10.5 - 10.2) / 10.2
  EXPECT_EQ(metrics.rvol, Decimal::of(2.5));
  EXPECT_EQ(metrics.score, Decimal::of(32.5));  // 10 * 2.5 + 5 * 600,000 / 400,000

  scan(scanner, {quote});  // without analytics: 600,000 / 400,000
  EXPECT_EQ(scanner.rows()[0].metrics.rvol, Decimal::of(1.5));
  EXPECT_EQ(scanner.rows()[0].metrics.score, Decimal::of(22.5));
}

TEST(Scanner, unknown_numbers_stay_unknown) {
  Scanner scanner;
  scanner.set_metadata(metadata_of("AAA", 0));
  scan(scanner, {a_quote("AAA").price(10).volume(5)});  // no previous close, no day bar
  ASSERT_EQ(scanner.rows().size(), 1U);
  const auto& row = scanner.rows()[0];
  EXPECT_FALSE(row.metrics.change_percent.known());
  EXPECT_FALSE(row.metrics.price_from_high.known());
  EXPECT_FALSE(row.metrics.rvol.known());
  EXPECT_EQ(row.metrics.score.units, 0);
  EXPECT_EQ(row.categories, 0);
}

TEST(Scanner, drops_and_counts_what_cannot_be_ranked) {
  Scanner scanner{{.capacity = 2}};
  EXPECT_TRUE(scanner.set_metadata(metadata_of("AAA")));
  EXPECT_TRUE(scanner.set_metadata(metadata_of("BBB")));
  EXPECT_FALSE(scanner.set_metadata(metadata_of("CCC")));
  scan(scanner, {traded("AAA", 0.4999, 1), traded("AAA", 10, 0), traded("CCC", 10, 1),
                 traded("BBB", 1e9, 1), traded("BBB", 0.5, 1)});
  EXPECT_THAT(ranked(scanner), ElementsAre("BBB"));
  EXPECT_EQ(scanner.stats().no_price, 2U);
  EXPECT_EQ(scanner.stats().no_volume, 1U);
  EXPECT_EQ(scanner.stats().no_metadata, 1U);
  EXPECT_EQ(scanner.stats().over_capacity, 1U);
}

TEST(Scanner, the_newest_of_duplicates_counts) {
  Scanner scanner;
  scanner.set_metadata(metadata_of("AAA"));
  scanner.set_filters({filter_of(R"({"min_price": 5})")});
  auto older = traded("AAA", 11, 100);
  older.exchange_time -= 1s;
  scan(scanner, {traded("AAA", 12, 100), older, traded("AAA", 13, 100)});
  ASSERT_EQ(scanner.rows().size(), 1U);
  EXPECT_EQ(scanner.rows()[0].quote.last, Price::dollars(13));
  EXPECT_EQ(scanner.stats().duplicates, 2U);
  scan(scanner, {older, traded("AAA", 4, 100)});  // the newest one does not pass
  EXPECT_THAT(scanner.rows(), IsEmpty());
  scan(scanner, {traded("AAA", 4, 100), traded("AAA", 6, 100)});
  EXPECT_THAT(ranked(scanner), ElementsAre("AAA"));
}

TEST(Scanner, equal_scores_are_in_order_of_symbol_and_vanished_symbols_are_gone) {
  Scanner scanner{{.keep = 2}};
  for (const auto* const symbol : {"C", "A", "B"}) scanner.set_metadata(metadata_of(symbol));
  scan(scanner, {traded("C", 10, 500), traded("A", 10, 500), traded("B", 10, 500)});
  EXPECT_THAT(ranked(scanner), ElementsAre("A", "B"));
  EXPECT_EQ(scanner.rows()[1].rank, 2U);
  scan(scanner, {traded("C", 10, 500)});
  EXPECT_THAT(ranked(scanner), ElementsAre("C"));
}

TEST(Scanner, thresholds_of_the_categories) {
  Scanner scanner;
  const auto sets = [&](Quote quote, Session session, double rvol = 1) {
    scanner.set_metadata(metadata_of(quote.symbol.text()));
    scan(scanner, {quote}, {{.rvol = Decimal::of(rvol)}}, session);
    std::vector<std::string> names;
    for (const auto category : all_categories())
      if (!scanner.list(category).empty()) names.emplace_back(name_of(category));
    return names;
  };
  const auto open = Session::market_open;
  EXPECT_THAT(sets(traded("A", 10.1999, 1), open), IsEmpty());
  EXPECT_THAT(sets(traded("A", 10.2, 1), open), ElementsAre("gappers_up"));
  EXPECT_THAT(sets(traded("A", 10.3, 1), open), ElementsAre("gappers_up", "momentum_up"));
  EXPECT_THAT(sets(traded("A", 10.3, 1), Session::pre_market), ElementsAre("gappers_up"));
  EXPECT_THAT(sets(traded("A", 10.5, 1), open),
              ElementsAre("gappers_up", "momentum_up", "winners"));
  EXPECT_THAT(sets(traded("A", 9.5, 1), open),
              ElementsAre("gappers_down", "momentum_down", "losers"));
  EXPECT_THAT(sets(traded("A", 10, 1), open, 2), ElementsAre("high_volume"));
  EXPECT_THAT(sets(traded("A", 10, 1), open, 3), ElementsAre("anomalies", "high_volume"));
  const auto in_day = [](double price, double day_open, double high, double low) {
    return a_quote("A").price(price).volume(1).prev_close(10).day(day_open, high, low).quote;
  };
  EXPECT_THAT(sets(in_day(19.9, 0, 20, 5), open), testing::Contains("new_highs"));  // 0.5 % below
  EXPECT_THAT(sets(in_day(19.89, 0, 20, 5), open), testing::Not(testing::Contains("new_highs")));
  EXPECT_THAT(sets(in_day(20.1, 0, 30, 20), open), testing::Contains("new_lows"));
  EXPECT_THAT(sets(in_day(10, 0, 10, 10), open), ElementsAre("new_highs", "new_lows"));
  // 2 % up on the day, and 1 % under its open; the same mirrored.
  EXPECT_THAT(sets(in_day(10.2, 10.31, 0, 0), open), ElementsAre("gappers_up", "reversals"));
  EXPECT_THAT(sets(in_day(9.8, 9.7, 0, 0), open), ElementsAre("gappers_down", "reversals"));
}

TEST(Scanner, intraday_extremes_can_decide_instead) {
  Scanner scanner{{.near = {.within = Decimal::of(2), .intraday = true}}};
  scanner.set_metadata(metadata_of("A"));
  const Quote quote = a_quote("A").price(98).volume(1).prev_close(98).day(98, 200, 1);
  scan(scanner, {quote},
       {{.intraday_high = Price::dollars(100), .intraday_low = Price::dollars(50)}});
  EXPECT_THAT(listed(scanner, Category::new_highs), ElementsAre("A"));
  EXPECT_THAT(listed(scanner, Category::new_lows), IsEmpty());
}

TEST(ScannerFilters, null_rules) {
  Scanner scanner;
  scanner.set_metadata(metadata_of("NONE", 0));  // no rvol, no market cap, no sector
  const std::vector<Quote> quotes{a_quote("NONE").at(kScanTime - 10s).price(10).volume(100)};
  const auto passes = [&](std::string_view parameters, Session session = Session::market_open) {
    scanner.set_filters({filter_of(parameters)});
    scan(scanner, quotes, {}, session);
    return !scanner.rows().empty();
  };
  EXPECT_TRUE(passes(R"({"min_rvol": 2, "max_rvol": 3})"));
  EXPECT_FALSE(passes(R"({"min_change_percent": -100})"));
  EXPECT_FALSE(passes(R"({"max_change_percent": 100})"));
  EXPECT_FALSE(passes(R"({"max_market_cap": 1e12})"));
  EXPECT_FALSE(passes(R"({"min_market_cap": 0})"));
  EXPECT_FALSE(passes(R"({"sectors": ["Energy"]})"));
  EXPECT_FALSE(passes(R"({"sectors": [""]})"));
  EXPECT_FALSE(passes(R"({"min_volume": 101})"));
  EXPECT_TRUE(passes(R"({"min_volume": 100, "min_minute_volume": 0, "max_rvol": null})"));
  EXPECT_FALSE(passes(R"({"min_minute_volume": 1})"));
  EXPECT_FALSE(passes(R"({"max_data_age_seconds": 9})"));  // a halted one
  EXPECT_TRUE(passes(R"({"max_data_age_seconds": 10})"));
  EXPECT_FALSE(passes(R"({"min_price": 11, "sessions": ["MARKET_OPEN"]})"));
  EXPECT_TRUE(passes(R"({"min_price": 11, "sessions": ["MARKET_OPEN"]})", Session::pre_market));
}

TEST(ScannerFilters, all_that_are_enabled_must_pass) {
  Scanner scanner;
  for (const auto* const symbol : {"OIL", "GAS", "TECH"}) {
    auto metadata = metadata_of(symbol);
    metadata.sector = symbol == std::string_view{"TECH"} ? "Technology" : "Energy";
    metadata.exchange = symbol == std::string_view{"GAS"} ? "XNAS" : "XNYS";
    scanner.set_metadata(metadata);
  }
  auto off = filter_of(R"({"min_price": 1000})");
  off.enabled = false;
  scanner.set_filters({filter_of(R"({"sectors": ["Energy", "Utilities"]})"), off,
                       filter_of(R"({"exchanges": ["XNYS"]})"), filter_of(R"({"min_price": 5})")});
  scan(scanner, {traded("OIL", 10, 1), traded("GAS", 10, 1), traded("TECH", 10, 1)});
  EXPECT_THAT(ranked(scanner), ElementsAre("OIL"));
  EXPECT_EQ(scanner.filters_matched().size(), 3U);
}

TEST(ScannerFilters, what_cannot_be_applied_is_refused) {
  for (const auto* const bad :
       {"", "[]", R"({"min_rvl": 2})", R"({"min_rvol": "2"})", R"({"sectors": "Energy"})",
        R"({"sessions": ["LUNCH"]})", R"({"min_price": 1e300})", R"({"max_data_age_seconds": -1})"})
    EXPECT_FALSE(parse_filter("f", true, bad)) << bad;
}

/// The same written plainly: everything sorted, then cut.
struct Plain {
  Symbol symbol;
  Metrics metrics;
};

std::vector<std::string> plain_top(std::vector<Plain> rows, std::size_t limit, auto key) {
  std::sort(rows.begin(), rows.end(), [&](const Plain& a, const Plain& b) {
    return std::pair{-key(a.metrics), a.symbol} < std::pair{-key(b.metrics), b.symbol};
  });
  rows.resize(std::min(rows.size(), limit));
  std::vector<std::string> symbols;
  for (const auto& row : rows) symbols.emplace_back(row.symbol.text());
  return symbols;
}

std::vector<Plain> where(const std::vector<Plain>& rows, auto holds) {
  std::vector<Plain> result;
  for (const auto& row : rows)
    if (holds(row.metrics)) result.push_back(row);
  return result;
}

TEST(ScannerProperty, partial_selection_is_a_full_sort) {
  constexpr std::size_t kSymbols = 300;
  constexpr std::size_t kLimit = 9;
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random{seed};
    const auto up_to = [&](int most) { return static_cast<int>(random() % 1'000'000) % most; };
    const auto keep = static_cast<std::size_t>(20 + up_to(200));
    Scanner scanner{{.capacity = kSymbols, .keep = keep, .category_limit = kLimit}};
    scanner.set_filters({filter_of(R"({"min_rvol": 0.5, "min_change_percent": -15})")});
    for (int scans = 0; scans < 4; ++scans) {  // what one scan remembers must not show in the next
      const int scale = scans == 2 ? 1 : 10;   // all scores fall at once
      std::vector<Quote> quotes;
      std::vector<Figures> figures;
      std::vector<Plain> passing;
      for (std::size_t i = 0; i < kSymbols; ++i) {
        const auto symbol = "S" + std::to_string(i);
        const auto average = up_to(5) == 0 ? 0 : 1000 + up_to(20) * 100;  // few values: ties
        scanner.set_metadata(metadata_of(symbol, average));
        quotes.push_back(a_quote(symbol)
                             .price(8 + up_to(40) / 10.0)
                             .volume(500 + up_to(9) * 100)
                             .prev_close(up_to(9) == 0 ? 0 : 10)
                             .day(10, 12, 8));
        figures.push_back(
            {.rvol = up_to(4) == 0 ? Decimal{} : Decimal{5000 + up_to(500) * 10 * scale}});
        SymbolFacts facts;
        facts.avg_volume_30d = average;
        const auto metrics = metrics_of(quotes[i], figures[i], facts);
        const bool rvol_passes = !metrics.rvol.known() || metrics.rvol.value() >= 0.5;
        const bool change_passes =
            metrics.change_percent.known() && metrics.change_percent.value() >= -15;
        if (rvol_passes && change_passes) passing.push_back({quotes[i].symbol, metrics});
      }
      scan(scanner, quotes, figures);
      const auto score = [](const Metrics& m) { return m.score.units; };
      const auto best = plain_top(passing, keep, score);
      ASSERT_EQ(ranked(scanner), best) << seed;
      std::erase_if(passing, [&](const Plain& row) {
        return std::find(best.begin(), best.end(), row.symbol.text()) == best.end();
      });
      const auto gained = where(passing, [](auto& m) { return m.change_percent.value() >= 2; });
      EXPECT_EQ(listed(scanner, Category::gappers_up),
                plain_top(gained, kLimit, [](auto& m) { return m.change_percent.units; }));
      const auto lost = where(passing, [](auto& m) { return m.change_percent.value() <= -5; });
      EXPECT_EQ(listed(scanner, Category::losers),
                plain_top(lost, kLimit, [](auto& m) { return -m.change_percent.units; }));
      const auto busy =
          where(passing, [](auto& m) { return m.rvol.known() && m.rvol.value() >= 2; });
      EXPECT_EQ(listed(scanner, Category::high_volume),
                plain_top(busy, kLimit, [](auto& m) { return m.volume_today; }));
    }
  }
}

}  // namespace
}  // namespace plimsoll::market
