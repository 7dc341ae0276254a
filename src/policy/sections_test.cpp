#include <gtest/gtest.h>

#include "policy/config.h"

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Config config_of(const std::string& sections) {
  auto config = parse_config("version: 1\n" + sections, "etc/p.yaml");
  EXPECT_TRUE(config) << (config ? "" : config.error().what.en);
  return config ? std::move(*config) : Config{};
}

TEST(Sections, tables) {
  const Policy policy = config_of(R"(tables:
  scan_results: { time: time, keep: 7d, chunk: 1d, compress_after: 36h }
  audit.log: { keep: forever }
  jobs: { keep: 45d, plain: true, unbounded: refuse }
  "*": { unbounded: refuse }
)")
                            .policy;
  ASSERT_EQ(policy.tables.size(), 4U);
  const TableRule& scan = policy.tables[0];
  EXPECT_EQ(scan.pattern, "scan_results");
  EXPECT_EQ(scan.origin.text(), "p.yaml:3");
  EXPECT_EQ(scan.time, "time");
  EXPECT_EQ(std::get<Seconds>(scan.keep), Days{7});
  EXPECT_EQ(scan.chunk, Days{1});
  EXPECT_EQ(scan.compress_after, hours{36});
  EXPECT_FALSE(scan.plain || scan.refuse_unbounded);
  EXPECT_TRUE(std::holds_alternative<Forever>(policy.tables[1].keep));
  EXPECT_TRUE(policy.tables[2].plain && policy.tables[2].refuse_unbounded);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(policy.tables[3].keep));
  EXPECT_TRUE(policy.tables[3].refuse_unbounded);
}

TEST(Sections, streams) {
  const Policy policy = config_of(R"(streams:
  a: { maxlen: 10000, orphan: delete }
  b: { keep: 1h, exact: true, force_past_groups: true, orphan: { expire: 7d } }
  "*": { max_bytes: 64MB, dead_consumers: 1d, dangling: keep, orphan: keep }
)")
                            .policy;
  ASSERT_EQ(policy.streams.size(), 3U);
  const auto& [a, b, rest] = std::tie(policy.streams[0], policy.streams[1], policy.streams[2]);
  EXPECT_EQ(a.maxlen, 10'000);
  EXPECT_TRUE(std::holds_alternative<DeleteOrphan>(a.orphan));
  EXPECT_TRUE(a.bounded() && a.acknowledge_dangling && !a.exact && !a.force_past_groups);
  EXPECT_FALSE(a.dead_consumers);
  EXPECT_EQ(b.keep, hours{1});
  EXPECT_TRUE(b.exact && b.force_past_groups);
  EXPECT_EQ(std::get<ExpireOrphan>(b.orphan).after, Days{7});
  EXPECT_EQ(rest.max_bytes, 64_MiB);
  EXPECT_EQ(rest.dead_consumers, Days{1});
  EXPECT_FALSE(rest.acknowledge_dangling);
  EXPECT_EQ(rest.origin.line, 5);
}

TEST(Sections, keys_redis_and_containers) {
  const Policy policy =
      config_of(R"(keys: { "cache:*": { ttl: 24h }, "metadata:*": { keep: forever } }
redis: { maxmemory: 1536MB, eviction: noeviction }
containers:
  redis: { limit: 2G, reservation: 512M, log: { max_size: 10MB, max_file: 3 } }
)")
          .policy;
  ASSERT_EQ(policy.keys.size(), 2U);
  EXPECT_EQ(std::get<Seconds>(policy.keys[0].keep), hours{24});
  EXPECT_TRUE(std::holds_alternative<Forever>(policy.keys[1].keep));
  EXPECT_EQ(policy.redis->maxmemory, 1536_MiB);
  EXPECT_EQ(policy.redis->eviction, "noeviction");
  EXPECT_EQ(policy.redis->origin.line, 3);
  ASSERT_EQ(policy.containers.size(), 1U);
  const ContainerRule& redis = policy.containers[0];
  EXPECT_EQ(redis.limit, 2_GiB);
  EXPECT_EQ(redis.reservation, 512_MiB);
  EXPECT_EQ(redis.log_max_size, 10_MiB);
  EXPECT_EQ(redis.log_max_file, 3);
}

TEST(Sections, accept) {
  const Policy policy = config_of(R"(accept:
  - { rule: server_without_password, store: "redis/*", why: loopback only }
  - { rule: unused_index, why: kept for the audit }
)")
                            .policy;
  ASSERT_EQ(policy.accept.size(), 2U);
  EXPECT_EQ(policy.accept[0].rule, "server_without_password");
  EXPECT_EQ(policy.accept[0].store, "redis/*");
  EXPECT_EQ(policy.accept[0].why, "loopback only");
  EXPECT_EQ(policy.accept[1].origin.text(), "p.yaml:4");
  EXPECT_TRUE(policy.accept[1].store.empty());
}

TEST(Sections, maintenance) {
  const Maintenance maintenance = config_of(R"(maintenance:
  calendar: XNYS
  windows: ["weekends", "20:00-04:00 America/New_York", "00:00-24:00 UTC", "weekends Europe/Madrid"]
)")
                                      .policy.maintenance;
  EXPECT_EQ(maintenance.calendar, "XNYS");
  const auto& windows = maintenance.windows;
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_TRUE(windows[0].weekends);
  EXPECT_EQ(windows[0].zone, "America/New_York");
  EXPECT_EQ(windows[1].text, "20:00-04:00 America/New_York");
  EXPECT_EQ(windows[1].begin, hours{20});
  EXPECT_EQ(windows[1].end, hours{4});
  EXPECT_EQ(windows[2].end, hours{24});
  EXPECT_EQ(windows[3].zone, "Europe/Madrid");
  const auto no_calendar = config_of("maintenance: { windows: [weekends] }\n").policy.maintenance;
  EXPECT_EQ(no_calendar.windows.at(0).zone, "UTC");
}

TEST(Sections, alerts_and_guard) {
  const Config config = config_of(R"(alerts:
  usage: { fire_above: 90%, clear_below: 82.5%, hold: 1m }
  time_to_full: { warn: 2w, critical: 36h }
  notify:
    - webhook: "https://example.org/hook"
    - telegram: "token@chat"
guard: { sample_every: 30s, history_budget: 128MB, listen: "[::1]:9000" }
)");
  EXPECT_DOUBLE_EQ(config.alerts.usage.fire_above, 0.9);
  EXPECT_DOUBLE_EQ(config.alerts.usage.clear_below, 0.825);
  EXPECT_EQ(config.alerts.usage.hold, minutes{1});
  EXPECT_EQ(config.alerts.time_to_full.warn, Days{14});
  EXPECT_EQ(config.alerts.time_to_full.critical, hours{36});
  ASSERT_EQ(config.alerts.notify.size(), 2U);
  EXPECT_EQ(config.alerts.notify[0].kind, NotifyKind::webhook);
  EXPECT_EQ(config.alerts.notify[0].address.reveal(), "https://example.org/hook");
  EXPECT_EQ(config.alerts.notify[1].kind, NotifyKind::telegram);
  EXPECT_EQ(config.alerts.notify[1].origin, "p.yaml:7");
  EXPECT_EQ(config.guard.sample_every, Seconds{30});
  EXPECT_EQ(config.guard.history_budget, 128_MiB);
  EXPECT_EQ(config.guard.listen, "[::1]:9000");
}

TEST(Sections, an_empty_section_is_none) {
  const Config config =
      config_of("tables:\nstreams:\nmaintenance:\nalerts:\naccept:\nguard:\ncontainers:\n");
  EXPECT_TRUE(config.policy.empty());
  EXPECT_EQ(config.guard.listen, "127.0.0.1:8420");
}

TEST(Sections, an_alias_stands_for_what_it_names) {
  const Policy policy = config_of(R"(containers:
  a: { limit: 1G, log: &log { max_size: 10MB } }
  b: { limit: 2G, log: *log }
)")
                            .policy;
  EXPECT_EQ(policy.containers.at(1).log_max_size, 10_MiB);
  EXPECT_EQ(policy.containers.at(1).origin.line, 4);
}

struct WarningCase {
  const char* maxmemory;
  const char* says;  ///< null: no warning
};

TEST(Sections, maxmemory_near_its_containers_limit_is_warned_about) {
  for (const auto& [maxmemory, says] :
       {WarningCase{"1536MB", nullptr}, WarningCase{"1537MB", "above 75 %"},
        WarningCase{"2GB", "not below the limit"}, WarningCase{"3GB", "not below the limit"}}) {
    const Config config =
        config_of("redis: { maxmemory: " + std::string{maxmemory} +
                  " }\ncontainers: { \"*\": { limit: 1G }, redis: { limit: 2G } }\n");
    ASSERT_EQ(config.warnings.size(), says == nullptr ? 0U : 1U) << maxmemory;
    if (says == nullptr) continue;
    const Text& warning = config.warnings[0];
    EXPECT_TRUE(warning.en.starts_with("etc/p.yaml:2:21: ")) << warning.en;
    EXPECT_NE(warning.en.find(says), std::string::npos) << warning.en;
    EXPECT_NE(warning.es.find("'redis' (p.yaml:3)"), std::string::npos) << warning.es;
  }
  EXPECT_TRUE(config_of("redis: { maxmemory: 8GB }\n").warnings.empty());
}

}  // namespace
}  // namespace plimsoll
