#include "tests/testing/census_builders.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// Its producer stopped eight days ago; 50,003 is where its trim of 50,000 left it.
Stream snapshots_raw(Instant now) {
  return a_stream("snapshots:raw")
      .with_length(50'003)
      .with_entries_added(18'400'000)
      .with_bytes(Bytes{62'000'000})
      .between(now - Days{8} - seconds{20}, now - Days{8});
}

/// Capped, and its reader acknowledged nothing before it was restarted: what it still owes has long
/// been trimmed away.
Stream ranking_deltas(Instant now) {
  return a_stream("stream:ranking:deltas")
      .with_length(20'000)
      .with_entries_added(1'310'000)
      .with_bytes(Bytes{104'000'000}, Bytes{21'600'000})
      .between(now - hours{14}, now - seconds{6})
      .between_samples(12, 0)
      .with_group(a_group("websocket_server_deltas")
                      .delivered_up_to(id_at(now - seconds{6}))
                      .with_read(1'310'000)
                      .with_pending(180'000, id_at(now - Days{6}))
                      .with_dangling(179'950)
                      .with_consumer("ws_server_1", seconds{1}, 180'000));
}

Stream realtime_aggregates(Instant now) {
  return a_stream("stream:realtime:aggregates")
      .with_length(10'042)
      .with_entries_added(88'000'000)
      .with_bytes(Bytes{3'100'000})
      .between(now - seconds{40}, now - seconds{1})
      .between_samples(260, 0)
      .with_group(a_group("websocket_server_aggregates")
                      .delivered_up_to(id_at(now - seconds{1}))
                      .with_read(88'000'000)
                      .with_consumer("ws_server_1", seconds{0}));
}

/// One of its two writers never trims, the other was moved to a manager that forgot it.
Stream subscriptions(Instant now) {
  return a_stream("polygon_ws:subscriptions")
      .with_length(58'412)
      .with_bytes(Bytes{9'100'000})
      .with_growth(1'060'000, 6800)
      .between(now - hours{206}, now - seconds{9})
      .between_samples(3, 3)
      .with_group(a_group("polygon_ws_subscriptions_group")
                      .delivered_up_to(id_at(now - seconds{9}))
                      .with_read(58'412)
                      .with_consumer("polygon_ws_subscriptions_consumer", seconds{2}));
}

Stream session_events(Instant now) {
  return a_stream("events:session")
      .with_length(52)
      .with_bytes(12_KiB)
      .between(now - Days{13}, now - hours{3});
}

}  // namespace

RedisCensus document_redis(Instant now) {
  RedisCensus server = a_redis();
  server.taken_at = now;
  server.run_id = "8f6b1c0de5a94b7f8f6b1c0de5a94b7f8f6b1c0d";
  server.uptime = Days{10};
  server.used_memory = Bytes{778'987'110};  // 742.9M, as INFO prints it
  server.used_memory_peak = Bytes{812'000'000};
  server.used_memory_rss = Bytes{817'000'000};
  server.used_memory_dataset = Bytes{741'000'000};
  server.total_system_memory = Bytes{16'750'372'454};
  server.maxmemory = 2_GiB;
  server.maxmemory_policy = "allkeys-lru";
  server.aof_enabled = true;
  server.evicted_keys = 0;
  server.expired_keys = 912'000;
  server.flush_calls = 0;
  server.ops_per_second = 1603;
  server.password_required = false;
  server.protected_mode = false;
  server.bind = "* -::*";
  server.keyspaces = {{0, 34'646, 23'400}};
  server.streams = {ranking_deltas(now), snapshots_raw(now), subscriptions(now),
                    realtime_aggregates(now), session_events(now)};
  server.families = {{"rvol:hist:avg:*", 0, "hash", 11'500, Bytes{404'000'000}, 0, 11'500},
                     {"metadata:ticker:*", 0, "string", 11'150, Bytes{96'000'000}, 11'150, 11'150},
                     {"ticker:avg_volume:*", 0, "string", 11'900, Bytes{1'200'000}, 0, 11'900}};
  server.biggest_keys = {
      {"snapshot:enriched:latest", 0, "string", Bytes{9'460'000}, std::nullopt, seconds{52}},
      {"snapshot:polygon:latest", 0, "string", Bytes{8'300'000}, std::nullopt, seconds{47}},
      {"atr:daily", 0, "hash", Bytes{2'400'000}, 11'581, hours{6}},
      {"scanner:category:gappers_up", 0, "string", Bytes{134'000}, std::nullopt, hours{1}}};
  server.scanned_share = 1;
  server.unexplained_bytes = Bytes{14'000'000};
  return server;
}

}  // namespace plimsoll
