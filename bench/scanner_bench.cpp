// The scanner's core on the simulated market: what one quote costs, what a whole scan costs with
// every category, delta and row of JSON, and the same scan written plainly in Python beside it.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analytics/analytics.h"
#include "child.h"
#include "feed/simulator.h"
#include "fixture_servers.h"
#include "output.h"
#include "row.h"
#include "scanner/ranking_feed.h"

namespace plimsoll::bench {
namespace {

using namespace market;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kCycles = 40;
constexpr std::size_t kPeerCycles = 20;
constexpr int kRounds = 50;
constexpr double kMostNsPerQuote = 200;
constexpr double kMostScanMs = 2;
constexpr Date kBenchDay{std::chrono::year{2025}, std::chrono::November, std::chrono::day{11}};

/// Forty cycles of 11,900 tickers from 09:35 on, with what analytics says of them.
struct Recorded {
  std::vector<TickerMetadata> metadata;
  std::vector<std::vector<Quote>> quotes;
  std::vector<std::vector<Figures>> figures;
  std::vector<Millis> times;
};

void load_history(Analytics& analytics, const std::vector<TickerMetadata>& metadata) {
  for (const auto date : trading_days_before(kBenchDay, VolumeHistory::kDays)) {
    for (const auto& ticker : metadata) {
      // By the open a sixteenth of a usual day, so that some trade at a multiple of it.
      analytics.load({.date = date,
                      .symbol = ticker.symbol,
                      .slot = 60,
                      .volume_accumulated = ticker.avg_volume_30d / 16});
    }
  }
}

Recorded record_market() {
  const auto day = market_day(kBenchDay);
  Simulator simulator{{.start = day.open + std::chrono::minutes{5}, .speed = 0}};
  Recorded recorded;
  recorded.metadata = simulator.metadata();
  Analytics analytics;
  analytics.begin_day(day, trading_days_before(kBenchDay, VolumeHistory::kDays));
  load_history(analytics, recorded.metadata);
  for (std::size_t i = 0; i < kCycles; ++i) {
    market::Cycle cycle;
    if (!simulator.next(cycle)) throw std::runtime_error{"the simulator failed"};
    std::vector<Figures> figures(cycle.quotes.size());
    analytics.begin_cycle(cycle.taken_at);
    analytics.take(cycle.quotes, figures);
    recorded.times.push_back(cycle.taken_at);
    recorded.figures.push_back(std::move(figures));
    recorded.quotes.push_back(std::move(cycle.quotes));
  }
  return recorded;
}

Scanner scanner_of(const Recorded& recorded) {
  Scanner scanner;
  for (const auto& ticker : recorded.metadata) {
    scanner.set_metadata({.symbol = ticker.symbol,
                          .market_cap = ticker.market_cap,
                          .float_shares = ticker.float_shares,
                          .shares_outstanding = ticker.shares_outstanding,
                          .avg_volume_30d = ticker.avg_volume_30d,
                          .avg_volume_10d = ticker.avg_volume_10d,
                          .sector = std::string{ticker.sector},
                          .industry = std::string{ticker.industry},
                          .exchange = std::string{ticker.exchange}});
  }
  scanner.set_filters({{.name = "min_price", .min_price = Price::dollars(1)},
                       {.name = "min_volume", .min_volume = 100}});
  return scanner;
}

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double p99(std::vector<double> values) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * 99 / 100);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct ScanCost {
  double ns_per_quote = 0;
  double scan_median_ms = 0;
  double scan_p99_ms = 0;
};

ScanCost measure_scans(const Recorded& recorded) {
  auto scanner = scanner_of(recorded);
  RankingFeed feed{scanner.options()};
  std::vector<double> per_quote;
  std::vector<double> scans;
  std::size_t bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kCycles; ++i) {
      const auto begin = Clock::now();
      scanner.begin({recorded.times[i], Session::market_open});
      scanner.consider(recorded.quotes[i], recorded.figures[i]);
      scanner.rank();
      const auto ranked = ms_since(begin);
      for (const auto& message : feed.announce(scanner)) bytes += message.json.size();
      const auto all = ms_since(begin);
      if (round == 0) continue;  // the first one is warming up
      per_quote.push_back(ranked * 1e6 / static_cast<double>(recorded.quotes[i].size()));
      scans.push_back(all);
    }
  }
  if (bytes == 0) throw std::runtime_error{"the scanner announced nothing"};
  return {median(per_quote), median(scans), p99(scans)};
}

void write_raw(const std::filesystem::path& file, const auto& cycles) {
  std::ofstream out{file, std::ios::binary};
  for (std::size_t i = 0; i < kPeerCycles; ++i) {
    out.write(reinterpret_cast<const char*>(cycles[i].data()),
              static_cast<std::streamsize>(cycles[i].size() * sizeof(cycles[i][0])));
  }
  if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

void write_for_peer(const std::filesystem::path& folder, const Recorded& recorded) {
  static_assert(sizeof(Quote) == 128 && sizeof(Figures) == 40);  // scanner_peer.py reads them
  write_raw(folder / "quotes.bin", recorded.quotes);
  write_raw(folder / "figures.bin", recorded.figures);
  auto metadata = nlohmann::json::array();
  for (const auto& ticker : recorded.metadata) {
    metadata.push_back({{"symbol", ticker.symbol.text()},
                        {"market_cap", ticker.market_cap},
                        {"float_shares", ticker.float_shares},
                        {"shares_outstanding", ticker.shares_outstanding},
                        {"avg_volume_30d", ticker.avg_volume_30d},
                        {"avg_volume_10d", ticker.avg_volume_10d},
                        {"sector", ticker.sector},
                        {"industry", ticker.industry},
                        {"exchange", ticker.exchange}});
  }
  std::ofstream out{folder / "metadata.json"};
  out << nlohmann::json{{"cycles", kPeerCycles}, {"metadata", metadata}};
  if (!out.flush()) throw std::runtime_error{"cannot write the peer's metadata"};
}

/// One cycle as the peer prints it: the symbols of each list, and how many changes were announced.
nlohmann::json ranking_of(const Scanner& scanner, RankingFeed& feed) {
  nlohmann::json lists;
  for (const auto& row : scanner.rows()) lists["all"].push_back(row.quote.symbol.text());
  nlohmann::json changes = nlohmann::json::object();
  for (const auto& message : feed.announce(scanner))
    changes[std::string{name_of(message.list)}] = message.count;
  for (const auto list : all_categories()) {
    auto symbols = nlohmann::json::array();
    for (const auto number : scanner.list(list))
      symbols.push_back(scanner.rows()[number].quote.symbol.text());
    lists[std::string{name_of(list)}] = symbols;
  }
  return {{"lists", lists}, {"changes", changes}};
}

void require_same_rankings(const Recorded& recorded, const nlohmann::json& of_peer) {
  auto scanner = scanner_of(recorded);
  RankingFeed feed{scanner.options()};
  for (std::size_t i = 0; i < kPeerCycles; ++i) {
    scanner.begin({recorded.times[i], Session::market_open});
    scanner.consider(recorded.quotes[i], recorded.figures[i]);
    scanner.rank();
    const auto ours = ranking_of(scanner, feed);
    const auto& theirs = of_peer.at(i);
    if (ours == theirs) continue;
    throw std::runtime_error{"cycle " + std::to_string(i) + " ranks differently in Python: " +
                             nlohmann::json::diff(ours, theirs).dump().substr(0, 400)};
  }
}

double peer_scan_ms(const Recorded& recorded) {
  const Scratch scratch;
  write_for_peer(scratch.path(), recorded);
  const auto output = scratch.path() / "peer.json";
  run_child_or_throw(
      {"/usr/bin/python3", PLIMSOLL_SOURCES "/bench/scanner_peer.py", scratch.path().string()},
      output);
  const auto peer = nlohmann::json::parse(read_file(output));
  require_same_rankings(recorded, peer.at("rankings"));
  return median(peer.at("scan_ms").get<std::vector<double>>());
}

}  // namespace

Rows run_scanner_bench() {
  const auto recorded = record_market();
  const auto cost = measure_scans(recorded);
  Rows rows;
  rows.push_back({.bench = "market",
                  .subject = "scanner, one quote: metrics to categories",
                  .value = cost.ns_per_quote,
                  .unit = "ns",
                  .most = kMostNsPerQuote});
  rows.push_back({.bench = "market",
                  .subject = "scanner full scan p99",
                  .value = cost.scan_p99_ms,
                  .unit = "ms",
                  .most = kMostScanMs});
  rows.push_back({.bench = "market",
                  .subject = "scanner full scan, median",
                  .value = cost.scan_median_ms,
                  .unit = "ms",
                  .peer = "Python with pandas",
                  .peer_value = peer_scan_ms(recorded)});
  return rows;
}

}  // namespace plimsoll::bench
