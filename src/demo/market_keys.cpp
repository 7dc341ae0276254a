#include <array>
#include <string_view>

#include "demo/market_streams.h"
#include "demo/redis_load.h"

namespace plimsoll {
namespace {

constexpr std::size_t kSymbols = 12'000;
constexpr std::size_t kHistories = 11'500;
constexpr std::size_t kAverages = 11'000;
constexpr std::string_view kDay = "86400";

/// State rewritten every few seconds: the document has them with 60 s to live.
void load_snapshots(RedisLoad& load, double scale) {
  const auto document = [&](std::size_t full) {
    return R"({"timestamp":"2025-11-11T15:00:00","count":11905,"tickers":)" +
           rows_as_json(7, payload_bytes(full, scale, 20'000)) + "}";
  };
  load.add({"SET", "snapshot:polygon:latest", document(7'920'000), "EX", std::string{kDay}});
  load.add({"SET", "snapshot:enriched:latest", document(9'020'000), "EX", std::string{kDay}});
}

void load_categories(RedisLoad& load, double scale) {
  constexpr std::array<std::string_view, 11> kCategories{
      "gappers_up", "gappers_down", "momentum_up", "momentum_down", "winners",  "losers",
      "anomalies",  "high_volume",  "new_highs",   "new_lows",      "reversals"};
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    const std::string name{kCategories.at(i)};
    load.add({"SET", "scanner:category:" + name,
              rows_as_json(i, payload_bytes(134'000, scale, 2'000)), "EX", std::string{kDay}});
    load.add({"SET", "scanner:sequence:" + name, std::to_string(26'000 / 11 + i), "EX",
              std::string{kDay}});
  }
  for (const char* session : {"PRE_MARKET", "MARKET_OPEN", "POST_MARKET"}) {
    const std::string rows = rows_as_json(3, payload_bytes(900'000, scale, 5'000));
    load.add({"SET", std::string{"scanner:filtered_complete:"} + session, rows, "EX",
              std::string{kDay}});
    load.add({"SET", std::string{"scanner:filtered_complete:"} + session + ":copy", rows});
  }
}

void load_per_symbol(RedisLoad& load, double scale) {
  const std::size_t slots = payload_bytes(192, scale, 8);
  for (std::size_t n = 0; n < kHistories; ++n) {
    redis::Command history{"HSET", "rvol:hist:avg:" + ticker(n) + ":5"};
    for (std::size_t slot = 0; slot < slots; ++slot) {
      history.push_back(std::to_string(slot));
      history.push_back(std::to_string((n * 131 + slot * 977) % 900'000));
    }
    const std::string key = history[1];
    load.add(std::move(history));
    load.add({"EXPIRE", key, std::string{kDay}});
  }
  const std::size_t bytes = payload_bytes(900, scale, 150);
  for (std::size_t n = 0; n < kSymbols; ++n)
    load.add({"SET", "metadata:ticker:" + ticker(n), rows_as_json(n, bytes)});
  for (std::size_t n = 0; n < kAverages; ++n)
    load.add({"SET", "ticker:avg_volume:" + ticker(n), std::to_string(n * 7919 % 9'000'000)});
}

/// One key with a field or member for each symbol.
void load_collection(RedisLoad& load, const std::string& verb, const std::string& key,
                     std::size_t members, const std::string& value) {
  constexpr std::size_t kPerCommand = 500;
  for (std::size_t first = 0; first < members; first += kPerCommand) {
    redis::Command command{verb, key};
    for (std::size_t n = first; n < std::min(first + kPerCommand, members); ++n) {
      command.push_back(ticker(n));
      if (!value.empty()) command.push_back(value);
    }
    load.add(std::move(command));
  }
}

void load_collections(RedisLoad& load) {
  load_collection(load, "HSET", "rvol:current_slot", 10'365, "1.87");
  load_collection(load, "HSET", "atr:daily", 11'581,
                  R"({"atr":0.4127,"atr_percent":3.31,"updated":"2025-11-11"})");
  load_collection(load, "SADD", "ticker:universe", 11'900, "");
  load_collection(load, "SADD", "polygon_ws:active_tickers", 940, "");
  for (const char* key : {"rvol:current_slot", "atr:daily", "polygon_ws:active_tickers"})
    load.add({"EXPIRE", key, std::string{kDay}});
}

void load_calendar(RedisLoad& load, Instant now) {
  load.add({"SET", "market:session:current", "MARKET_OPEN", "EX", std::string{kDay}});
  load.add({"SET", "market:session:status", R"({"market":"open"})", "EX", std::string{kDay}});
  for (const char* date : {"2025-11-27", "2025-11-28", "2025-12-24", "2025-12-25"})
    load.add({"SET", std::string{"market:holiday:"} + date + ":XNYS", "closed", "EX", "2592000"});
  for (int age = 0; age < 7; ++age)
    load.add({"SET", "maintenance:status:" + iso8601(now - Days{age}).substr(0, 10),
              R"({"status":"completed"})", "EX", "604800"});
}

}  // namespace

Result<void> load_market_keys(redis::Link& link, double scale, Instant now,
                              const Progress& progress) {
  RedisLoad load{link};
  progress(say("Redis keys", "claves de Redis"));
  load_snapshots(load, scale);
  load_categories(load, scale);
  load_per_symbol(load, scale);
  load_collections(load);
  load_calendar(load, now);
  return load.finish();
}

}  // namespace plimsoll
