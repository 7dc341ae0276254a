#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

using std::chrono::hours;

TableBuilder ten_megabytes() { return a_table("log").with_bytes(100_MiB).with_rows(100'000); }

Census with_stats_since(Table table, std::optional<Instant> since) {
  PostgresCensus server = a_postgres();
  server.stats_since = since;
  server.tables.push_back(std::move(table));
  return census_of(std::move(server));
}

TEST(TableNeverRead, needs_a_day_of_statistics) {
  const Table written = ten_megabytes().written(100'000).scanned(0, 0);
  Table unknown = written;
  unknown.index_scans.reset();
  expect_verdicts(
      Rule::table_never_read,
      {{"written, not read", with_stats_since(written, noon() - Days{3}), Verdict::finding},
       {"neither", with_stats_since(ten_megabytes().scanned(0, 0), noon() - Days{3}),
        Verdict::finding},
       {"read once", with_stats_since(ten_megabytes().scanned(1, 0), noon() - Days{3}),
        Verdict::quiet},
       {"small", with_stats_since(a_table("t").scanned(0, 0), noon() - Days{3}), Verdict::quiet},
       {"statistics of an hour", with_stats_since(written, noon() - hours{1}), Verdict::gap},
       {"statistics of nobody knows when", with_stats_since(written, std::nullopt), Verdict::gap},
       {"scans unknown", with_stats_since(unknown, noon() - Days{3}), Verdict::gap}});
}

Census with_holder(Table table, std::vector<XminHolder> holders) {
  PostgresCensus server = a_postgres();
  server.xmin_holders = std::move(holders);
  server.tables.push_back(std::move(table));
  return census_of(std::move(server));
}

TEST(DeadTuplesHeld, names_the_holder_or_the_reason) {
  const XminHolder session{"session", "4711 (report)", 900'000, noon() - hours{9}};
  Table vacuumed = ten_megabytes().with_dead_tuples(60'000, 60'000);
  vacuumed.last_vacuum = noon() - hours{1};
  Table switched_off = ten_megabytes().with_dead_tuples(60'000, 60'000);
  switched_off.autovacuum_disabled = true;
  expect_verdicts(
      Rule::dead_tuples_held,
      {{"held by a session of nine hours", with_holder(vacuumed, {session}), Verdict::finding},
       {"vacuum was just here", with_holder(vacuumed, {}), Verdict::quiet},
       {"the session is young",
        with_holder(vacuumed, {{"session", "1", 10, noon() - std::chrono::minutes{1}}}),
        Verdict::quiet},
       {"autovacuum is off", with_holder(switched_off, {}), Verdict::finding},
       {"few are dead", with_holder(ten_megabytes().with_dead_tuples(9'000, 90'000), {session}),
        Verdict::quiet},
       {"unknown", with_holder(ten_megabytes().with_unknown_activity(), {session}),
        Verdict::quiet}});
  const Finding held =
      *finding_of(diagnose(with_holder(vacuumed, {session})), Rule::dead_tuples_held);
  EXPECT_NE(held.cause.en.find("4711 (report) (session)"), std::string::npos);
  EXPECT_NE(held.cause.es.find("(sesión)"), std::string::npos);
  EXPECT_EQ(held.commands, std::vector<std::string>{"VACUUM (VERBOSE) public.log;"});
}

Census with_slot(ReplicationSlot slot, SizeBound cap = Unbounded{}) {
  PostgresCensus server = a_postgres();
  server.wal.slot_cap = cap;
  server.wal.max_wal_size = 1_GiB;
  server.slots.push_back(std::move(slot));
  return census_of(std::move(server));
}

TEST(SlotHoldsWal, an_inactive_one_holds_more_than_a_segment) {
  expect_verdicts(
      Rule::slot_holds_wal,
      {{"inactive, 20 GiB", with_slot({"old", "logical", false, 20_GiB, "extended", {}}),
        Verdict::finding},
       {"active and behind", with_slot({"cdc", "logical", true, 5_GiB, "extended", {}}),
        Verdict::finding},
       {"active, within a checkpoint", with_slot({"cdc", "logical", true, 200_MiB, "reserved", {}}),
        Verdict::quiet},
       {"inactive, one segment", with_slot({"new", "physical", false, 16_MiB, "reserved", {}}),
        Verdict::quiet},
       {"lost", with_slot({"gone", "logical", false, {}, "lost", {}}), Verdict::finding},
       {"unknown", with_slot({"x", "logical", false, {}, {}, {}}), Verdict::gap}});
  const Finding uncapped =
      *finding_of(diagnose(with_slot({"o'ld", "logical", false, 20_GiB, "extended", {}})),
                  Rule::slot_holds_wal);
  EXPECT_EQ(uncapped.severity, Severity::high);
  EXPECT_EQ(uncapped.commands.back(), "SELECT pg_drop_replication_slot('o''ld');");
  const Finding capped =
      *finding_of(diagnose(with_slot({"old", "logical", false, 20_GiB, "extended", {}}, 30_GiB)),
                  Rule::slot_holds_wal);
  EXPECT_EQ(capped.severity, Severity::medium);  // it grows no further than the cap
}

Census archiving(std::optional<bool> on, std::optional<Instant> failed,
                 std::optional<Instant> archived, std::int64_t ready) {
  PostgresCensus server = a_postgres();
  server.wal.archiving = on;
  server.wal.archive_last_failed = failed;
  server.wal.archive_last_archived = archived;
  server.wal.archive_ready = ready;
  return census_of(std::move(server));
}

TEST(ArchiverFailing, is_failing_when_the_last_word_is_a_failure) {
  const Instant before = noon() - hours{2};
  const Instant after = noon() - hours{1};
  expect_verdicts(Rule::archiver_failing,
                  {{"fails now", archiving(true, after, before, 400), Verdict::finding},
                   {"never archived", archiving(true, after, {}, 2), Verdict::finding},
                   {"behind", archiving(true, {}, after, 70), Verdict::finding},
                   {"mended", archiving(true, before, after, 1), Verdict::quiet},
                   {"off", archiving(false, after, before, 400), Verdict::quiet},
                   {"unknown", archiving({}, {}, {}, 0), Verdict::gap}});
}

Census with_index(Index index, std::optional<Instant> since = noon() - Days{30}) {
  PostgresCensus server = a_postgres();
  server.stats_since = since;
  server.notable_indexes.push_back(std::move(index));
  return census_of(std::move(server));
}

TEST(IndexUnused, backs_no_constraint_and_has_a_week_of_statistics) {
  expect_verdicts(
      Rule::index_unused,
      {{"never scanned", with_index({"public.i", "public.t", 200_MiB, true, false, 0}),
        Verdict::finding},
       {"scanned", with_index({"public.i", "public.t", 200_MiB, true, false, 7}), Verdict::quiet},
       {"a primary key", with_index({"public.i", "public.t", 200_MiB, true, true, 0}),
        Verdict::quiet},
       {"small", with_index({"public.i", "public.t", 1_MiB, true, false, 0}), Verdict::quiet},
       {"statistics of a day",
        with_index({"public.i", "public.t", 200_MiB, true, false, 0}, noon() - Days{1}),
        Verdict::gap},
       {"scans unknown", with_index({"public.i", "public.t", 200_MiB, true, false, {}}),
        Verdict::gap}});
}

TEST(IndexInvalid, is_reported_once_with_the_leftovers) {
  PostgresCensus both = a_postgres();
  both.notable_indexes.push_back({"public.i_ccnew", "public.t", 5_MiB, false, false, 0});
  both.leftovers.push_back({"public.i_ccnew", "create index concurrently", 5_MiB});
  expect_verdicts(
      Rule::index_invalid,
      {{"invalid", with_index({"public.i", "public.t", 5_MiB, false, false, 0}), Verdict::finding},
       {"size unknown", with_index({"public.i", "public.t", {}, false, false, {}}),
        Verdict::finding},
       {"a leftover already", census_of(both), Verdict::quiet}});
  expect_verdicts(Rule::tool_leftover, {{"leftover", census_of(both), Verdict::finding},
                                        {"none", census_of(a_postgres()), Verdict::quiet}});
}

TEST(ToolLeftover, a_pending_detach_is_finished) {
  PartitionedTable partitioned;
  partitioned.strategy = "range";
  partitioned.partitions.push_back({"public.e_1", {}, {}, 10_MiB, 5, false, true});
  const Diagnosis diagnosis =
      diagnose(census_of(a_table("e").with_partitions(std::move(partitioned))));
  const Finding* finding = finding_of(diagnosis, Rule::tool_leftover);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->commands,
            std::vector<std::string>{"ALTER TABLE public.e DETACH PARTITION public.e_1 FINALIZE;"});
}

Census costly(double cpu, bool visible, double share, const std::string& text) {
  PostgresCensus server = a_postgres();
  server.tables.push_back(a_table("ticks")
                              .with_bytes(2_GiB)
                              .with_rows(1'000'000)
                              .with_time("at", noon() - Days{20}, noon())
                              .with_growth(1e8, 50'000, GrowthSource::row_range)
                              .written(1'000'000));
  server.statements_visible = visible;
  if (visible) server.statements.push_back({text, 1000, 900, 900, 5, share});
  Census census = census_of(std::move(server));
  DockerCensus engine = a_docker();
  engine.containers.push_back(a_container("pg").from_image("postgres:15").with_cpu(cpu));
  census.docker = engine;
  return census;
}

TEST(CostlyStatement, needs_load_a_statement_and_a_table_without_a_bound) {
  const std::string scan = "SELECT * FROM ticks WHERE symbol = $1";
  Census no_docker = costly(6.71, true, 0.7, scan);
  no_docker.docker.reset();
  expect_verdicts(
      Rule::costly_statement,
      {{"671 %", costly(6.71, true, 0.7, scan), Verdict::finding},
       {"idle", costly(0.2, true, 0.7, scan), Verdict::quiet},
       {"another table", costly(6.71, true, 0.7, "SELECT * FROM ticks_old"), Verdict::quiet},
       {"a small share", costly(6.71, true, 0.1, scan), Verdict::quiet},
       {"statements not visible", costly(6.71, false, 0.7, scan), Verdict::gap},
       {"CPU unknown", no_docker, Verdict::gap}});
}

TEST(PostgresAccess, trust_over_a_socket_is_no_hole) {
  PostgresCensus server = a_postgres();
  server.password_required = false;
  const Census tcp = census_of(server);
  Census socket = tcp;
  socket.targets.front().address = "postgresql:///tradeul?host=/var/run/postgresql";
  expect_verdicts(Rule::server_without_password,
                  {{"tcp", tcp, Verdict::finding},
                   {"socket", socket, Verdict::quiet},
                   {"asks", census_of(a_postgres()), Verdict::quiet}});
}

}  // namespace
}  // namespace plimsoll
