#include "service/settings.h"

#include <gtest/gtest.h>

#include "service/status.h"

namespace plimsoll::market {
namespace {

Result<Settings> settings_of(const std::string& yaml, const char* service) {
  return parse_settings(yaml, "/etc/market/service.yaml", service);
}

std::string mistake(const std::string& yaml, const char* service) {
  const auto settings = settings_of(yaml, service);
  return settings ? "" : settings.error().what.en;
}

TEST(Settings, a_scanner_with_the_four_ways_to_store_less) {
  const auto settings = settings_of(R"(policy: plimsoll.yaml
redis: redis://127.0.0.1:6390/2
postgres: postgresql://u@h/d
listen: 127.0.0.1:8005
store: { every: 30s, top: { MARKET_OPEN: 100 }, scans: none, minutes: history, gaps: true }
)",
                                    "scanner");
  ASSERT_TRUE(settings) << settings.error().what.en;
  EXPECT_EQ(settings->policy, "/etc/market/plimsoll.yaml");
  EXPECT_EQ(settings->redis.port, 6390);
  EXPECT_EQ(settings->listen_port, 8005);
  EXPECT_EQ(settings->store.every, std::chrono::seconds{30});
  EXPECT_EQ(settings->store.top, (std::array<std::size_t, 4>{1000, 100, 1000, 1000}));
  EXPECT_FALSE(settings->store.scans);
  EXPECT_EQ(settings->store.minutes, StoredIn::history);
  EXPECT_TRUE(settings->store.gaps);
  EXPECT_FALSE(settings->unbounded);
}

TEST(Settings, mistakes_are_told_with_their_place_and_without_the_value) {
  const std::string head = "policy: p.yaml\npostgres: postgresql:///d\n";
  EXPECT_NE(mistake(head + "speed: 3\n", "scanner").find("service.yaml:3:1: unknown key 'speed'"),
            std::string::npos);
  EXPECT_NE(
      mistake(head + "store: { top: { NOON: 3 } }\n", "scanner").find("unknown key 'NOON' in top"),
      std::string::npos);
  EXPECT_NE(mistake(head + "unbounded: yes\n", "scanner").find("service.yaml:3:12: unbounded"),
            std::string::npos);
  EXPECT_NE(mistake(head + "partitions: 2\npartition: 2\n", "analytics").find("from 0 to 1"),
            std::string::npos);
  EXPECT_NE(mistake("policy: p\npolicy: q\n", "data_ingest").find("repeated"), std::string::npos);
  EXPECT_NE(mistake("redis: redis://h/0\n", "data_ingest").find("policy"), std::string::npos);
  EXPECT_NE(mistake("policy: p\n", "scanner").find("postgres"), std::string::npos);
  EXPECT_EQ(mistake("policy: p\nredis: 'redis://:secret@:/x y'\n", "data_ingest").find("secret"),
            std::string::npos);
}

TEST(Settings, keys_of_one_service_are_unknown_to_another) {
  EXPECT_NE(mistake("policy: p\npostgres: postgresql:///d\n", "data_ingest").find("unknown key"),
            std::string::npos);
  EXPECT_NE(mistake("policy: p\npostgres: postgresql:///d\nfeed: simulator\n", "scanner")
                .find("unknown key"),
            std::string::npos);
}

TEST(StatusBoard, says_why_it_is_not_well_and_writes_each_type_once) {
  StatusBoard board{"scanner"};
  EXPECT_EQ(board.answer("/health").status, 503U);
  Status status;
  status.counter("cycles_total", 3);
  status.gauge("sequence", 1, "list=\"winners\"");
  status.gauge("sequence", 2, "list=\"losers\"");
  board.publish(status);
  EXPECT_EQ(board.answer("/health").body, "{\"ok\":true,\"service\":\"scanner\",\"reasons\":[]}\n");
  EXPECT_EQ(board.answer("/metrics").body,
            "# TYPE plimsoll_cycles_total counter\nplimsoll_cycles_total 3\n"
            "# TYPE plimsoll_sequence gauge\nplimsoll_sequence{list=\"winners\"} 1\n"
            "plimsoll_sequence{list=\"losers\"} 2\n");
  EXPECT_EQ(board.answer("/").status, 404U);
  status.reasons.emplace_back("Redis is away");
  board.publish(status);
  EXPECT_EQ(board.answer("/health").status, 503U);
}

}  // namespace
}  // namespace plimsoll::market
