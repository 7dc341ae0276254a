#include "collect/postgres/tables.h"

#include <gtest/gtest.h>

#include "collect/postgres/stages.h"
#include "collect/postgres/time_column.h"

namespace plimsoll {
namespace {

Instant at(const char* text) { return *parse_iso8601(text); }

TimeCandidate a_column(std::string name, std::string type = "timestamp with time zone") {
  TimeCandidate candidate;
  candidate.name = std::move(name);
  candidate.type = std::move(type);
  return candidate;
}

TEST(ChooseTimeColumn, prefers_the_dimension_then_the_key_then_an_index) {
  auto created = a_column("created_at");
  auto time = a_column("time");
  time.indexed = true;
  auto day = a_column("day", "date");
  day.in_key = true;
  EXPECT_EQ(choose_time_column({created, time, day}, "created_at")->name, "created_at");
  EXPECT_EQ(choose_time_column({created, time, day}, "")->name, "day");
  EXPECT_EQ(choose_time_column({created, time}, "")->name, "time");
  created.not_null = true;
  EXPECT_EQ(choose_time_column({a_column("bar"), created}, "")->name, "created_at");
}

TEST(ChooseTimeColumn, takes_no_column_that_moves_or_lies_ahead) {
  EXPECT_EQ(choose_time_column({a_column("updated_at"), a_column("expires_at"),
                                a_column("last_seen"), a_column("valid_until")},
                               ""),
            nullptr);
  EXPECT_NE(choose_time_column({a_column("exchange_time")}, ""), nullptr);
  EXPECT_EQ(choose_time_column({}, "time"), nullptr);
}

TEST(ParseSpread, reads_epochs_by_their_largest_value) {
  postgres::Rows rows{"histogram", "common_values", "common_shares", "null_frac"};
  rows.add_row({"{1762000000000,1762862400000}", "{1762862400000}", "{0.25}", "0"});
  rows.add_row({"{1,2,3}", std::nullopt, std::nullopt, "0"});
  const auto times = parse_spread(rows[0], true, at("2025-11-11"));
  EXPECT_EQ(times.unit, EpochUnit::milliseconds);
  EXPECT_EQ(times.spread.newest(), at("2025-11-11T12:00:00Z"));
  ASSERT_EQ(times.spread.frequent.size(), 1U);
  EXPECT_DOUBLE_EQ(times.spread.frequent[0].share, 0.25);
  EXPECT_EQ(parse_spread(rows[1], true, at("2025-11-11")).unit, std::nullopt);
}

Relation a_relation(std::int64_t reltuples, std::int64_t relpages, std::int64_t live,
                    std::optional<Bytes> heap) {
  Relation relation;
  relation.reltuples = reltuples;
  relation.relpages = relpages;
  relation.live_tuples = live;
  relation.main_bytes = heap;
  return relation;
}

TEST(EstimatedRows, follow_the_file_and_never_invent_a_zero) {
  EXPECT_EQ(estimated_rows(a_relation(1000, 10, 0, Bytes{8192 * 20}), 8192), 2000);
  EXPECT_EQ(estimated_rows(a_relation(-1, 0, 77, 1_MiB), 8192), 77);
  EXPECT_EQ(estimated_rows(a_relation(-1, 0, 0, 0_B), 8192), 0);
  EXPECT_EQ(estimated_rows(a_relation(-1, 0, 0, 1_MiB), 8192), std::nullopt);
  EXPECT_EQ(estimated_rows(a_relation(0, 0, 0, std::nullopt), 8192), std::nullopt);
}

postgres::Rows relation_rows() {
  postgres::Rows rows{"oid",    "schema", "name",     "kind",      "is_partition",
                      "parent", "bound",  "strategy", "reltuples", "relpages"};
  rows.add_row({"1", "public", "m", "p", "f", std::nullopt, std::nullopt, "r", "-1", "0"});
  rows.add_row({"2", "public", "m_2", "r", "t", "1",
                "FOR VALUES FROM ('2025-11-02') TO ('2025-11-03')", std::nullopt, "10", "1"});
  rows.add_row({"3", "public", "m_1", "r", "t", "1",
                "FOR VALUES FROM ('2025-11-01') TO ('2025-11-02')", std::nullopt, "20", "1"});
  rows.add_row({"4", "public", "m_d", "r", "t", "1", "DEFAULT", std::nullopt, "0", "0"});
  rows.add_row(
      {"5", "public", "plain", "r", "f", std::nullopt, std::nullopt, std::nullopt, "5", "1"});
  rows.add_row({"6", "_timescaledb_internal", "bgw_job_stat", "r", "f", std::nullopt, std::nullopt,
                std::nullopt, "5", "1"});
  return rows;
}

TEST(DraftTables, puts_partitions_into_their_table_and_adds_up) {
  auto relations = Relations::parse(relation_rows());
  postgres::Rows sizes{"oid", "main_bytes", "heap_bytes", "index_bytes", "toast_bytes", "stale"};
  sizes.add_row({"2", "8192", "8192", "100", "0", "f"});
  sizes.add_row({"3", "8192", "8192", "100", "10", "f"});
  sizes.add_row({"4", "0", "0", "0", "0", "f"});
  sizes.add_row({"5", "0", "0", "0", "0", "t"});  // locked before anybody counted its pages
  sizes.add_row({"6", "500", "500", "0", "0", "f"});
  sizes.add_row({"99", "8192", "8192", "100", "0", "f"});  // appeared in between
  relations.add_sizes(sizes);
  const auto [drafts, internal] = draft_tables(relations, {}, 8192);
  ASSERT_EQ(drafts.size(), 2U);
  EXPECT_EQ(internal, 500_B);
  const auto& table = drafts[0].table;
  EXPECT_EQ(table.kind, "partitioned_table");
  EXPECT_EQ(table.bytes, Bytes{2 * 8192 + 210});
  EXPECT_EQ(table.rows, 30);
  const auto& shape = std::get<PartitionedTable>(table.shape);
  ASSERT_EQ(shape.partitions.size(), 3U);
  EXPECT_TRUE(shape.partitions[0].is_default);
  EXPECT_EQ(shape.partitions[1].name, "public.m_1");
  EXPECT_EQ(drafts[1].table.name, "plain");
  EXPECT_EQ(drafts[1].table.bytes, std::nullopt);  // unknown is not zero
}

TEST(DraftTables, sizes_hypertables_by_their_chunks) {
  postgres::Rows rows{"oid", "schema", "name", "kind", "parent", "reltuples", "relpages"};
  rows.add_row({"1", "public", "ticks", "r", std::nullopt, "0", "0"});
  rows.add_row({"2", "_timescaledb_internal", "_hyper_1_1_chunk", "r", "1", "10", "1"});
  rows.add_row({"3", "_timescaledb_internal", "_hyper_1_2_chunk", "r", "1", "0", "1"});
  auto relations = Relations::parse(rows);
  postgres::Rows sizes{"oid", "main_bytes", "heap_bytes", "index_bytes", "toast_bytes", "stale"};
  sizes.add_row({"1", "0", "0", "8192", "0", "f"});
  sizes.add_row({"2", "8192", "8192", "0", "0", "f"});
  sizes.add_row({"3", "8192", "8192", "0", "0", "f"});
  relations.add_sizes(sizes);

  postgres::Rows hypertables{"schema", "name", "time_column", "time_type", "interval_seconds"};
  hypertables.add_row({"public", "ticks", "time", "timestamp with time zone", "604800"});
  postgres::Rows chunks{"hypertable_schema", "hypertable_name", "chunk_schema", "chunk_name",
                        "range_start",       "range_end",       "is_compressed"};
  chunks.add_row({"public", "ticks", "_timescaledb_internal", "_hyper_1_2_chunk",
                  "2025-11-06 00:00:00+00", "2025-11-13 00:00:00+00", "t"});
  chunks.add_row({"public", "ticks", "_timescaledb_internal", "_hyper_1_1_chunk",
                  "2025-10-30 00:00:00+00", "2025-11-06 00:00:00+00", "f"});
  TimescaleFacts facts;
  facts.hypertables = parse_hypertables(hypertables);
  facts.chunks = parse_chunks(chunks);
  facts.chunk_sizes["_timescaledb_internal._hyper_1_2_chunk"] = {100_B, 20_B, 3_B};

  const auto drafts = draft_tables(relations, facts, 8192).drafts;
  ASSERT_EQ(drafts.size(), 1U);
  const auto& table = drafts[0].table;
  EXPECT_EQ(table.kind, "hypertable");
  EXPECT_EQ(table.bytes, Bytes{8192 + 8192 + 123});
  EXPECT_EQ(table.rows, std::nullopt);  // those of the compressed chunk are not known
  const auto& shape = std::get<Hypertable>(table.shape);
  EXPECT_EQ(std::get<Seconds>(shape.chunk_interval), Seconds{604800});
  ASSERT_EQ(shape.chunks.size(), 2U);
  EXPECT_EQ(shape.chunks[0].bytes, 8192_B);
  EXPECT_EQ(shape.chunks[0].rows, 10);
  EXPECT_TRUE(shape.chunks[1].compressed);
  EXPECT_EQ(shape.chunks[1].bytes, 123_B);
}

TEST(ParseJobs, reads_windows_of_time_and_of_numbers) {
  postgres::Rows rows{"job_id",          "procedure",       "hypertable_schema",
                      "hypertable_name", "window",          "schedule_seconds",
                      "scheduled",       "last_run_status", "last_successful_finish"};
  rows.add_row({"1000", "policy_retention", "public", "ticks", "90 days", "86400", "t", "Failed",
                "-infinity"});
  rows.add_row({"1001", "policy_retention", "public", "bars", "604800000", "86400", "f",
                std::nullopt, std::nullopt});
  rows.add_row({"1", "policy_telemetry", std::nullopt, std::nullopt, std::nullopt, "86400", "t",
                std::nullopt, std::nullopt});
  const auto jobs = parse_jobs(rows);
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].hypertable, "public.ticks");
  EXPECT_EQ(jobs[0].window_length, Seconds{Days{90}});
  EXPECT_EQ(jobs[0].last_successful_finish, std::nullopt);
  EXPECT_EQ(jobs[1].window_integer, 604800000);
  EXPECT_EQ(jobs[1].window_length, std::nullopt);
  EXPECT_FALSE(jobs[1].scheduled);
  EXPECT_EQ(jobs[2].hypertable, "");
}

TEST(PidFile, proves_the_server_by_port_and_start) {
  const auto start = at("2025-11-11T17:00:00Z");
  const std::string text = "4242\n/var/lib/data\n" +
                           std::to_string(start.time_since_epoch() / Seconds{1}) +
                           "\n5432\n/tmp\nlocalhost\n";
  EXPECT_TRUE(is_pid_file_of(text, "127.0.0.1:5432", start + Seconds{1}));
  EXPECT_FALSE(is_pid_file_of(text, "127.0.0.1:5433", start));
  EXPECT_FALSE(is_pid_file_of(text, "127.0.0.1:5432", start + Seconds{60}));
  EXPECT_FALSE(is_pid_file_of("", "127.0.0.1:5432", start));
}

}  // namespace
}  // namespace plimsoll
