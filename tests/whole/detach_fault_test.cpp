// DROP by DETACH … CONCURRENTLY, which is two transactions and waits for whoever uses the table:
// the guard killed at each boundary of its journal while somebody reads, and in the middle of the
// wait.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "apply/postgres/drop_partitions.h"
#include "apply/postgres/executor_testing.h"
#include "apply/run/run_plan.h"
#include "history/journal.h"

namespace plimsoll::testing {
namespace {

using std::chrono::milliseconds;

constexpr Instant kPlanned{std::chrono::sys_days{std::chrono::year{2025} / 11 / 11}};

class Mute final : public RunObserver {};

/// Three of six partitions, a day each, are to go.
Plan plan_of_drop(const std::string& oid) {
  Step step;
  step.number = 1;
  step.target_kind = TargetKind::postgres;
  step.target = "main";
  step.resource = "postgres/main/table/public.events";
  step.before = {{"oid", oid}};
  DropPartitions change{{"public", "events"}, {"at", "timestamptz", 0}, day(4), {}};
  for (int d = 1; d <= 3; ++d)
    change.partitions.push_back(
        {{"public", "events_p2025110" + std::to_string(d)}, {day(d), day(d + 1)}, {}});
  step.change = change;
  Plan plan;
  plan.taken_at = kPlanned;
  plan.expires_at = kPlanned + Days{1};
  plan.steps = {step};
  plan.hash = hash_of(plan);
  return plan;
}

class DetachFault : public ExecutorTest {
 protected:
  void make_events() {
    sql_->run("create table events (at timestamptz not null, n integer) partition by range (at)");
    for (int d = 1; d <= 6; ++d)
      sql_->run("create table events_p2025110" + std::to_string(d) +
                " partition of events for values from ('2025-11-0" + std::to_string(d) +
                " 00:00+00') to ('2025-11-0" + std::to_string(d + 1) + " 00:00+00')");
    sql_->run(
        "insert into events select '2025-11-01 12:00+00'::timestamptz + d * '1 day'::interval, d"
        " from generate_series(0, 5) d");
    plan_ = plan_of_drop(oid_of("events"));
  }
  std::string waiting() {
    return sql_->value(
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and wait_event_type = 'Lock' and query like '%CONCURRENTLY%'");
  }
  std::string pending() {
    return sql_->value("select count(*) from pg_inherits where inhdetachpending");
  }
  /// Sessions of guards: all but those of the fixture and its reader.
  void wait_for_end_of_guards() {
    const Deadline end = deadline_in(Seconds{20});
    while (sql_->value("select count(*) from pg_stat_activity where datname = current_database()"
                       " and backend_type = 'client backend' and pid <> pg_backend_pid()") != "2")
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error{"a session stays"};
  }

  [[noreturn]] void be_guard(const std::filesystem::path& path, std::optional<int> boundary,
                             int attempts) const {
    int passed = 0;
    JournalOptions options;
    options.at_boundary = [&] {
      if (passed++ == boundary) ::kill(::getpid(), SIGKILL);
    };
    auto journal = Journal::open(path.string(), options);
    if (!journal) ::_exit(70);
    auto link = link_to(url_, postgres::Session::acting);
    LinkedServer server{link};
    DropPartitionsExecutor executor{server,
                                    {.lock_timeout = milliseconds{20},
                                     .attempts = attempts,
                                     .first_pause = milliseconds{1},
                                     .longest_pause = milliseconds{20}}};
    RunOptions run;
    run.now = [] { return kPlanned; };
    Mute mute;
    const RunResult result =
        run_plan(plan_, {{{TargetKind::postgres, "main"}, &executor}}, *journal, run, mute);
    for (const auto& [number, outcome] : result.outcomes)
      std::fprintf(stderr, "guard: %s\n", outcome.what.en.c_str());
    ::_exit(exit_status_of(result));
  }
  /// How the guard ended, as waitpid says it; `meanwhile` again and again until then.
  int run_guard(const std::filesystem::path& path, std::optional<int> boundary, int attempts,
                const std::function<void(pid_t)>& meanwhile) {
    const pid_t child = ::fork();
    if (child == 0) be_guard(path, boundary, attempts);
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) meanwhile(child);
    return status;
  }
  void expect_only_overdue_ones_gone() {
    EXPECT_EQ(pending(), "0");
    EXPECT_EQ(sql_->value("select string_agg(right(relname, 1), '' order by relname) from pg_class"
                          " where relname like 'events\\_p%' and relkind = 'r'"),
              "456");
    EXPECT_EQ(sql_->value("select string_agg(n::text, '' order by n) from events"), "345");
    EXPECT_EQ(sql_->value("select count(*) from pg_inherits where inhparent = 'events'::regclass"),
              "3");
  }
  static bool killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }
  static bool well_ended(int status) {
    return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 4);
  }

  Plan plan_;
};

TEST_F(DetachFault, killed_at_every_boundary_while_somebody_reads) {
  int boundary = 0, waits = 0;
  for (bool died = true; died; ++boundary) {
    SCOPED_TRACE("boundary " + std::to_string(boundary));
    make_events();
    Session reader{url_};
    reader.run("begin; select count(*) from events");
    bool reads = true;
    const TemporaryFolder folder;
    const int status = run_guard(folder.path() / "journal.db", boundary, 2, [&](pid_t) {
      if (!reads || waiting() == "0") return;
      ++waits;
      reader.run("commit");
      reads = false;
    });
    died = killed(status);
    ASSERT_TRUE(died || well_ended(status)) << status;
    if (reads) reader.run("commit");
    wait_for_end_of_guards();
    if (died) {
      const int again = run_guard(folder.path() / "journal.db", {}, 2, [](pid_t) {});
      ASSERT_TRUE(well_ended(again)) << again;
    }
    expect_only_overdue_ones_gone();
    if (HasFailure()) return;
    sql_->run("drop table events");
  }
  // Begin and end of plan and step; three drops, the first of which is a try, a detach and a drop.
  EXPECT_EQ(boundary - 1, 2 * (4 + 5));
  EXPECT_GT(waits, 5) << "it had to wait for the reader";
  std::printf("killed %d times\n", boundary - 1);
}

class DetachFaultInTheWait : public DetachFault {
 protected:
  /// The guard dies when the server waits for the reader; its statement goes on.
  void kill_in_the_wait() {
    make_events();
    reader_ = std::make_unique<Session>(url_);
    reader_->run("begin; select count(*) from events");
    const int status = run_guard(journal(), {}, 2, [&](pid_t guard) {
      if (waiting() == "1") ::kill(guard, SIGKILL);
    });
    ASSERT_TRUE(killed(status)) << status;
    ASSERT_EQ(pending(), "1");
  }
  void apply_again(int attempts, const std::function<void(pid_t)>& meanwhile) {
    const int again = run_guard(journal(), {}, attempts, meanwhile);
    EXPECT_TRUE(well_ended(again)) << again;
    expect_only_overdue_ones_gone();
  }
  std::filesystem::path journal() const { return folder_.path() / "journal.db"; }

  TemporaryFolder folder_;
  std::unique_ptr<Session> reader_;
};

TEST_F(DetachFaultInTheWait, the_server_ends_what_it_was_told) {
  kill_in_the_wait();
  reader_->run("commit");
  wait_for_end_of_guards();
  EXPECT_EQ(pending(), "0");
  EXPECT_EQ(sql_->value("select to_regclass('events_p20251101') is null"), "false") << "detached";
  apply_again(2, [](pid_t) {});
}

TEST_F(DetachFaultInTheWait, the_server_notices_and_leaves_it_half_done) {
  kill_in_the_wait();
  sql_->run(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
      " and query like '%CONCURRENTLY%' and pid <> pg_backend_pid()");
  wait_for_end_of_guards();
  EXPECT_EQ(pending(), "1");
  reader_->run("commit");
  apply_again(2, [](pid_t) {});
}

TEST_F(DetachFaultInTheWait, the_next_run_begins_while_it_still_waits) {
  kill_in_the_wait();
  bool reads = true;
  apply_again(200, [&](pid_t) {
    const bool there = sql_->value(
                           "select count(*) from pg_stat_activity where datname ="
                           " current_database() and wait_event_type = 'Lock'") == "2";
    if (!reads || !there) return;
    reader_->run("commit");
    reads = false;
  });
  EXPECT_FALSE(reads) << "both waited at once";
}

}  // namespace
}  // namespace plimsoll::testing
