// drop_chunks() on PostgreSQL 17 and TimescaleDB 2.19 under the Apache licence.
#include <gmock/gmock.h>

#include "live_case_test.h"

namespace plimsoll::timescale::live_case {
namespace {

using ::testing::HasSubstr;

class LiveDropChunks : public LiveTimescale {};

TEST_F(LiveDropChunks, overdue_chunks_go_while_a_writer_goes_on) {
  make_hypertable("live_drop", 1, 40, 200'000);
  sql("drop table if exists live_drop_mirror; create table live_drop_mirror (like live_drop)");
  const Instant cut = days_ago(7);
  const auto change = overdue("live_drop", cut);
  ASSERT_GE(change.chunks.size(), 32U);
  const auto kept = value("select count(*) as v from live_drop where time >= '" +
                          iso8601(change.chunks.back().range.end) + "'");
  Writer writer{"live_drop", "live_drop_mirror"};
  writer.wait_for_writes(20);
  const Step step = step_of(change, "live_drop");
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = apply(step);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  writer.wait_for_writes(20);
  writer.finish();
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(writer.failures(), 0) << writer.first_failure();
  EXPECT_EQ(value("select count(*) as v from live_drop where n <= 0"), kept);
  EXPECT_EQ(value("select count(*) as v from live_drop where n > 0"),
            value("select count(*) as v from live_drop_mirror"));
  EXPECT_TRUE(overdue("live_drop", cut).chunks.empty());
  ASSERT_TRUE(outcome.freed.has_value());
  EXPECT_GT(outcome.freed->count(), 0);
  std::cout << change.chunks.size() << " chunks dropped in " << took.count()
            << " s; longest wait of the writer " << writer.longest_wait_ms() << " ms, freed "
            << outcome.freed->count() << " bytes\n";
  EXPECT_EQ(apply(step).state, StepState::nothing_to_do);
}

TEST_F(LiveDropChunks, a_referenced_table_stays_readable_while_a_reader_holds_the_hypertable) {
  sql("drop table if exists live_facts cascade; drop table if exists live_symbols cascade");
  sql("create table live_symbols (symbol text primary key); insert into live_symbols select 'SYM' "
      "|| i from "
      "generate_series(0, 49) i");
  make_hypertable("live_facts", 1, 10, 2'000);
  sql("alter table live_facts add foreign key (symbol) references live_symbols");
  auto reader = connect();
  run(reader, "begin; select count(*) from live_facts");
  const Step step = step_of(overdue("live_facts", days_ago(7)), "live_facts");
  Outcome held;
  std::atomic<bool> ended{false};
  std::thread applying{[&] {
    Patience patience;
    patience.attempts = 8;
    TimescaleExecutor executor{*server_, patience};
    held = executor.apply(step, watch_);
    ended = true;
  }};
  auto other = connect();
  double longest = 0;
  int reads = 0;
  for (; !ended; ++reads) {
    const auto begin = std::chrono::steady_clock::now();
    run(other, "select count(*) from live_symbols");
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    longest = std::max(longest, took.count());
  }
  applying.join();
  std::cout << reads << " reads of the referenced table, longest " << longest << " ms\n";
  EXPECT_EQ(held.state, StepState::failed) << held.what.en;
  EXPECT_THAT(held.what.en, HasSubstr("live_symbols"));
  EXPECT_GT(reads, 50);
  EXPECT_LT(longest, 1000) << "no longer than one lock_timeout and what this machine adds";
  run(reader, "commit");
  EXPECT_EQ(apply(step).state, StepState::done);
}

TEST_F(LiveDropChunks, a_chunk_somebody_depends_on_is_left_and_named) {
  make_hypertable("live_viewed", 1, 12, 1'000);
  const auto change = overdue("live_viewed", days_ago(7));
  ASSERT_GE(change.chunks.size(), 4U);
  const auto chunk = change.chunks[2].name.qualified();
  sql("create view live_view as select * from " + chunk);
  const auto before = chunks("live_viewed");
  const auto outcome = apply(step_of(change, "live_viewed"));
  EXPECT_EQ(outcome.state, StepState::failed);
  EXPECT_THAT(outcome.what.en, HasSubstr("live_view"));
  EXPECT_THAT(outcome.what.en, HasSubstr(chunk));
  EXPECT_EQ(chunks("live_viewed"), before - static_cast<std::int64_t>(change.chunks.size()) + 1);
  const auto again = apply(step_of(change, "live_viewed"));
  EXPECT_EQ(again.state, StepState::refused) << again.what.en;
  sql("drop view live_view");
  EXPECT_EQ(apply(step_of(change, "live_viewed")).state, StepState::done);
}

TEST_F(LiveDropChunks, integer_time_is_given_in_its_own_unit) {
  sql("drop table if exists live_epoch; create table live_epoch (ms bigint not null, v int)");
  sql("select create_hypertable('live_epoch', 'ms', chunk_time_interval => 86400000)");
  sql("insert into live_epoch select extract(epoch from now() - interval '1 hour' * i)::bigint * "
      "1000, i from "
      "generate_series(1, 240) i");
  DropChunks change;
  change.table = {"public", "live_epoch"};
  change.axis = {"ms", "bigint", 1000};
  change.cut = days_ago(7);
  const auto rows =
      sql("select chunk_schema, chunk_name, range_start_integer, range_end_integer from "
          "timescaledb_information.chunks where hypertable_name = 'live_epoch'");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const TimeRange range{instant_of_unix_ms(*rows[i].integer("range_start_integer")),
                          instant_of_unix_ms(*rows[i].integer("range_end_integer"))};
    if (range.end > change.cut) continue;
    change.chunks.push_back(
        {{rows[i].text("chunk_schema"), rows[i].text("chunk_name")}, range, {}});
  }
  ASSERT_GE(change.chunks.size(), 2U);
  const auto before = chunks("live_epoch");
  EXPECT_EQ(apply(step_of(change, "live_epoch")).state, StepState::done);
  EXPECT_EQ(chunks("live_epoch"), before - static_cast<std::int64_t>(change.chunks.size()));
  EXPECT_EQ(value("select (count(*) > 160)::text as v from live_epoch"), "true");
}

TEST_F(LiveDropChunks, a_date_column_and_a_name_with_quotes) {
  sql(R"(drop table if exists "Días ""x"""; create table "Días ""x""" ("el día" date not null, v int))");
  sql(R"(select create_hypertable('"Días ""x"""', 'el día', chunk_time_interval => interval '1 day'))");
  sql(R"(insert into "Días ""x""" select current_date - i, i from generate_series(0, 19) i)");
  auto change = overdue("Días \"x\"", days_ago(7));
  change.axis = {"el día", "date", 0};
  ASSERT_EQ(change.chunks.size(), 12U);
  EXPECT_EQ(apply(step_of(change, R"("Días ""x""")")).state, StepState::done);
  EXPECT_EQ(value(R"(select count(*) as v from "Días ""x""")"), "8");
}

TEST_F(LiveDropChunks, another_table_of_the_same_name_is_not_touched) {
  make_hypertable("live_again", 1, 12, 500);
  const auto step = step_of(overdue("live_again", days_ago(7)), "live_again");
  make_hypertable("live_again", 1, 12, 500);
  const auto before = chunks("live_again");
  EXPECT_EQ(apply(step).state, StepState::stale);
  EXPECT_EQ(chunks("live_again"), before);
}

TEST_F(LiveDropChunks, a_range_that_holds_something_else_is_not_dropped) {
  make_hypertable("live_moved", 1, 12, 500);
  auto change = overdue("live_moved", days_ago(7));
  change.chunks.front().range.end -= std::chrono::hours{1};
  const auto before = chunks("live_moved");
  EXPECT_EQ(apply(step_of(change, "live_moved")).state, StepState::stale);
  change = overdue("live_moved", days_ago(7));
  change.cut = *change.chunks.front().range.begin;
  EXPECT_EQ(apply(step_of(change, "live_moved")).state, StepState::refused);
  EXPECT_EQ(chunks("live_moved"), before);
}

TEST_F(LiveDropChunks, killed_at_any_call_and_applied_again_it_converges) {
  for (const bool carried_out : {false, true}) {
    bool died = true;
    for (int n = 1; died; ++n) {
      SCOPED_TRACE("call " + std::to_string(n));
      make_hypertable("live_killed", 1, 10, 300);
      const auto change = overdue("live_killed", days_ago(7));
      const auto kept = chunks("live_killed") - static_cast<std::int64_t>(change.chunks.size());
      const Step step = step_of(change, "live_killed");
      DyingServer dying{*server_, n, carried_out};
      TimescaleExecutor{dying, Patience{}}.apply(step, watch_);
      died = dying.died();
      const auto outcome = apply(step);
      EXPECT_TRUE(outcome.state == StepState::done || outcome.state == StepState::nothing_to_do)
          << outcome.what.en;
      EXPECT_EQ(chunks("live_killed"), kept);
    }
  }
}

TEST_F(LiveDropChunks, a_retention_policy_is_refused_where_the_licence_has_none) {
  make_hypertable("live_policy", 1, 3, 100);
  SetRetentionPolicy retention;
  retention.table = {"public", "live_policy"};
  retention.drop_after = Days{7};
  const auto outcome = apply(step_of(retention, "live_policy"));
  EXPECT_EQ(outcome.state, StepState::refused);
  EXPECT_THAT(outcome.what.en, HasSubstr("Apache licence"));
  EXPECT_THAT(outcome.what.es, HasSubstr("licencia Apache"));
  SetCompressionPolicy compression;
  compression.table = retention.table;
  compression.compress_after = Days{1};
  EXPECT_EQ(apply(step_of(compression, "live_policy")).state, StepState::refused);
}

TEST_F(LiveDropChunks, the_interval_of_new_chunks_is_set_once) {
  make_hypertable("live_interval", 7, 3, 100);
  SetChunkInterval change;
  change.table = {"public", "live_interval"};
  change.interval = Days{1};
  const Step step = step_of(change, "live_interval");
  EXPECT_EQ(apply(step).state, StepState::done);
  EXPECT_EQ(value("select time_interval::text as v from timescaledb_information.dimensions where "
                  "hypertable_name = 'live_interval'"),
            "1 day");
  EXPECT_EQ(apply(step).state, StepState::nothing_to_do);
}

}  // namespace
}  // namespace plimsoll::timescale::live_case
