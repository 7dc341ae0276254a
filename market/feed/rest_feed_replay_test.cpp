#include <gtest/gtest.h>

#include "feed/rest_feed.h"
#include "feed/test_server_test.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kKey = "s3cr3t-k3y";

std::string body_of(std::initializer_list<std::pair<std::string_view, std::int64_t>> tickers) {
  std::string list;
  for (const auto& [symbol, updated] : tickers) {
    list += (list.empty() ? "" : ",") + std::string{R"({"ticker":")"} + std::string{symbol} +
            R"(","lastTrade":{"p":10.5},"updated":)" + std::to_string(updated) + "}";
  }
  return R"({"status":"OK","tickers":[)" + list + "]}";
}

RestFeedOptions options_for(const TestServer& server) {
  RestFeedOptions options;
  options.origin = server.origin();
  options.key = Secret{std::string{kKey}};
  options.interval = 5s;
  options.deadline = 5s;
  return options;
}

/// Milliseconds until due, within what the call itself took.
double due_in(const RestFeed& feed) {
  return std::chrono::duration<double, std::milli>(feed.due() - std::chrono::steady_clock::now())
      .count();
}

TEST(RestFeed, a_cycle_from_the_documented_call) {
  TestServer server{{{.body = body_of({{"AAPL", 2}, {"bad ticker", 2}, {"MSFT", 3}})}}};
  RestFeed feed{options_for(server)};
  EXPECT_LE(feed.due(), std::chrono::steady_clock::now());
  Cycle cycle;
  const auto next = feed.next(cycle);
  ASSERT_TRUE(next) << next.error().what.en;
  EXPECT_EQ(*next, Next::cycle);
  EXPECT_EQ(cycle.unreadable, 1U);
  ASSERT_EQ(cycle.quotes.size(), 2U);
  EXPECT_EQ(cycle.quotes[1].symbol.text(), "MSFT");
  EXPECT_EQ(cycle.quotes[1].price(), Price::dollars(10.5));
  EXPECT_GT(cycle.taken_at.time_since_epoch().count(), 0);
  const auto question = server.questions().at(0);
  EXPECT_TRUE(
      question.starts_with("GET /v2/snapshot/locale/us/markets/stocks/tickers HTTP/1.1\r\n"));
  EXPECT_NE(question.find("Authorization: Bearer s3cr3t-k3y\r\n"), std::string::npos);
  EXPECT_NEAR(due_in(feed), 5000, 1000);
}

TEST(RestFeed, older_answers_are_ignored) {
  TestServer server{{{.body = body_of({{"A", 20}, {"B", 20}})},
                     {.body = body_of({{"A", 19}, {"B", 21}})},  // A is late
                     {.body = body_of({{"A", 20}, {"B", 21}})},  // nothing new
                     {.body = body_of({{"A", 10}, {"B", 10}})},  // from a server that lags
                     {.body = body_of({{"A", 22}, {"B", 21}})}}};
  RestFeed feed{options_for(server)};
  Cycle cycle;
  ASSERT_EQ(*feed.next(cycle), Next::cycle);
  EXPECT_EQ(cycle.quotes.size(), 2U);
  ASSERT_EQ(*feed.next(cycle), Next::cycle);
  ASSERT_EQ(cycle.quotes.size(), 1U);
  EXPECT_EQ(cycle.quotes[0].symbol.text(), "B");
  EXPECT_EQ(*feed.next(cycle), Next::unchanged);
  EXPECT_TRUE(cycle.quotes.empty());
  EXPECT_EQ(*feed.next(cycle), Next::unchanged);
  ASSERT_EQ(*feed.next(cycle), Next::cycle);
  EXPECT_EQ(cycle.quotes.size(), 2U);
  EXPECT_EQ(feed.outdated(), 3U);
}

TEST(RestFeed, too_many_requests_waits_as_long_as_it_was_told) {
  TestServer server{{{.status = "429 Too Many Requests",
                      .body = R"({"status":"ERROR"})",
                      .headers = "Retry-After: 17\r\n"},
                     {.status = "429 Too Many Requests", .headers = "Retry-After: 86400\r\n"},
                     {.body = body_of({{"A", 1}})}}};
  RestFeed feed{options_for(server)};
  Cycle cycle;
  cycle.quotes.resize(3);
  const auto next = feed.next(cycle);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::unreachable);
  EXPECT_TRUE(cycle.quotes.empty());
  EXPECT_NEAR(due_in(feed), 17'000, 1000);
  EXPECT_FALSE(feed.next(cycle));
  EXPECT_NEAR(due_in(feed), 900'000, 1000);  // a quarter of an hour at most
  EXPECT_TRUE(feed.next(cycle));
  EXPECT_NEAR(due_in(feed), 5000, 1000);
}

TEST(RestFeed, failures_back_off_further_each_time) {
  TestServer server{{}};  // 500 for ever
  auto options = options_for(server);
  options.least_backoff = 10s;
  options.most_backoff = 30s;
  RestFeed feed{options};
  Cycle cycle;
  for (const double wait : {10'000.0, 20'000.0, 30'000.0, 30'000.0}) {
    EXPECT_FALSE(feed.next(cycle));
    EXPECT_NEAR(due_in(feed), wait, 1000);
  }
}

TEST(RestFeed, slow_cut_short_and_malformed_answers_are_empty_cycles) {
  TestServer server{{{.silent = true},
                     {.body = body_of({{"A", 1}}), .cut_short = true},
                     {.body = R"({"status":"OK","tickers":[{"ticker":"A")"},
                     {.body = std::string(5000, ' ')},
                     {.body = body_of({{"A", 1}})}}};
  auto options = options_for(server);
  options.deadline = 300ms;
  options.largest_body = 4096;
  RestFeed feed{options};
  Cycle cycle;
  const auto slow = feed.next(cycle);
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::timed_out);
  for (const auto* what : {"cut short", "malformed", "too large"}) {
    const auto bad = feed.next(cycle);
    ASSERT_FALSE(bad) << what;
    EXPECT_EQ(bad.error().code, ErrorCode::malformed) << what << ": " << bad.error().what.en;
    EXPECT_TRUE(cycle.quotes.empty());
  }
  ASSERT_TRUE(feed.next(cycle));
  EXPECT_EQ(cycle.quotes.size(), 1U);
}

TEST(RestFeed, the_key_is_in_no_error) {
  TestServer server{{{.status = "401 Unauthorized",
                      .body = R"({"status":"ERROR","error":"Unknown API Key s3cr3t-k3y"})"}}};
  RestFeed feed{options_for(server)};
  Cycle cycle;
  const auto denied = feed.next(cycle);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::denied);
  EXPECT_NE(denied.error().what.en.find("Unknown API Key ***"), std::string::npos);
  for (const auto& text : {denied.error().what, denied.error().hint}) {
    EXPECT_EQ(text.en.find(kKey), std::string::npos);
    EXPECT_EQ(text.es.find(kKey), std::string::npos);
  }
}

}  // namespace
}  // namespace plimsoll::market
