#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "collect/postgres/collect.h"
#include "link/postgres/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

using postgres::Link;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::TestPostgres;

constexpr milliseconds kPatience{5000};

Link link_to(const std::string& url, postgres::Session session = postgres::Session::reading) {
  auto link = Link::connect(*postgres::parse_address(url), kPatience, session);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

/// A session for the test's own SQL.
class Session {
 public:
  explicit Session(const std::string& url) : link_{link_to(url, postgres::Session::script)} {}
  postgres::Rows run(const std::string& sql) {
    auto rows = postgres::execute(link_, sql);
    if (!rows) throw std::runtime_error{rows.error().what.en + " in " + sql};
    return std::move(*rows);
  }
  std::string value(const std::string& sql) {
    return run("select (" + sql + ") as v")[0].text("v");
  }
  Bytes bytes(const std::string& sql) { return Bytes{std::stoll(value(sql))}; }

 private:
  Link link_;
};

PostgresOptions patient(bool exact = false) {
  PostgresOptions options;
  options.exact = exact;
  options.budget = milliseconds{20000};  // the machine may be busy with a build
  return options;
}

PostgresCollection collect(const std::string& url, const PostgresOptions& options = patient()) {
  auto link = link_to(url);
  auto collection = collect_postgres(link, options);
  if (!collection) throw std::runtime_error{collection.error().what.en};
  return std::move(*collection);
}

const Table* find(const PostgresCollection& collection, const std::string& name) {
  for (const auto& table : collection.census.tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

const Gap* find_gap(const PostgresCollection& collection, const std::string& what) {
  for (const auto& gap : collection.gaps) {
    if (gap.what.en.find(what) != std::string::npos) return &gap;
  }
  return nullptr;
}

void expect_within(double found, double wanted, double share) {
  EXPECT_NEAR(found, wanted, wanted * share);
}

class Census : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<TestPostgres>(std::initializer_list<std::string>{
        "autovacuum=off", "wal_level=logical", "max_locks_per_transaction=512"});
  }
  static void TearDownTestSuite() { server_.reset(); }
  /// A database of the test's own, named after it.
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    Session{server_->url()}.run("create database \"" + name + "\"");
    url_ = server_->url();
    url_.replace(url_.find("@/tradeul"), 9, "@/" + name);
  }
  static std::unique_ptr<TestPostgres> server_;
  std::string url_;
};
std::unique_ptr<TestPostgres> Census::server_;

TEST_F(Census, of_an_empty_database_has_no_wrong_numbers) {
  const auto [census, gaps, target] = collect(url_);
  EXPECT_TRUE(census.tables.empty());
  EXPECT_GE(census.version_num, 130000);
  EXPECT_EQ(census.database, "of_an_empty_database_has_no_wrong_numbers");
  EXPECT_FALSE(census.system_identifier.empty());
  EXPECT_FALSE(census.in_recovery);
  EXPECT_TRUE(census.started_at);
  ASSERT_TRUE(census.database_bytes && census.catalog_bytes && census.unexplained_bytes);
  EXPECT_GT(*census.catalog_bytes, 5_MiB);
  // Nothing but the catalogs' own small files.
  EXPECT_LT(*census.unexplained_bytes,
            *census.database_bytes - Bytes{} - *census.catalog_bytes + 1_B);
  EXPECT_LT(*census.unexplained_bytes, 1_MiB);
  EXPECT_GE(*census.unexplained_bytes, 0_B);
  EXPECT_TRUE(census.wal.bytes && census.wal.max_wal_size && census.wal.archive_ready);
  EXPECT_TRUE(std::holds_alternative<Unbounded>(census.wal.slot_cap));
  EXPECT_EQ(census.wal.archiving, false);
  EXPECT_TRUE(census.free_disk && census.disk_size);  // its pid file is on this host
  EXPECT_EQ(census.password_required, std::nullopt);  // a socket: the system may have vouched
  EXPECT_FALSE(census.timescale);
  EXPECT_TRUE(target.reachable);
  EXPECT_THAT(target.version, HasSubstr("15."));
  ASSERT_EQ(gaps.size(), 1U) << gaps[1].what.en << gaps[1].why.en;
  EXPECT_EQ(gaps[0].hint.en, "CREATE EXTENSION pg_stat_statements");
}

constexpr const char* kScanResults = R"sql(
create table scan_results (time timestamptz not null, symbol varchar(10) not null,
  price numeric(12,4), metadata jsonb);
create index on scan_results (time desc);
create index on scan_results (symbol, time desc);
insert into scan_results
  select timestamptz '2025-10-29 00:00+00' + i * (interval '13 days' / 60000), 'S' || i % 400,
         i % 977, jsonb_build_object('gap', i % 10, 'class', 'SMALL', 'n', repeat('x', i % 200))
    from generate_series(0, 60000) as i;
analyze scan_results)sql";

TEST_F(Census, of_the_table_of_the_story_agrees_with_the_server) {
  Session session{url_};
  session.run(kScanResults);
  session.run("vacuum scan_results");
  const double rows = 60001;
  const auto bytes = session.bytes("pg_total_relation_size('scan_results')");
  for (const bool exact : {false, true}) {
    const auto collection = collect(url_, patient(exact));
    const auto* table = find(collection, "scan_results");
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->kind, "table");
    EXPECT_EQ(table->bytes, bytes);
    EXPECT_EQ(*table->heap_bytes + *table->index_bytes + *table->toast_bytes, bytes);
    expect_within(static_cast<double>(*table->rows), rows, exact ? 0 : 0.05);
    EXPECT_EQ(table->rows_exact, exact);
    ASSERT_TRUE(table->time);
    EXPECT_EQ(table->time->name, "time");
    EXPECT_EQ(table->time->type, "timestamptz");
    EXPECT_TRUE(table->time->indexed && table->time->range_exact);
    EXPECT_EQ(iso8601(*table->time->oldest), "2025-10-29T00:00:00Z");
    EXPECT_EQ(iso8601(*table->time->newest), "2025-11-11T00:00:00Z");
    ASSERT_TRUE(table->growth);
    EXPECT_EQ(table->growth->source, GrowthSource::row_range);
    EXPECT_EQ(table->growth->window, Seconds{Days{13}});
    expect_within(*table->growth->items_per_day, rows / 13, exact ? 1e-9 : 0.05);
    expect_within(*table->growth->bytes_per_day, static_cast<double>(bytes.count()) / 13, 1e-9);
    ASSERT_FALSE(table->widest_columns.empty());
    EXPECT_EQ(table->widest_columns.front().name, "metadata");
    EXPECT_EQ(table->index_count, 2);
    // That we looked is no use of the table: the second time nothing has been scanned either.
    EXPECT_EQ(table->index_scans, 0);
    EXPECT_LT(*collection.census.unexplained_bytes, 1_MiB);
    EXPECT_GE(*collection.census.unexplained_bytes, 0_B);
  }
}

TEST_F(Census, of_an_old_table_takes_its_last_week_from_the_histogram) {
  Session session{url_};
  session.run(R"sql(
create table events (id bigint, created_at timestamp, filler text);
insert into events select i, timestamp '2025-01-01' + i * interval '1 hour', repeat('y', 900)
  from generate_series(1, 7000) as i;
insert into events select i, timestamp '2025-10-20' + i * interval '1 minute', repeat('y', 900)
  from generate_series(1, 20000) as i;
analyze events;
create table daily (date date not null, symbol text, slot int, primary key (date, symbol, slot));
insert into daily select date '2025-10-20' + d, 'S' || s, 0
  from generate_series(0, 19) as d, generate_series(1, 500) as s;
create table bars (symbol text, ts bigint not null, close float8);
create index on bars (ts);
insert into bars select 'X', 1762000000000 + i * 60000::bigint, 1 from generate_series(0, 20159) i;
create table counters (id bigint, created bigint);
insert into counters select i, i from generate_series(1, 100) as i;
analyze)sql");
  const auto collection = collect(url_);
  const auto* events = find(collection, "events");
  ASSERT_TRUE(events && events->time && events->growth);
  EXPECT_FALSE(events->time->indexed || events->time->range_exact);
  EXPECT_EQ(events->growth->source, GrowthSource::column_histogram);
  expect_within(*events->growth->items_per_day, 1440, 0.1);

  const auto* daily = find(collection, "daily");
  ASSERT_TRUE(daily && daily->time && daily->growth);
  EXPECT_EQ(daily->time->type, "date");
  expect_within(*daily->growth->items_per_day, 500, 0.05);

  const auto* bars = find(collection, "bars");
  ASSERT_TRUE(bars && bars->time && bars->growth);
  EXPECT_EQ(bars->time->type, "bigint (epoch ms)");
  expect_within(*bars->growth->items_per_day, 1440, 0.05);

  const auto* counters = find(collection, "counters");
  ASSERT_NE(counters, nullptr);
  EXPECT_FALSE(counters->time);  // numbers, and no times
}

/// The same database as a role that may look at statistics and rows, and at no files.
std::string as_watcher(Session& session, std::string url) {
  session.run("drop role if exists watcher");
  session.run("create role watcher login in role pg_monitor, pg_read_all_data");
  return url.replace(url.find("tradeul_user@"), 12, "watcher");
}

TEST_F(Census, of_a_locked_table_is_stale_for_that_table_alone) {
  Session session{url_};
  session.run(
      "create table locked (at timestamptz); create index on locked (at);"
      "insert into locked select now() - i * interval '1 hour' from generate_series(1, 9000) i;"
      "create table fresh (at timestamptz); insert into fresh select now();"
      "create table open (at timestamptz);"
      "insert into open select now() from generate_series(1, 9000)");
  session.run("vacuum analyze locked, open");
  const auto of_locked = session.bytes("pg_total_relation_size('locked')");
  const auto of_open = session.bytes("pg_total_relation_size('open')");
  const auto watcher = as_watcher(session, url_);
  Session holder{url_};
  holder.run("begin; lock table locked, fresh in access exclusive mode");

  const auto begin = std::chrono::steady_clock::now();
  const auto collection = collect(watcher);
  const auto spent = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(spent, std::chrono::seconds{5});
  const auto* locked = find(collection, "locked");
  const auto* open = find(collection, "open");
  ASSERT_TRUE(locked && open);
  EXPECT_TRUE(locked->bytes_stale);
  EXPECT_GT(locked->bytes.value_or(0_B), 300_KiB);
  EXPECT_EQ(locked->rows, 9000);
  EXPECT_FALSE(open->bytes_stale);
  EXPECT_EQ(open->bytes, of_open);
  EXPECT_EQ(find(collection, "fresh")->bytes, std::nullopt);  // never counted: unknown, not zero
  EXPECT_NE(find_gap(collection, "present size of public.locked"), nullptr);
  EXPECT_EQ(collection.census.unexplained_bytes, std::nullopt);

  // A superuser sees the files, which nobody can lock.
  const auto all = collect(url_);
  EXPECT_EQ(find(all, "locked")->bytes, of_locked);
  EXPECT_FALSE(find(all, "locked")->bytes_stale);
  EXPECT_EQ(find(all, "fresh")->bytes, 8192_B);
  EXPECT_EQ(find_gap(all, "present size"), nullptr);
}

TEST_F(Census, survives_every_odd_name) {
  Session session{url_};
  session.run(
      "create schema \"sché \"\"ma\";"
      "create table \"sché \"\"ma\".\"tab\nle; drop\" (\"ti\"\"me\" timestamptz not null);"
      "create index on \"sché \"\"ma\".\"tab\nle; drop\" (\"ti\"\"me\");"
      "insert into \"sché \"\"ma\".\"tab\nle; drop\" select '2025-11-01'::timestamptz + i * "
      "interval '1 hour' from generate_series(0, 240) i;"
      "create table \"{0}\" (\"$1\" date, \"üñ\\í\" text);"
      "insert into \"{0}\" select '2025-11-01'::date + i, 'x' from generate_series(0, 20) i;"
      "analyze");
  const auto collection = collect(url_, patient(true));
  const auto* odd = find(collection, "tab\nle; drop");
  ASSERT_TRUE(odd && odd->time);
  EXPECT_EQ(odd->schema, "sché \"ma");
  EXPECT_EQ(odd->time->name, "ti\"me");
  EXPECT_EQ(odd->rows, 241);
  EXPECT_TRUE(odd->time->range_exact);
  const auto* braces = find(collection, "{0}");
  ASSERT_TRUE(braces && braces->time);
  EXPECT_EQ(braces->time->name, "$1");
  EXPECT_EQ(braces->rows, 21);
  EXPECT_EQ(collection.gaps.size(), 1U);
}

TEST_F(Census, of_partitions_sees_default_pending_and_detached) {
  Session session{url_};
  session.run(R"sql(
create table m (time timestamptz not null, v text) partition by range (time);
create index on m (time);
do $$ begin
  for i in 0..11 loop
    execute format('create table m_p%s partition of m for values from (%L) to (%L)', i,
                   timestamptz '2025-11-01 00:00+00' + i * interval '1 day',
                   timestamptz '2025-11-02 00:00+00' + i * interval '1 day');
  end loop;
end $$;
create table gone_p1 (time timestamptz not null, v text);
create table m_p99 (time timestamptz not null, v text);
insert into m select timestamptz '2025-11-01 00:00+00' + i * interval '10 seconds',
  repeat('z', 200) from generate_series(0, 90000) i;
analyze m)sql");
  {
    Session reader{url_};
    reader.run("begin; select count(*) from m_p0");
    Session detacher{url_};
    detacher.run("set statement_timeout = 300");
    EXPECT_THROW(detacher.run("alter table m detach partition m_p0 concurrently"),
                 std::runtime_error);
  }
  const auto collection = collect(url_);
  const auto* m = find(collection, "m");
  ASSERT_NE(m, nullptr);
  EXPECT_EQ(find(collection, "m_p3"), nullptr);  // inside, not beside
  const auto& shape = std::get<PartitionedTable>(m->shape);
  EXPECT_EQ(shape.strategy, "range");
  EXPECT_THAT(shape.key, HasSubstr("time"));
  ASSERT_EQ(shape.partitions.size(), 12U);
  EXPECT_TRUE(shape.partitions[0].detach_pending);
  EXPECT_EQ(std::get<Instant>(shape.partitions[1].range_start), *parse_iso8601("2025-11-02"));
  EXPECT_EQ(m->bytes, session.bytes("select sum(pg_total_relation_size(inhrelid)) from pg_inherits "
                                    "where inhparent = 'm'::regclass"));
  expect_within(static_cast<double>(*m->rows), 90001, 0.05);
  ASSERT_TRUE(m->growth && m->time);
  EXPECT_TRUE(m->time->range_exact);
  EXPECT_EQ(iso8601(*m->time->newest), "2025-11-11T10:00:00Z");
  EXPECT_EQ(m->growth->source, GrowthSource::partition_ranges);
  expect_within(*m->growth->items_per_day, 8640, 0.05);
  std::vector<std::string> left;
  for (const auto& leftover : collection.census.leftovers) {
    left.push_back(leftover.tool + ": " + leftover.what);
  }
  EXPECT_THAT(left, ::testing::UnorderedElementsAre("pending detach: public.m_p0",
                                                    "detached partition: public.m_p99"));
}

TEST_F(Census, of_a_default_partition_counts_what_is_in_it) {
  Session session{url_};
  session.run(R"sql(
create table d (day date not null) partition by range (day);
create table d_1 partition of d for values from ('2025-11-01') to ('2025-11-02');
create table d_rest partition of d default;
insert into d select date '2025-11-01' + i % 40 from generate_series(0, 3999) i;
analyze d)sql");
  const auto collection = collect(url_);
  const auto* d = find(collection, "d");
  ASSERT_NE(d, nullptr);
  const auto& shape = std::get<PartitionedTable>(d->shape);
  const auto rest = std::find_if(shape.partitions.begin(), shape.partitions.end(),
                                 [](const Partition& partition) { return partition.is_default; });
  ASSERT_NE(rest, shape.partitions.end());
  EXPECT_EQ(rest->rows, 3900);
  ASSERT_TRUE(d->time);
  EXPECT_EQ(iso8601(*d->time->newest), "2025-12-10T00:00:00Z");
}

TEST_F(Census, of_six_hundred_partitions_is_quick_and_adds_up) {
  Session session{url_};
  session.run(R"sql(
create table many (time timestamptz not null, v int) partition by range (time);
create index on many (time);
do $$ begin
  for i in 0..599 loop
    execute format('create table many_%s partition of many for values from (%L) to (%L)', i,
                   timestamptz '2024-01-01 00:00+00' + i * interval '1 day',
                   timestamptz '2024-01-02 00:00+00' + i * interval '1 day');
  end loop;
end $$;
insert into many select timestamptz '2024-01-01 00:00+00' + i * interval '1 hour', i
  from generate_series(0, 14399) i;
analyze many)sql");
  const auto collection = collect(url_);
  const auto* many = find(collection, "many");
  ASSERT_NE(many, nullptr);
  EXPECT_EQ(collection.census.tables.size(), 1U);
  EXPECT_EQ(std::get<PartitionedTable>(many->shape).partitions.size(), 600U);
  EXPECT_EQ(many->rows, 14400);
  EXPECT_EQ(many->bytes, find(collect(as_watcher(session, url_)), "many")->bytes);
  EXPECT_EQ(iso8601(*many->time->oldest), "2024-01-01T00:00:00Z");
  EXPECT_TRUE(many->time->range_exact);
  expect_within(*many->growth->items_per_day, 24, 1e-9);
  EXPECT_LT(*collection.census.unexplained_bytes, 1_MiB);
  EXPECT_GE(*collection.census.unexplained_bytes, 0_B);
}

TEST_F(Census, names_invalid_and_unused_indexes_and_tools_leftovers) {
  Session session{url_};
  session.run(
      "create table t (a int, b text); create index unused_idx on t (b);"
      "insert into t select 1, md5(i::text) from generate_series(1, 30000) i");
  EXPECT_THROW(session.run("create unique index concurrently t_a_ccnew on t (a)"),
               std::runtime_error);
  session.run("create schema repack; create table repack.log_4242 (id bigint)");
  const auto collection = collect(url_);
  const auto& indexes = collection.census.notable_indexes;
  ASSERT_EQ(indexes.size(), 2U);
  EXPECT_EQ(indexes[0].name, "public.t_a_ccnew");
  EXPECT_FALSE(indexes[0].valid);
  EXPECT_EQ(indexes[1].name, "public.unused_idx");
  EXPECT_EQ(indexes[1].table, "public.t");
  EXPECT_EQ(indexes[1].scans, 0);
  EXPECT_EQ(indexes[1].bytes, session.bytes("pg_relation_size('unused_idx')"));
  std::vector<std::string> left;
  for (const auto& leftover : collection.census.leftovers) left.push_back(leftover.what);
  EXPECT_THAT(left, ::testing::UnorderedElementsAre("public.t_a_ccnew", "repack.log_4242"));
}

TEST_F(Census, names_who_holds_rows_and_wal_back) {
  Session session{url_};
  session.run("create table t (a int)");
  session.run("select pg_create_physical_replication_slot('held_physical', true)");
  session.run("select pg_create_logical_replication_slot('held_logical', 'test_decoding')");
  Session idle{url_};
  idle.run("set application_name = 'forgotten'; begin isolation level repeatable read");
  idle.run("insert into t values (1)");
  session.run("insert into t select i from generate_series(1, 20000) i");
  session.run("insert into t select i from generate_series(1, 1000) i");
  const auto collection = collect(url_);
  session.run("select pg_drop_replication_slot('held_physical')");
  session.run("select pg_drop_replication_slot('held_logical')");
  const auto& holders = collection.census.xmin_holders;
  const auto session_holder = std::find_if(
      holders.begin(), holders.end(), [](const auto& holder) { return holder.kind == "session"; });
  ASSERT_NE(session_holder, holders.end());
  EXPECT_THAT(session_holder->who, HasSubstr("forgotten"));
  EXPECT_THAT(session_holder->who, HasSubstr("idle in transaction"));
  EXPECT_GT(session_holder->transactions_held, 1);
  EXPECT_TRUE(session_holder->since);
  EXPECT_TRUE(std::any_of(holders.begin(), holders.end(), [](const auto& holder) {
    return holder.kind == "replication slot" && holder.who == "held_logical";
  }));
  ASSERT_EQ(collection.census.slots.size(), 2U);
  for (const auto& slot : collection.census.slots) {
    EXPECT_FALSE(slot.active);
    EXPECT_GT(slot.retained_wal.value_or(0_B), 1_MiB) << slot.name;
    EXPECT_EQ(slot.wal_status, "reserved");
    EXPECT_EQ(slot.inactive_since, std::nullopt);  // PostgreSQL 17 and newer
  }
}

TEST_F(Census, of_a_role_without_rights_is_gaps_with_the_grant) {
  Session session{url_};
  session.run(kScanResults);
  session.run("drop role if exists poor");
  session.run("create role poor login");
  auto url = url_;
  url.replace(url.find("tradeul_user@"), 12, "poor");
  const auto collection = collect(url);
  for (const auto* what : {"size of the WAL directory", "who holds back", "temporary files"}) {
    const auto* gap = find_gap(collection, what);
    ASSERT_NE(gap, nullptr) << what;
    EXPECT_EQ(gap->hint.en, "GRANT pg_monitor TO poor");
    EXPECT_EQ(gap->target, "postgres/main");
  }
  EXPECT_EQ(find_gap(collection, "size of the WAL directory")->why.en,
            "permission denied for function pg_ls_waldir");
  const auto* unread = find_gap(collection, "public.scan_results");
  ASSERT_NE(unread, nullptr);
  EXPECT_THAT(unread->hint.en, HasSubstr("pg_read_all_data TO poor"));
  EXPECT_EQ(collection.census.wal.bytes, std::nullopt);
  EXPECT_EQ(collection.census.data_directory, "");
  const auto* table = find(collection, "scan_results");
  ASSERT_NE(table, nullptr);
  EXPECT_FALSE(table->readable);
  EXPECT_GT(table->bytes.value_or(0_B), 1_MiB);  // sizes are no secret
  ASSERT_TRUE(table->time);
  EXPECT_EQ(table->time->oldest, std::nullopt);
}

/// Fails the nth question; with `forever` all later ones too, as a lost connection does.
class FailingReader final : public postgres::ProbeReader {
 public:
  FailingReader(Link& link, int nth, bool forever) : link_{link}, nth_{nth}, forever_{forever} {}
  Result<postgres::Rows> read(const postgres::Probe& probe,
                              const postgres::Arguments& arguments) override {
    ++asked_;
    if (asked_ == nth_ || (forever_ && asked_ > nth_)) {
      // Sizes by file have the size functions to fall back on.
      if (probe.name != "table_files") ++failed_;
      return failure(ErrorCode::unreachable, say("broken", "roto"));
    }
    return link_.read(probe, arguments);
  }
  const postgres::ConnectionFacts& facts() const override { return link_.facts(); }
  int asked() const { return asked_; }
  int failed() const { return failed_; }

 private:
  Link& link_;
  int nth_;
  bool forever_;
  int asked_ = 0;
  int failed_ = 0;
};

TEST_F(Census, with_any_question_failing_has_a_gap_for_it_and_the_rest) {
  Session session{url_};
  session.run(kScanResults);
  auto link = link_to(url_);
  FailingReader sound{link, 0, false};
  ASSERT_TRUE(collect_postgres(sound, patient()));
  const int questions = sound.asked();
  for (int nth = 1; nth <= questions; ++nth) {
    for (const bool forever : {false, true}) {
      FailingReader reader{link, nth, forever};
      const auto collection = collect_postgres(reader, patient());
      if (nth == 1) {
        EXPECT_FALSE(collection);
        continue;
      }
      ASSERT_TRUE(collection);
      EXPECT_EQ(std::count_if(collection->gaps.begin(), collection->gaps.end(),
                              [](const Gap& gap) { return gap.why.en == "broken"; }),
                reader.failed())
          << "call " << nth;
    }
  }
  EXPECT_GT(questions, 15);
}

TEST_F(Census, within_no_time_is_gaps) {
  auto link = link_to(url_);
  auto options = patient();
  options.budget = milliseconds{25};
  const auto begin = std::chrono::steady_clock::now();
  const auto collection = collect_postgres(link, options);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{2});
  if (collection) {
    EXPECT_FALSE(collection->gaps.empty());
  }
}

TEST_F(Census, of_statements_shows_no_password) {
  TestPostgres tuned{"shared_preload_libraries=pg_stat_statements"};
  Session session{tuned.url()};
  session.run("create schema stats; create extension pg_stat_statements schema stats");
  session.run("create role somebody password 'hunter2'");
  session.run("select pg_sleep(0.2)");
  const auto collection = collect(tuned.url());
  const auto& census = collection.census;
  EXPECT_TRUE(census.statements_visible);
  ASSERT_FALSE(census.statements.empty());
  EXPECT_EQ(census.statements[0].text, "select pg_sleep($1)");
  EXPECT_GT(census.statements[0].share, 0.3);
  EXPECT_GE(census.statements[0].total_seconds, 0.2);
  for (const auto& statement : census.statements) {
    EXPECT_EQ(statement.text.find("hunter2"), std::string::npos);
  }
}

TEST(CensusOfAStandby, reads_what_a_server_in_recovery_can_tell) {
  PrivateServerOptions options;
  options.loopback = true;
  TestPostgres primary{options};
  Session session{primary.url()};
  session.run(kScanResults);
  // A standby is a copy of the primary's files that says standby.signal and whom to follow.
  const TemporaryFolder folder;
  const auto copy = folder.path() / "standby";
  const std::string port = primary.url().substr(primary.url().find("127.0.0.1:") + 10, 5);
  const std::string as_postgres = ::geteuid() == 0 ? "runuser -u postgres -- " : "";
  const std::string bin = "/usr/lib/postgresql/15/bin/";
  ASSERT_EQ(std::system(("chmod 711 " + folder.path().string() + " && mkdir " + copy.string() +
                         " && chmod 700 " + copy.string() + " && " +
                         (as_postgres.empty() ? "true" : "chown postgres " + copy.string()))
                            .c_str()),
            0);
  ASSERT_EQ(std::system((as_postgres + bin + "pg_basebackup -R -X stream -c fast -h 127.0.0.1 -p " +
                         port + " -U tradeul_user -D " + copy.string() + " >/dev/null 2>&1")
                            .c_str()),
            0);
  const std::string standby_options =
      "\"-c port=1 -c listen_addresses='' -c unix_socket_directories=" + copy.string() + "\"";
  ASSERT_EQ(std::system((as_postgres + bin + "pg_ctl -w -t 20 -D " + copy.string() + " -l " +
                         (copy / "log.txt").string() + " -o " + standby_options +
                         " start >/dev/null 2>&1")
                            .c_str()),
            0);
  const auto collection =
      collect("postgresql://tradeul_user@/tradeul?port=1&host=" + copy.string());
  std::system(
      (as_postgres + bin + "pg_ctl -m immediate -D " + copy.string() + " stop >/dev/null 2>&1")
          .c_str());
  EXPECT_TRUE(collection.census.in_recovery);
  const auto* table = find(collection, "scan_results");
  ASSERT_TRUE(table && table->time && table->growth);
  expect_within(static_cast<double>(*table->rows), 60001, 0.05);
  EXPECT_EQ(iso8601(*table->time->newest), "2025-11-11T00:00:00Z");
  EXPECT_TRUE(collection.census.wal.bytes);
  EXPECT_EQ(find_gap(collection, "slots"), nullptr);
}

TEST(CensusOverTcp, knows_whether_a_password_was_asked_for) {
  PrivateServerOptions open;
  open.loopback = true;
  EXPECT_EQ(collect(TestPostgres{open}.url()).census.password_required, false);
  PrivateServerOptions guarded;
  guarded.loopback = true;
  guarded.password = "hunter2";
  EXPECT_EQ(collect(TestPostgres{guarded}.url()).census.password_required, true);
}

}  // namespace
}  // namespace plimsoll
