#include "scanner/ranking_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "analytics/a_quote.h"
#include "scanner/message_text.h"
#include "scanner/ranking_replica.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Millis kFeedTime{1'762'871'400'000ms};
const ScannerOptions kSmall{.capacity = 64, .keep = 40, .category_limit = 8};

/// A scanner and the quotes of its next cycle.
struct Market {
  Scanner scanner{kSmall};
  RankingFeed feed{kSmall};
  std::map<std::string, Quote> quotes;

  void set(const std::string& symbol, double price, std::int64_t volume = 10'000) {
    if (!quotes.contains(symbol)) {
      Metadata metadata;
      metadata.symbol = Symbol::of(symbol);
      metadata.avg_volume_30d = 100'000;
      metadata.sector = "Oil \"&\" Gas\n\\ \xC3\xB1 \xFF";
      scanner.set_metadata(metadata);
    }
    quotes[symbol] = a_quote(symbol).at(kFeedTime).price(price).volume(volume).prev_close(10);
  }
  void scan() {
    std::vector<Quote> all;
    for (const auto& [symbol, quote] : quotes) all.push_back(quote);
    scanner.begin({kFeedTime, Session::market_open});
    scanner.consider(all);
    scanner.rank();
  }
  /// What the next scan says of gappers_up; "" when nothing.
  std::string gappers() {
    scan();
    for (const auto& message : feed.announce(scanner)) {
      if (message.list != Category::gappers_up) continue;
      auto json = nlohmann::json::parse(message.json);
      for (auto& one : json) {
        if (message.snapshot) one = one.at("symbol");
        if (one.is_object() && one.contains("data")) one["data"] = one["data"].at("price");
      }
      return (message.snapshot ? "snapshot " : "delta ") + json.dump();
    }
    return "";
  }
};

TEST(RankingFeed, a_small_day_by_hand) {
  Market market;
  market.set("A", 10);
  EXPECT_EQ(market.gappers(), "");  // empty, and never spoken of
  market.set("A", 10.5);            // +5 %
  market.set("B", 10.4);            // +4 %
  EXPECT_EQ(market.gappers(), R"(snapshot ["A","B"])");
  EXPECT_EQ(market.gappers(), "");  // nothing changed
  market.set("C", 10.45);
  EXPECT_EQ(market.gappers(), R"(delta [{"action":"add","data":10.45,"rank":1,"symbol":"C"},)"
                              R"({"action":"rerank","new_rank":2,"old_rank":1,"symbol":"B"}])");
  market.quotes.erase("A");
  EXPECT_EQ(market.gappers(), R"(delta [{"action":"remove","symbol":"A"},)"
                              R"({"action":"rerank","new_rank":0,"old_rank":1,"symbol":"C"},)"
                              R"({"action":"rerank","new_rank":1,"old_rank":2,"symbol":"B"}])");
  market.quotes.erase("B");
  market.quotes.erase("C");
  EXPECT_THAT(market.gappers(), testing::HasSubstr("remove"));
  EXPECT_EQ(market.gappers(), "");  // empty, and said so already
  market.set("A", 10.5);
  EXPECT_EQ(market.gappers(), R"(delta [{"action":"add","data":10.5,"rank":0,"symbol":"A"}])");
  EXPECT_EQ(market.feed.sequence(Category::gappers_up), 5U);
}

TEST(RankingFeed, thresholds_count_from_what_was_announced) {
  Market market;
  market.set("A", 1000, 10'000);
  market.quotes["A"].prev_close = Price::dollars(100);
  market.gappers();
  const auto price = [&](double dollars) {
    market.quotes["A"].last = Price::dollars(dollars);
    return market.gappers();
  };
  EXPECT_EQ(price(1000.005), "");
  EXPECT_EQ(price(1000.01), "");    // not more than 0.01, nor is the change: 0.01 %
  EXPECT_NE(price(1000.0101), "");  // a drift in three steps is told
  market.quotes["A"].volume_today += 1000;
  EXPECT_EQ(market.gappers(), "");
  market.quotes["A"].volume_today += 1;
  EXPECT_NE(market.gappers(), "");
}

TEST(RankingFeed, a_restored_sequence_goes_on_with_a_snapshot_even_an_empty_one) {
  Market market;
  market.feed.restore(Category::gappers_up, 41);
  EXPECT_EQ(market.gappers(), "snapshot []");  // readers may hold rows of before
  EXPECT_EQ(market.feed.sequence(Category::gappers_up), 42U);
  EXPECT_EQ(market.gappers(), "");
  market.set("A", 11);
  EXPECT_THAT(market.gappers(), testing::StartsWith("delta"));
  market.feed.start_over(Category::gappers_up);
  EXPECT_EQ(market.gappers(), R"(snapshot ["A"])");
  EXPECT_EQ(market.feed.sequence(Category::gappers_up), 44U);
}

TEST(MessageText, has_the_fields_of_the_stream_and_is_valid_json) {
  Market market;
  market.set("A", 11);
  market.scan();
  MessageText text;
  const auto message = market.feed.announce(market.scanner).front();
  const auto fields = text.of(message);
  std::vector<std::string_view> names;
  for (const auto& field : fields) names.push_back(field.first);
  EXPECT_THAT(names, ElementsAre("type", "list", "sequence", "rows", "timestamp", "count"));
  const auto json = nlohmann::json::parse(text.json_of(message));
  EXPECT_EQ(json.at("sequence"), 1);
  EXPECT_EQ(json.at("timestamp"), "2025-11-11T14:30:00.000Z");
  EXPECT_EQ(json.at("rows").at(0).at("symbol"), "A");
}

TEST(RowJson, has_every_field_and_null_for_the_unknown) {
  Market market;
  market.set("A", 11);
  market.scan();
  const auto row = nlohmann::json::parse(market.feed.row_json(market.scanner, 0));
  EXPECT_EQ(row, nlohmann::json::parse(R"({"symbol":"A","timestamp":"2025-11-11T14:30:00.000Z",
    "price":11,"bid":null,"ask":null,"volume":0,"volume_today":10000,"open":null,"high":null,
    "low":null,"intraday_high":null,"intraday_low":null,"prev_close":10,"prev_volume":0,"change":1,
    "change_percent":10,"avg_volume_30d":100000,"avg_volume_10d":null,"float_shares":null,
    "shares_outstanding":null,"market_cap":null,"sector":"Oil \"&\" Gas\n\\ \u00f1 \ufffd",
    "industry":null,"exchange":null,"rvol":0.1,"rvol_slot":null,"atr":null,"atr_percent":null,
    "price_from_high":null,"price_from_low":null,"price_vs_vwap":null,"session":"MARKET_OPEN",
    "score":1.5,"rank":1,"filters_matched":[],"metadata":{"gap_from_prev_close":10,
    "gap_from_open":null,"gap_post_market":null,"gap_class":"EXTREME","position_in_range":null,
    "gap_fill_progress":null}})"));
}

TEST(RowJson, gaps_by_hand) {
  Market market;
  // Opened at 12 after a close of 10, now 11.5 in a day of 11 to 13.
  market.set("A", 11.5);
  market.quotes["A"] =
      a_quote("A").at(kFeedTime).price(11.5).volume(1).prev_close(10).day(12, 13, 11);
  market.scan();
  const auto gaps = nlohmann::json::parse(market.feed.row_json(market.scanner, 0)).at("metadata");
  EXPECT_EQ(gaps.at("position_in_range"), 25);  // (11.5 - 11) / (13 - 11)
  EXPECT_EQ(gaps.at("gap_fill_progress"), 25);  // (12 - 11.5) / (12 - 10)
  EXPECT_EQ(gaps.at("gap_from_open"), -4.1667);
}

/// Written again, plainly: what a reader must hold of one list.
struct Shadow {
  struct Row {
    std::string symbol;
    nlohmann::json data;
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::vector<Row> rows;

  static bool differ(const nlohmann::json& a, const nlohmann::json& b, const char* name,
                     double most) {
    if (a.at(name).is_null() != b.at(name).is_null()) return true;
    if (a.at(name).is_null()) return false;
    return std::llround(std::abs(a.at(name).get<double>() - b.at(name).get<double>()) * 10'000) >
           std::llround(most * 10'000);
  }
  /// `parsed`: every row of the ranking.
  void follow(const Market& market, Category list, const std::vector<nlohmann::json>& parsed) {
    std::vector<Row> next;
    for (const auto number : market.scanner.list(list)) {
      auto now = parsed.at(number);
      const auto symbol = now.at("symbol").get<std::string>();
      for (const auto& row : rows) {
        if (row.symbol != symbol) continue;
        const auto& old = row.data;
        if (!differ(old, now, "price", 0.01) && !differ(old, now, "volume_today", 1000) &&
            !differ(old, now, "change_percent", 0.01) && !differ(old, now, "rvol", 0.05))
          now = old;
      }
      next.push_back({symbol, now});
    }
    rows = std::move(next);
  }
};

void change_some(Market& market, std::mt19937& random) {
  for (int i = 0; i < 50; ++i) {
    const auto symbol = "S" + std::to_string(random() % 50);
    const auto known = market.quotes.find(symbol);
    if (known == market.quotes.end()) {
      if (random() % 4 == 0)
        market.set(symbol, 8 + static_cast<int>(random() % 500) / 100.0,
                   10'000 + static_cast<int>(random() % 900'000));
    } else if (random() % 12 == 0) {
      market.quotes.erase(known);
    } else if (random() % 3 == 0) {
      known->second.last.units += static_cast<int>(random() % 300) - 150;
      known->second.volume_today += random() % 3000;
    }
  }
  if (random() % 10 == 0) market.quotes.clear();
}

class DeltaLaw : public testing::TestWithParam<unsigned> {};

TEST_P(DeltaLaw, replaying_deltas_gives_every_later_ranking) {
  std::mt19937 random{GetParam()};
  Market market;
  RankingReplica replica;
  MessageText text;
  std::array<Shadow, kCategories> shadows;
  for (int scan = 0; scan < 12; ++scan) {
    change_some(market, random);
    if (random() % 6 == 0) {  // a restart: only the sequences are known
      RankingFeed after{kSmall};
      for (const auto list : all_categories()) after.restore(list, market.feed.sequence(list));
      market.feed = std::move(after);
      for (auto& shadow : shadows) shadow.rows.clear();
    }
    market.scan();
    for (const auto& message : market.feed.announce(market.scanner)) {
      ASSERT_NE(message.count, message.snapshot ? UINT32_MAX : 0U);
      const auto applied = replica.apply(text.json_of(message));
      ASSERT_TRUE(applied) << applied.error().what.en;
    }
    std::vector<nlohmann::json> parsed;
    for (std::uint16_t i = 0; i < market.scanner.rows().size(); ++i)
      parsed.push_back(nlohmann::json::parse(market.feed.row_json(market.scanner, i)));
    for (const auto list : all_categories()) {
      auto& shadow = shadows[static_cast<std::size_t>(list)];
      shadow.follow(market, list, parsed);
      std::vector<Shadow::Row> held;
      for (const auto& row : replica.rows(list))
        held.push_back({row.symbol, nlohmann::json::parse(row.data)});
      ASSERT_EQ(held, shadow.rows) << name_of(list) << " scan " << scan;
      ASSERT_EQ(replica.sequence(list), market.feed.sequence(list));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeltaLaw, testing::Range(0U, 16U));

TEST(RankingReplica, refuses_what_it_cannot_apply_and_stays_as_it_was) {
  RankingReplica replica;
  EXPECT_EQ(replica.apply("delta", "winners", 1, "[]").error().code, ErrorCode::conflict);
  ASSERT_TRUE(replica.apply("snapshot", "winners", 7, R"([{"symbol":"A"},{"symbol":"B"}])"));
  const std::vector<RankingReplica::Row> before{replica.rows(Category::winners).begin(),
                                                replica.rows(Category::winners).end()};
  EXPECT_TRUE(replica.apply("delta", "winners", 7, R"([{"action":"remove","symbol":"A"}])"));
  EXPECT_EQ(replica.apply("delta", "winners", 9, "[]").error().code, ErrorCode::conflict);
  for (const auto* const bad : {"", "{}", "[1]", R"([{"action":"remove","symbol":"Z"}])",
                                R"([{"action":"add","symbol":"A","rank":0,"data":{}}])",
                                R"([{"action":"add","symbol":"C","rank":1,"data":{}}])",
                                R"([{"action":"add","symbol":"C","rank":9,"data":{}}])",
                                R"([{"action":"move","symbol":"A"}])"})
    EXPECT_EQ(replica.apply("delta", "winners", 8, bad).error().code, ErrorCode::malformed) << bad;
  EXPECT_EQ(replica.apply("snapshot", "loosers", 1, "[]").error().code, ErrorCode::malformed);
  EXPECT_THAT(replica.rows(Category::winners), testing::ElementsAreArray(before));
  EXPECT_TRUE(replica.apply("delta", "winners", 8, R"([{"action":"remove","symbol":"A"},
      {"action":"rerank","symbol":"B","old_rank":1,"new_rank":0}])"));
  ASSERT_EQ(replica.rows(Category::winners).size(), 1U);
}

}  // namespace
}  // namespace plimsoll::market
