#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

PostgresCensus with_timescale(TimescaleEdition edition = TimescaleEdition::community) {
  PostgresCensus server = a_postgres();
  server.timescale = Timescale{"2.19.3", edition, true, false, 16};
  return server;
}

Census hypertable_census(Table table, std::vector<Job> jobs = {},
                         TimescaleEdition edition = TimescaleEdition::community) {
  PostgresCensus server = with_timescale(edition);
  server.tables.push_back(std::move(table));
  server.jobs = std::move(jobs);
  return census_of(std::move(server));
}

TableBuilder scan_results(Seconds chunk = Days{7}) {
  TableBuilder table = a_table("scan_results").with_bytes(10_GiB).with_rows(12'000'000);
  table.as_hypertable(chunk, noon() - Days{13}, noon());
  return table.with_growth(8e8, 965'000, GrowthSource::chunk_ranges).written(12'000'000);
}

TableBuilder growing_plain() {
  return a_table("volume_slots")
      .with_bytes(1620_MiB)
      .with_rows(10'000'000)
      .with_time("date", noon() - Days{24}, noon() - Days{1}, "date")
      .with_growth(70e6, 416'000, GrowthSource::column_histogram)
      .written(10'000'000);
}

TEST(HypertableWithoutRetention, is_found_where_nothing_drops_chunks) {
  Table unknown_size = scan_results();
  unknown_size.bytes.reset();
  expect_verdicts(
      Rule::hypertable_without_retention,
      {{"no policy", hypertable_census(scan_results()), Verdict::finding},
       {"with a policy",
        hypertable_census(scan_results(), {a_retention_job(1, "public.scan_results", Days{7})}),
        Verdict::quiet},
       {"too small",
        hypertable_census(
            scan_results().with_bytes(40_KiB).with_growth(10, 1, GrowthSource::chunk_ranges)),
        Verdict::quiet},
       {"size unknown", hypertable_census(unknown_size), Verdict::gap}});
}

TEST(HypertableWithoutRetention, speaks_of_whole_chunks_and_frees_only_those) {
  const Diagnosis diagnosis = diagnose(hypertable_census(scan_results()));
  const Finding* finding = finding_of(diagnosis, Rule::hypertable_without_retention);
  ASSERT_NE(finding, nullptr);
  // Chunks begin on Thursdays: of 13 days to Tuesday 11 November, only the one that ended on
  // 30 October is older than 7 days as a whole.
  const double first =
      std::chrono::duration<double>(noon() - Days{12} - (noon() - Days{13})).count();
  ASSERT_TRUE(finding->frees);
  EXPECT_LT(finding->frees->count(), (1_GiB).count());
  EXPECT_GT(finding->frees->count(), 0);
  EXPECT_GT(first, 0);
  EXPECT_NE(finding->remedy.en.find("between 7 days and 14 days stay"), std::string::npos)
      << finding->remedy.en;
  EXPECT_EQ(finding->commands,
            (std::vector<std::string>{
                "SELECT set_chunk_time_interval('public.scan_results', INTERVAL '1 day');",
                "SELECT add_retention_policy('public.scan_results', drop_after => INTERVAL '7 "
                "days');"}));
  EXPECT_EQ(finding->steady_state, Bytes{6'400'000'000});  // 8e8 × (7 + 1) with the finer chunks
  EXPECT_NE(finding->remedy.es.find("chunks enteros"), std::string::npos);
}

TEST(HypertableWithoutRetention, under_apache_drops_by_itself) {
  const Diagnosis diagnosis =
      diagnose(hypertable_census(scan_results(Days{1}), {}, TimescaleEdition::apache));
  const Finding* finding = finding_of(diagnosis, Rule::hypertable_without_retention);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->commands.back(),
            "SELECT drop_chunks('public.scan_results', older_than => INTERVAL '7 days');");
  EXPECT_NE(finding->remedy.en.find("Apache"), std::string::npos);
}

TEST(HypertableWithoutRetention, integer_time_takes_a_number_in_its_own_unit) {
  Table table = scan_results(Days{1});
  auto& hypertable = std::get<Hypertable>(table.shape);
  hypertable.integer_time = true;
  hypertable.has_integer_now = true;
  hypertable.chunk_interval = std::int64_t{86'400'000};
  table.time->type = "bigint (epoch ms)";
  const Diagnosis diagnosis = diagnose(hypertable_census(table));
  const Finding* finding = finding_of(diagnosis, Rule::hypertable_without_retention);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->commands,
            std::vector<std::string>{"SELECT add_retention_policy('public.scan_results', "
                                     "drop_after => BIGINT '604800000');"});
  table.time->type = "bigint";  // the unit is not known: no command is better than a wrong one
  EXPECT_TRUE(finding_of(diagnose(hypertable_census(table)), Rule::hypertable_without_retention)
                  ->commands.empty());
}

TEST(TableOnlyGrows, is_found_in_plain_tables_that_gain_and_do_not_lose) {
  expect_verdicts(
      Rule::table_only_grows,
      {{"grows", census_of(growing_plain()), Verdict::finding},
       {"does not grow", census_of(growing_plain().with_growth(0, 0, GrowthSource::tuple_counters)),
        Verdict::quiet},
       {"rows leave as they come", census_of(growing_plain().written(10'000'000, 0, 9'800'000)),
        Verdict::quiet},
       {"small and slow",
        census_of(growing_plain().with_bytes(64_KiB).with_growth(900, 10, GrowthSource::row_range)),
        Verdict::quiet},
       {"a lookup table whose time column is updated_at",
        census_of(growing_plain().written(120, 900'000)), Verdict::quiet},
       {"silent for a month",
        census_of(growing_plain().with_time("date", noon() - Days{60}, noon() - Days{30})),
        Verdict::quiet},
       {"growth unknown", census_of(growing_plain().with_unknown_growth()), Verdict::gap},
       {"size unknown", census_of(growing_plain().with_unknown_bytes()), Verdict::gap}});
}

TEST(TableOnlyGrows, plain_table_is_told_the_truth_about_delete_and_policies) {
  const Diagnosis diagnosis = diagnose(census_of(growing_plain()));
  const Finding* finding = finding_of(diagnosis, Rule::table_only_grows);
  ASSERT_NE(finding, nullptr);
  EXPECT_NE(finding->remedy.en.find("add_retention_policy fails"), std::string::npos);
  EXPECT_NE(finding->remedy.en.find("gives nothing back to the disk"), std::string::npos);
  ASSERT_EQ(finding->commands.size(), 2U);
  EXPECT_NE(finding->commands[1].find("WHERE date < current_date - 7 LIMIT 10000"),
            std::string::npos)
      << finding->commands[1];
  for (const std::string& command : finding->commands) {
    EXPECT_EQ(command.find("VACUUM FULL"), std::string::npos);
    EXPECT_EQ(command.find("add_retention_policy"), std::string::npos);
  }
  // 16 of its 23 days are older than a week.
  ASSERT_TRUE(finding->frees);
  EXPECT_NEAR(static_cast<double>(finding->frees->count()),
              static_cast<double>((1620_MiB).count()) * 17.0 / 23.0, 1e8);
}

TEST(TableOnlyGrows, names_with_quotes_and_newlines_stay_one_command) {
  const Diagnosis diagnosis = diagnose(census_of([] {
    Table table = growing_plain();
    table.name = "we\"ird\nname";
    return table;
  }()));
  const Finding* finding = finding_of(diagnosis, Rule::table_only_grows);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->title.en.find('\n'), std::string::npos);
  EXPECT_NE(finding->commands[1].find("DELETE FROM public.U&\"we\"\"ird\\000Aname\""),
            std::string::npos)
      << finding->commands[1];
}

TEST(TableOnlyGrows, slow_or_long_lived_tables_are_offered_a_month) {
  const Finding slow = *finding_of(
      diagnose(census_of(growing_plain().with_growth(5e5, 100, GrowthSource::row_range))),
      Rule::table_only_grows);
  EXPECT_NE(slow.remedy.en.find("30 days"), std::string::npos) << slow.remedy.en;
  const Finding old =
      *finding_of(diagnose(census_of(growing_plain().with_time("at", noon() - Days{90}, noon()))),
                  Rule::table_only_grows);
  EXPECT_NE(old.remedy.en.find("30 days"), std::string::npos) << old.remedy.en;
}

// --- partitions --------------------------------------------------------------------------------

PartitionedTable daily(int first_day, int last_day, bool with_default = false) {
  PartitionedTable partitioned;
  partitioned.strategy = "range";
  partitioned.key = "RANGE (at)";
  const Instant today = std::chrono::floor<Days>(noon());
  for (int day = first_day; day <= last_day; ++day) {
    Partition partition;
    partition.name = "public.events_" + std::to_string(day - first_day);
    partition.range_start = today + Days{day};
    partition.range_end = today + Days{day + 1};
    partition.bytes = 100_MiB;
    partition.rows = 1000;
    partitioned.partitions.push_back(std::move(partition));
  }
  if (with_default) {
    Partition rest;
    rest.name = "public.events_default";
    rest.is_default = true;
    rest.rows = 0;
    rest.bytes = 8_KiB;
    partitioned.partitions.push_back(std::move(rest));
  }
  return partitioned;
}

TableBuilder events(PartitionedTable partitions) {
  return a_table("events")
      .with_bytes(2_GiB)
      .with_rows(1'000'000)
      .with_time("at", noon() - Days{20}, noon())
      .with_growth(100e6, 50'000, GrowthSource::partition_ranges)
      .written(1'000'000)
      .with_partitions(std::move(partitions));
}

TEST(TableOnlyGrows, partitions_that_are_wholly_older_are_detached_and_dropped) {
  const Diagnosis diagnosis = diagnose(census_of(events(daily(-9, 8))));
  const Finding* finding = finding_of(diagnosis, Rule::table_only_grows);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->frees, 200_MiB);  // days −9 and −8; day −7 ends inside the window
  EXPECT_EQ(finding->commands[1],
            "ALTER TABLE public.events DETACH PARTITION public.events_0 CONCURRENTLY;");
  EXPECT_EQ(finding->commands[2], "DROP TABLE public.events_0;");
}

TEST(DefaultPartitionFills, counts_only_rows_that_are_there) {
  PartitionedTable filled = daily(-1, 9, true);
  filled.partitions.back().rows = 500;
  PartitionedTable unknown = daily(-1, 9, true);
  unknown.partitions.back().rows.reset();
  unknown.partitions.back().bytes.reset();
  expect_verdicts(Rule::default_partition_fills,
                  {{"filled", census_of(events(filled)), Verdict::finding},
                   {"empty", census_of(events(daily(-1, 9, true))), Verdict::quiet},
                   {"none", census_of(events(daily(-1, 9))), Verdict::quiet},
                   {"unknown", census_of(events(unknown)), Verdict::gap}});
}

TEST(PartitionsMissing, looks_a_partition_or_a_week_ahead) {
  Table dead = events(daily(-60, -40));
  dead.time->newest = noon() - Days{41};
  expect_verdicts(
      Rule::partitions_missing,
      {{"the last ends tonight", census_of(events(daily(-5, 0))), Verdict::finding},
       {"the last has ended", census_of(events(daily(-5, -1))), Verdict::finding},
       {"a week made", census_of(events(daily(-5, 8))), Verdict::quiet},
       {"nobody writes it", census_of(dead), Verdict::quiet},
       {"not ranges of time", census_of(events({"hash", "HASH (id)", {}})), Verdict::quiet}});
  const Diagnosis over = diagnose(census_of(events(daily(-5, -1))));
  EXPECT_EQ(finding_of(over, Rule::partitions_missing)->severity, Severity::critical);
}

TEST(ChunkInFuture, is_found_beyond_one_interval) {
  Table ahead = scan_results(Days{1});
  Chunk chunk;
  chunk.range_start = noon() + Days{400};
  chunk.range_end = noon() + Days{401};
  chunk.bytes = 24_KiB;
  std::get<Hypertable>(ahead.shape).chunks.push_back(chunk);
  expect_verdicts(
      Rule::chunk_in_future,
      {{"a row 400 days ahead", hypertable_census(ahead), Verdict::finding},
       {"today's chunk ends tomorrow", hypertable_census(scan_results(Days{1})), Verdict::quiet}});
}

TEST(CompressionMissing, is_offered_where_it_exists_and_pays) {
  Table compressed = scan_results();
  std::get<Hypertable>(compressed.shape).compression_enabled = true;
  Table unknown = scan_results();
  for (Chunk& chunk : std::get<Hypertable>(unknown.shape).chunks) chunk.bytes.reset();
  expect_verdicts(
      Rule::compression_missing,
      {{"gigabytes closed", hypertable_census(scan_results()), Verdict::finding},
       {"already compressed", hypertable_census(compressed), Verdict::quiet},
       {"apache cannot", hypertable_census(scan_results(), {}, TimescaleEdition::apache),
        Verdict::quiet},
       {"licence unknown", hypertable_census(scan_results(), {}, TimescaleEdition::unknown),
        Verdict::quiet},
       {"little to gain",
        hypertable_census(
            a_table("t").with_bytes(200_MiB).as_hypertable(Days{7}, noon() - Days{20}, noon())),
        Verdict::quiet},
       {"chunk sizes unknown", hypertable_census(unknown), Verdict::gap}});
}

}  // namespace
}  // namespace plimsoll
