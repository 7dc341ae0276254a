#include "demo/market_streams.h"

#include "demo/dormant_consumer.h"
#include "demo/redis_load.h"

namespace plimsoll {
namespace {

using redis::Command;

std::int64_t milliseconds_of(Instant instant) {
  return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

std::string entry_id(std::int64_t ms, std::size_t sequence) {
  return std::to_string(ms) + "-" + std::to_string(sequence);
}

/// XADD of one entry; capped the way the producers do it where there is a cap.
Command xadd(const std::string& stream, std::int64_t cap, const std::string& id,
             std::initializer_list<std::string> fields) {
  Command command{"XADD", stream};
  if (cap > 0) command.insert(command.end(), {"MAXLEN", "~", std::to_string(cap)});
  command.push_back(id);
  command.insert(command.end(), fields);
  return command;
}

/// An approximate trim stops at a node's edge, so the length is a little above the cap; the last
/// few go with an exact one, so that every demo has the document's number.
void settle(RedisLoad& load, const std::string& stream, std::int64_t length) {
  load.add({"XTRIM", stream, "MAXLEN", "=", std::to_string(length)});
}

/// Whatever is unread, taken and acknowledged at once.
void read_to_the_end(RedisLoad& load, const std::string& stream, const std::string& group,
                     const std::string& consumer, std::size_t unread) {
  constexpr std::size_t kCount = 100;
  for (std::size_t read = 0; read < unread; read += kCount)
    load.add({"XREADGROUP", "GROUP", group, consumer, "COUNT", std::to_string(kCount), "NOACK",
              "STREAMS", stream, ">"});
}

/// One entry a ticker, 11,905 every five seconds, until the producer was changed a week ago.
void load_snapshots(RedisLoad& load, double scale, Instant now) {
  constexpr std::size_t kTotal = 55'000;
  constexpr std::size_t kPerCycle = 11'905;
  const std::int64_t end = milliseconds_of(now - Days{7});
  const std::size_t bytes = payload_bytes(700, scale, 70);
  for (std::size_t i = 0; i < kTotal; ++i) {
    const auto cycles_left = static_cast<std::int64_t>((kTotal - 1) / kPerCycle - i / kPerCycle);
    load.add(xadd("snapshots:raw", kSnapshotsRaw, entry_id(end - cycles_left * 5000, i % kPerCycle),
                  {"ticker", ticker(i), "data", rows_as_json(i, bytes)}));
  }
  settle(load, "snapshots:raw", kSnapshotsRaw);
}

void load_filtered(RedisLoad& load, double scale, Instant now) {
  constexpr std::size_t kTotal = 12'000;
  const std::int64_t end = milliseconds_of(now - Days{6});
  const std::size_t bytes = payload_bytes(600, scale, 70);
  for (std::size_t i = 0; i < kTotal; ++i) {
    const std::int64_t ms = end - static_cast<std::int64_t>((kTotal - i) / 800) * 10'000;
    load.add(xadd("tickers:filtered", kTickersFiltered, entry_id(ms, i),
                  {"symbol", ticker(i), "price", "12.5", "rvol", "3.1", "score", "38.2", "data",
                   rows_as_json(i, bytes)}));
  }
  settle(load, "tickers:filtered", kTickersFiltered);
}

/// Eleven categories every ten seconds, read by the websocket server as they come.
void load_ranking(RedisLoad& load, double scale, Instant now) {
  constexpr std::size_t kTotal = 26'000;
  constexpr std::size_t kUnreadAtLast = 50;
  const std::string stream = "stream:ranking:deltas";
  const std::size_t bytes = payload_bytes(4000, scale, 80);
  for (std::size_t i = 0; i < kTotal; ++i) {
    if (i == kTotal - kUnreadAtLast)
      load.add({"XGROUP", "CREATE", stream, "websocket_server_deltas", "$"});
    const std::int64_t ms = milliseconds_of(now) - static_cast<std::int64_t>(kTotal - 1 - i) * 909;
    load.add(xadd(stream, kRankingDeltas, entry_id(ms, 0),
                  {"type", "delta", "list", "gappers_up", "sequence", std::to_string(i), "deltas",
                   rows_as_json(i, bytes), "change_count", std::to_string(i % 40)}));
  }
  read_to_the_end(load, stream, "websocket_server_deltas", "ws_server_1", kUnreadAtLast);
  settle(load, stream, kRankingDeltas);
}

void add_aggregate(RedisLoad& load, std::size_t i, std::int64_t ms) {
  const std::string stamp = std::to_string(ms);
  load.add(xadd("stream:realtime:aggregates", kRealtimeAggregates, entry_id(ms, 0),
                {"symbol",
                 ticker(i % 400),
                 "open",
                 "12.31",
                 "high",
                 "12.40",
                 "low",
                 "12.30",
                 "close",
                 "12.37",
                 "volume",
                 std::to_string(100 + i % 9000),
                 "volume_accumulated",
                 std::to_string(i * 977),
                 "vwap",
                 "12.35",
                 "avg_trade_size",
                 "88",
                 "timestamp_start",
                 stamp,
                 "timestamp_end",
                 stamp,
                 "otc",
                 "false"}));
}

/// A reader that took entries six days ago, acknowledged none, and was never started again.
Result<void> add_dead_reader(RedisLoad& load, Instant now) {
  const std::string stream = "stream:realtime:aggregates";
  const Instant then = now - Days{6};
  constexpr std::size_t kWaiting = 600;
  for (std::size_t i = 0; i < kWaiting; ++i)
    add_aggregate(load, i, milliseconds_of(then) + static_cast<std::int64_t>(i) - 1000);
  load.add({"XGROUP", "CREATE", stream, "api_gateway_agg", "0"});
  const auto taken = load.ask({"XREADGROUP", "GROUP", "api_gateway_agg", "api_gateway_1", "COUNT",
                               std::to_string(kDanglingPending), "STREAMS", stream, ">"});
  if (!taken) return failure(taken.error());
  Command claim{"XCLAIM", stream, "api_gateway_agg", "api_gateway_1", "0"};
  for (std::size_t i = 0; i < static_cast<std::size_t>(kDanglingPending); ++i)
    claim.push_back(entry_id(milliseconds_of(then) + static_cast<std::int64_t>(i) - 1000, 0));
  claim.insert(claim.end(), {"TIME", std::to_string(milliseconds_of(then)), "JUSTID"});
  load.add(std::move(claim));
  const auto dump = load.ask({"DUMP", stream});
  if (!dump) return failure(dump.error());
  load.add({"RESTORE", stream, "0", with_consumer_last_seen(dump->text, "api_gateway_1", then),
            "REPLACE"});
  return {};
}

/// Some 300 a second: what is kept spans half a minute.
Result<void> load_aggregates(RedisLoad& load, Instant now) {
  constexpr std::size_t kTotal = 14'000;
  constexpr std::size_t kUnreadAtLast = 100;
  const std::string stream = "stream:realtime:aggregates";
  if (auto added = add_dead_reader(load, now); !added) return added;
  for (std::size_t i = 0; i < kTotal; ++i) {
    if (i == kTotal - kUnreadAtLast)
      load.add({"XGROUP", "CREATE", stream, "websocket_server_aggregates", "$"});
    add_aggregate(load, i, milliseconds_of(now) - static_cast<std::int64_t>(kTotal - 1 - i) * 3);
  }
  read_to_the_end(load, stream, "websocket_server_aggregates", "ws_server_1", kUnreadAtLast);
  settle(load, stream, kRealtimeAggregates);
  return {};
}

/// The websocket server adds without a cap: everything it ever wrote is still there.
void load_subscriptions(RedisLoad& load, Instant now) {
  const std::string stream = "polygon_ws:subscriptions";
  const std::string group = "polygon_ws_subscriptions_group";
  const std::int64_t gap = std::chrono::milliseconds{Days{13}}.count() / kSubscriptions;
  load.add({"XGROUP", "CREATE", stream, group, "0", "MKSTREAM"});
  for (std::int64_t i = 0; i < kSubscriptions; ++i) {
    const std::int64_t ms = milliseconds_of(now) - (kSubscriptions - 1 - i) * gap;
    load.add(xadd(stream, 0, entry_id(ms, 0),
                  {"symbol", ticker(static_cast<std::size_t>(i % 2900)), "action",
                   i % 2 == 0 ? "subscribe" : "unsubscribe", "timestamp", std::to_string(ms)}));
  }
  read_to_the_end(load, stream, group, "polygon_ws_subscriptions_consumer",
                  static_cast<std::size_t>(kSubscriptions));
}

void load_sessions(RedisLoad& load, Instant now) {
  constexpr std::int64_t kEvents = 44;
  for (std::int64_t i = 0; i < kEvents; ++i) {
    const std::int64_t ms = milliseconds_of(now - Seconds{(kEvents - i) * 25'000});
    load.add(xadd("events:session", 1000, entry_id(ms, 0),
                  {"from_session", "PRE_MARKET", "to_session", "MARKET_OPEN", "timestamp",
                   std::to_string(ms), "is_new_day", "false"}));
  }
}

}  // namespace

Result<void> load_market_streams(redis::Link& link, double scale, Instant now,
                                 const Progress& progress) {
  RedisLoad load{link};
  const auto loading = [&](const std::string& stream) {
    progress(say("stream {}", "stream {}", {stream}));
  };
  loading("snapshots:raw");
  load_snapshots(load, scale, now);
  loading("tickers:filtered");
  load_filtered(load, scale, now);
  loading("stream:ranking:deltas");
  load_ranking(load, scale, now);
  loading("stream:realtime:aggregates");
  if (auto done = load_aggregates(load, now); !done) return done;
  loading("polygon_ws:subscriptions");
  load_subscriptions(load, now);
  load_sessions(load, now);
  return load.finish();
}

}  // namespace plimsoll
