#include "diagnose/diagnose.h"

#include "diagnose/rule_cases_test.h"
#include "tests/testing/document_stack.h"

namespace plimsoll {
namespace {

std::vector<std::string> with_timescale() {
  return {"high file_system_filling host/host/file_system//",
          "high hypertable_without_retention postgres/main/table/public.scan_results",
          "high server_without_password redis/main/memory/used_memory",
          "medium table_never_read postgres/main/table/public.scan_results",
          "medium costly_statement postgres/main/table/public.scan_results",
          "medium container_without_limit docker/docker/container/tradeul_timescale",
          "medium table_only_grows postgres/main/table/public.volume_slots",
          "medium costly_statement postgres/main/table/public.volume_slots",
          "low compression_missing postgres/main/table/public.scan_results",
          "low container_without_limit docker/docker/container/tradeul_redis",
          "low eviction_drops_streams redis/main/memory/used_memory",
          "low container_without_limit docker/docker/container/tradeul_data_ingest",
          "low container_without_limit docker/docker/container/tradeul_api_gateway",
          "low container_without_limit docker/docker/container/tradeul_polygon_ws",
          "low hypertable_without_retention postgres/main/table/public.market_data_daily",
          "low stream_orphan redis/main/stream/snapshots:raw",
          "low log_without_rotation docker/docker/container_log/tradeul_analytics",
          "low log_without_rotation docker/docker/container_log/tradeul_api_gateway",
          "low log_without_rotation docker/docker/container_log/tradeul_data_ingest",
          "low log_without_rotation docker/docker/container_log/tradeul_data_maintenance",
          "low log_without_rotation docker/docker/container_log/tradeul_polygon_ws",
          "low log_without_rotation docker/docker/container_log/tradeul_redis",
          "low log_without_rotation docker/docker/container_log/tradeul_scanner",
          "low log_without_rotation docker/docker/container_log/tradeul_timescale",
          "low log_without_rotation docker/docker/container_log/tradeul_websocket_server",
          "low pending_entries_dangling redis/main/stream/stream:ranking:deltas",
          "low stream_uncapped redis/main/stream/polygon_ws:subscriptions",
          "info table_never_read postgres/main/table/public.volume_slot_averages",
          "info keys_without_ttl redis/main/key_family/metadata:ticker:*"};
}

std::vector<std::string> without_timescale() {
  return {"high file_system_filling host/host/file_system//",
          "high table_only_grows postgres/main/table/public.scan_results",
          "high server_without_password redis/main/memory/used_memory",
          "medium table_never_read postgres/main/table/public.scan_results",
          "medium costly_statement postgres/main/table/public.scan_results",
          "medium container_without_limit docker/docker/container/tradeul_timescale",
          "medium table_only_grows postgres/main/table/public.volume_slots",
          "medium costly_statement postgres/main/table/public.volume_slots",
          "low container_without_limit docker/docker/container/tradeul_redis",
          "low eviction_drops_streams redis/main/memory/used_memory",
          "low container_without_limit docker/docker/container/tradeul_data_ingest",
          "low container_without_limit docker/docker/container/tradeul_api_gateway",
          "low container_without_limit docker/docker/container/tradeul_polygon_ws",
          "low stream_orphan redis/main/stream/snapshots:raw",
          "low log_without_rotation docker/docker/container_log/tradeul_analytics",
          "low log_without_rotation docker/docker/container_log/tradeul_api_gateway",
          "low log_without_rotation docker/docker/container_log/tradeul_data_ingest",
          "low log_without_rotation docker/docker/container_log/tradeul_data_maintenance",
          "low log_without_rotation docker/docker/container_log/tradeul_polygon_ws",
          "low log_without_rotation docker/docker/container_log/tradeul_redis",
          "low log_without_rotation docker/docker/container_log/tradeul_scanner",
          "low log_without_rotation docker/docker/container_log/tradeul_timescale",
          "low log_without_rotation docker/docker/container_log/tradeul_websocket_server",
          "low pending_entries_dangling redis/main/stream/stream:ranking:deltas",
          "low stream_uncapped redis/main/stream/polygon_ws:subscriptions",
          "info table_never_read postgres/main/table/public.volume_slot_averages",
          "info keys_without_ttl redis/main/key_family/metadata:ticker:*"};
}

TEST(DocumentStack, gives_these_findings_in_this_order) {
  EXPECT_EQ(lines_of(diagnose(document_stack(noon(), ScanResults::hypertable))), with_timescale());
  EXPECT_EQ(lines_of(diagnose(document_stack(noon(), ScanResults::plain_table))),
            without_timescale());
}

TEST(DocumentStack, calls_no_capped_stream_uncapped) {
  for (const Finding& finding : diagnose(document_stack(noon())).findings) {
    if (finding.rule != Rule::stream_uncapped) continue;
    EXPECT_EQ(finding.store, "redis/main/stream/polygon_ws:subscriptions");
  }
}

TEST(DocumentStack, does_not_depend_on_the_day_it_is_read) {
  const Instant later = noon() + Days{200};
  EXPECT_EQ(diagnose(document_stack(later)).findings.size(),
            diagnose(document_stack(noon())).findings.size());
}

TEST(Diagnose, keeps_the_census_own_gaps) {
  Census census;
  census.gaps.push_back({"redis/main", verbatim("Redis"), verbatim("connection refused"), {}});
  const Diagnosis diagnosis = diagnose(census);
  EXPECT_TRUE(diagnosis.findings.empty());
  ASSERT_EQ(diagnosis.gaps.size(), 1U);
  EXPECT_EQ(diagnosis.gaps.front().target, "redis/main");
}

TEST(Diagnose, gathers_equal_gaps_into_one) {
  PostgresCensus server = a_postgres();
  for (int i = 0; i < 40; ++i) {
    server.tables.push_back(a_table("t" + std::to_string(i)).with_unknown_bytes());
  }
  const Diagnosis diagnosis = diagnose(census_of(server));
  ASSERT_EQ(diagnosis.gaps.size(), 1U);
  EXPECT_EQ(diagnosis.gaps.front().what.en,
            "rule table_only_grows could not look at t0, t1, t2 and 37 more");
  EXPECT_EQ(diagnosis.gaps.front().what.es,
            "la regla table_only_grows no pudo mirar t0, t1, t2 y 37 más");
}

}  // namespace
}  // namespace plimsoll
