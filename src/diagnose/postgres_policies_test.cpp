#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

using std::chrono::hours;

/// 20 days in daily chunks of 100 MiB under a retention of 7 days that does its work, unless told.
struct Retained {
  PostgresCensus server;
  Retained() {
    server = a_postgres();
    server.timescale = Timescale{"2.19.3", TimescaleEdition::community, true, false, 16};
    TableBuilder table = a_table("ticks").with_bytes(700_MiB).with_rows(1'000'000);
    table.as_hypertable(Days{1}, noon() - Days{7}, noon());
    server.tables = {
        table.with_growth(1e8, 140'000, GrowthSource::chunk_ranges).written(1'000'000)};
    server.jobs = {a_retention_job(1000, "public.ticks", Days{7})};
  }
  Table& table() { return server.tables.front(); }
  Hypertable& hypertable() { return std::get<Hypertable>(table().shape); }
  Job& job() { return server.jobs.front(); }
  Timescale& timescale() { return *server.timescale; }
};

template <typename Change>
Census changed(Change change) {
  Retained setup;
  change(setup);
  return census_of(setup.server);
}

Census healthy() {
  return changed([](Retained&) {});
}

void add_old_chunk(Retained& setup, Instant end) {
  Chunk chunk;
  chunk.name = "_timescaledb_internal._hyper_1_99_chunk";
  chunk.range_start = end - Days{1};
  chunk.range_end = end;
  chunk.bytes = 100_MiB;
  setup.hypertable().chunks.insert(setup.hypertable().chunks.begin(), chunk);
}

TEST(Policies, a_policy_that_works_is_no_finding) {
  const Diagnosis diagnosis = diagnose(healthy());
  EXPECT_TRUE(diagnosis.findings.empty()) << diagnosis.findings.front().title.en;
  EXPECT_TRUE(diagnosis.gaps.empty()) << diagnosis.gaps.front().what.en;
}

TEST(RetentionOverdue, judges_the_effect_and_allows_one_schedule) {
  expect_verdicts(
      Rule::retention_overdue,
      {{"ten days old", changed([](Retained& s) { add_old_chunk(s, noon() - Days{10}); }),
        Verdict::finding},
       {"due since an hour: the job has a day",
        changed([](Retained& s) { add_old_chunk(s, noon() - Days{7} - hours{1}); }),
        Verdict::quiet},
       {"healthy", healthy(), Verdict::quiet},
       {"integer time", changed([](Retained& s) {
          s.hypertable().integer_time = true;
          s.hypertable().has_integer_now = true;
          s.job().window_length.reset();
          s.job().window_integer = 604'800'000;
        }),
        Verdict::quiet},
       {"window unknown", changed([](Retained& s) { s.job().window_length.reset(); }),
        Verdict::gap}});
  const Finding overdue =
      *finding_of(diagnose(changed([](Retained& s) { add_old_chunk(s, noon() - Days{10}); })),
                  Rule::retention_overdue);
  EXPECT_EQ(overdue.frees, 100_MiB);
  EXPECT_EQ(overdue.title.en, "ticks: 1 chunk is overdue for its retention of 7 days");
  EXPECT_EQ(overdue.title.es, "ticks: 1 chunk sigue ahí pese a su retención de 7 días");
}

TEST(RetentionIntervalTooCoarse, is_a_chunk_as_long_as_the_window) {
  expect_verdicts(
      Rule::retention_interval_too_coarse,
      {{"equal", changed([](Retained& s) { s.hypertable().chunk_interval = Seconds{Days{7}}; }),
        Verdict::finding},
       {"shorter", changed([](Retained& s) { s.hypertable().chunk_interval = Seconds{Days{6}}; }),
        Verdict::quiet},
       {"unknown", changed([](Retained& s) { s.hypertable().chunk_interval = {}; }),
        Verdict::quiet},
       {"tiny", changed([](Retained& s) {
          s.hypertable().chunk_interval = Seconds{Days{7}};
          s.table().bytes = 10_KiB;
          s.table().growth->bytes_per_day = 1;
        }),
        Verdict::quiet}});
}

TEST(RetentionIntegerTime, needs_a_function_and_a_number) {
  const auto integer = [](Retained& s) {
    s.hypertable().integer_time = true;
    s.hypertable().has_integer_now = true;
    s.job().window_length.reset();
    s.job().window_integer = 604'800'000;
  };
  expect_verdicts(Rule::retention_integer_time,
                  {{"no integer_now", changed([&](Retained& s) {
                      integer(s);
                      s.hypertable().has_integer_now = false;
                    }),
                    Verdict::finding},
                   {"an interval on integers", changed([&](Retained& s) {
                      integer(s);
                      s.job().window_integer.reset();
                      s.job().window_length = Days{7};
                    }),
                    Verdict::finding},
                   {"both right", changed(integer), Verdict::quiet},
                   {"time", healthy(), Verdict::quiet}});
}

TEST(RetentionWindowTooLong, compares_what_it_allows_with_the_disk) {
  const auto half_a_year = [](Retained& s) {
    s.job() = a_retention_job(1000, "public.ticks", Days{180});
    s.server.free_disk = 10_GiB;  // 1e8 × 181 days is 18.1 GB
  };
  expect_verdicts(Rule::retention_window_too_long,
                  {{"180 days do not fit", changed(half_a_year), Verdict::finding},
                   {"they fit", changed([&](Retained& s) {
                      half_a_year(s);
                      s.server.free_disk = 100_GiB;
                    }),
                    Verdict::quiet},
                   {"free space unknown", changed([&](Retained& s) {
                      half_a_year(s);
                      s.server.free_disk.reset();
                    }),
                    Verdict::gap},
                   {"growth unknown", changed([&](Retained& s) {
                      half_a_year(s);
                      s.table().growth.reset();
                    }),
                    Verdict::quiet}});
  const Finding finding =
      *finding_of(diagnose(changed(half_a_year)), Rule::retention_window_too_long);
  EXPECT_EQ(finding.commands.front(), "BEGIN;");
  EXPECT_NE(finding.cause.en.find("if_not_exists"), std::string::npos);
}

TEST(RetentionJobUnhealthy, names_every_known_reason) {
  expect_verdicts(
      Rule::retention_job_unhealthy,
      {{"paused", changed([](Retained& s) { s.job().scheduled = false; }), Verdict::finding},
       {"failed", changed([](Retained& s) { s.job().last_run_status = "Failed"; }),
        Verdict::finding},
       {"never finished well", changed([](Retained& s) {
          s.job().last_successful_finish.reset();
          s.job().last_run_status.reset();
        }),
        Verdict::finding},
       {"long past", changed([](Retained& s) { s.job().next_start = noon() - Days{9}; }),
        Verdict::finding},
       {"no scheduler", changed([](Retained& s) { s.timescale().scheduler_running = false; }),
        Verdict::finding},
       {"restoring", changed([](Retained& s) { s.timescale().restoring = true; }),
        Verdict::finding},
       {"apache", changed([](Retained& s) { s.timescale().edition = TimescaleEdition::apache; }),
        Verdict::finding},
       {"never started, and due tomorrow", changed([](Retained& s) {
          s.job().total_runs = 0;
          s.job().last_run_status.reset();
          s.job().last_successful_finish.reset();
        }),
        Verdict::quiet},
       {"healthy", healthy(), Verdict::quiet},
       {"nothing visible", changed([](Retained& s) {
          s.job().total_runs.reset();
          s.job().last_run_status.reset();
          s.job().last_successful_finish.reset();
          s.job().next_start.reset();
        }),
        Verdict::gap}});
  const Finding failed =
      *finding_of(diagnose(changed([](Retained& s) { s.job().last_run_status = "Failed"; })),
                  Rule::retention_job_unhealthy);
  EXPECT_EQ(failed.commands.front(), "CALL run_job(1000);");
}

}  // namespace
}  // namespace plimsoll
