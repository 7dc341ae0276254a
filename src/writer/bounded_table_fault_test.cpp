#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "demo/fresh_cluster.h"
#include "demo/server_folder.h"
#include "writer/table_testing.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using testing::add_number;
using testing::in_time;
using testing::numbers_shape;
using testing::opened_table;
using testing::PostgresEye;
using testing::table_options;
using testing::TestPostgres;

PrivateServerOptions durable_server() {
  PrivateServerOptions options;  // it is the server that ends, not the machine: no fsync needed
  options.settings = {"synchronous_commit=on", "full_page_writes=on"};
  options.loopback = false;
  return options;
}

void stop_at_once(int pid) {
  ::kill(pid, SIGQUIT);  // PostgreSQL's immediate shutdown: no checkpoint, recovery at the start
  ASSERT_TRUE(wait_until_gone(pid, in_time()));
}

int start_again(const TestPostgres& server) {
  const ServerFolder folder{server.directory()};
  const Command command{find_postgres().value().postgres,
                        {"-D", folder.data().string(), "-c",
                         "config_file=" + (folder.root / "postgresql.conf").string()},
                        folder.data(),
                        folder.log(),
                        folder.pid_file(),
                        "",
                        *account_for("postgres", "postgresql-15"),
                        SIGQUIT};
  return start_process(command).value();
}

TableOptions spooling(const std::string& url, const fs::path& spool) {
  auto options = table_options(url);
  options.spool = spool;
  options.batch_rows = 500;
  options.batch_bytes = 65'536;
  options.longest_backoff = std::chrono::milliseconds{200};
  return options;
}

class BoundedTableFault : public ::testing::TestWithParam<bool> {};

TEST_P(BoundedTableFault, server_stopped_under_load_has_every_row_once) {
  TestPostgres server{durable_server()};
  testing::TemporaryFolder folder;
  int pid = server.pid();
  const auto table =
      opened_table(numbers_shape(GetParam()), spooling(server.url(), folder.path() / "spool"));
  std::mt19937 random{11};
  constexpr int kRows = 60'000;
  int next_stop = 5000;
  int start_at = 0;
  for (int n = 0; n < kRows; ++n) {
    ASSERT_TRUE(add_number(*table, n));
    if (n % 100 == 0) table->poll();
    if (n == next_stop) {
      stop_at_once(pid);
      start_at = n + 1000 + static_cast<int>(random() % 6000);
      next_stop = start_at + 3000 + static_cast<int>(random() % 6000);
    }
    if (n != start_at || n == 0) continue;
    pid = start_again(server);
    const auto deadline = in_time();
    while (!table->stats().connected && std::chrono::steady_clock::now() < deadline)
      table->flush(deadline_in(std::chrono::milliseconds{20}));
  }
  if (start_at >= kRows) start_again(server);
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(PostgresEye{server.url()}.counts(), "60000 60000");
  const auto stats = table->stats();
  EXPECT_EQ(stats.committed, 60'000U);
  EXPECT_GT(stats.replayed, 0U);
  EXPECT_GE(stats.reconnects, 3U);
  EXPECT_EQ(stats.rows_in_memory + stats.rows_in_spool, 0U);
}
INSTANTIATE_TEST_SUITE_P(WithAndWithoutKey, BoundedTableFault, ::testing::Bool());

TEST(BoundedTableCut, session_ended_at_any_moment_costs_no_row_and_makes_no_double) {
  TestPostgres server;
  PostgresEye eye{server.url()};
  testing::TemporaryFolder folder;
  const auto table = opened_table(numbers_shape(), spooling(server.url(), folder.path() / "spool"));
  for (int n = 0; n < 40'000; ++n) {
    ASSERT_TRUE(add_number(*table, n));
    if (n % 777 == 0)
      eye.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
          "pg_backend_pid() AND backend_type = 'client backend'");
  }
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(eye.counts(), "40000 40000");
}

TEST(BoundedTableSpool, without_one_memory_stays_bounded_and_drops_are_counted) {
  TestPostgres server{durable_server()};
  auto options = table_options(server.url());
  options.batch_bytes = 16'384;
  options.buffer_bytes = 65'536;
  options.when_full = WhenFull::drop_oldest;
  const auto table = opened_table(numbers_shape(), options);
  stop_at_once(server.pid());
  for (int n = 0; n < 20'000; ++n) ASSERT_TRUE(add_number(*table, n));
  auto stats = table->stats();
  EXPECT_EQ(stats.memory_bytes, 65'536U);
  EXPECT_GT(stats.dropped_oldest, 0U);
  EXPECT_EQ(stats.accepted, stats.committed + stats.dropped_oldest + stats.rows_in_memory);
  start_again(server);
  ASSERT_TRUE(table->flush(in_time()));
  PostgresEye eye{server.url()};
  EXPECT_EQ(eye.value("SELECT max(n) FROM numbers"), "19999");
  EXPECT_EQ(eye.value("SELECT count(*) FROM numbers"), std::to_string(table->stats().committed));
}

TEST(BoundedTableSpool, full_spool_holds_its_bound_and_counts) {
  testing::TemporaryFolder folder;
  auto options = spooling("postgresql://nobody@/x?host=/nonexistent", folder.path() / "spool");
  options.spool_bytes = 256_KiB;
  options.buffer_bytes = 262'144;
  options.when_full = WhenFull::drop_newest;
  const auto table = opened_table(numbers_shape(), options);
  for (int n = 0; n < 50'000; ++n) {
    add_number(*table, n);
    if (n % 1000 == 0) {
      ASSERT_LE(table->stats().spool_bytes, 256U * 1024);
    }
  }
  const auto stats = table->stats();
  EXPECT_GT(stats.dropped_newest, 0U);
  EXPECT_EQ(stats.accepted, stats.rows_in_spool + stats.rows_in_memory);
  std::uintmax_t on_disk = 0;
  for (const auto& file : fs::directory_iterator{folder.path() / "spool"})
    on_disk += file.file_size();
  EXPECT_LE(on_disk, 256U * 1024);
}

/// A disk with no room, as the largest size of a file that this process may write.
TEST(BoundedTableSpool, disk_without_room_leaves_rows_in_memory) {
  TestPostgres server{durable_server()};
  testing::TemporaryFolder folder;
  auto options = spooling(server.url(), folder.path() / "spool");
  options.buffer_bytes = std::size_t{4} << 20;
  const auto table = opened_table(numbers_shape(), options);
  stop_at_once(server.pid());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 100'000;
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  for (int n = 0; n < 30'000; ++n) ASSERT_TRUE(add_number(*table, n));
  const auto stats = table->stats();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, ignored);
  EXPECT_GT(stats.rows_in_spool, 0U);
  EXPECT_GT(stats.rows_in_memory, 5000U);
  start_again(server);
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(PostgresEye{server.url()}.counts(), "30000 30000");
}

/// Tells the parent, after each row that lies in the spool, how many there are.
[[noreturn]] void write_until_killed(const TableOptions& options, int first, int pipe) {
  const auto table = opened_table(numbers_shape(), options);
  for (int n = first;; ++n) {
    if (!add_number(*table, n)) continue;
    if ((n + 1 - first) % 50 == 0) {
      if (!table->put_away(in_time())) ::_exit(3);
      const int sure = n + 1;
      if (::write(pipe, &sure, sizeof sure) != sizeof sure) ::_exit(4);
    }
  }
}

TEST(BoundedTableSpool, writer_killed_at_any_moment_has_each_row_once) {
  TestPostgres server;
  PostgresEye eye{server.url()};
  testing::TemporaryFolder folder;
  auto options = spooling(server.url(), folder.path() / "spool");
  options.spool_first = true;
  opened_table(numbers_shape(), options)->poll();
  std::mt19937 random{5};
  int next = 0;
  for (int turn = 0; turn < 12; ++turn) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(options, next, ends[1]);
    ::close(ends[1]);
    const int enough = 4 + static_cast<int>(random() % 12);
    for (int seen = 0, sure = 0; seen < enough; ++seen) {
      ASSERT_EQ(::read(ends[0], &sure, sizeof sure), static_cast<ssize_t>(sizeof sure));
      next = sure;
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    for (int sure = 0; ::read(ends[0], &sure, sizeof sure) == sizeof sure;) next = sure;
    ::close(ends[0]);
    // Rows beyond `next` may be there too, once or not at all: the next writer starts after them.
    const auto sure_rows = next;
    {
      auto waiting = opened_table(numbers_shape(), options);
      ASSERT_TRUE(waiting->flush(in_time()));
    }
    ASSERT_EQ(eye.value("SELECT count(*) FROM numbers WHERE n < " + std::to_string(sure_rows)),
              std::to_string(sure_rows));
    ASSERT_EQ(eye.value("SELECT count(*) - count(DISTINCT n) FROM numbers"), "0");
    next = std::stoi(eye.value("SELECT max(n) + 1 FROM numbers"));
  }
  EXPECT_GT(next, 2000);
}

TEST(BoundedTableSpool, torn_end_is_cut_off_and_counted) {
  TestPostgres server;
  testing::TemporaryFolder folder;
  const auto spool = folder.path() / "spool";
  {
    auto away = spooling("postgresql://nobody@/x?host=/nonexistent", spool);
    const auto table = opened_table(numbers_shape(), away);
    for (int n = 0; n < 1000; ++n) ASSERT_TRUE(add_number(*table, n));
    ASSERT_TRUE(table->put_away(in_time()));
  }
  fs::path last;
  for (const auto& file : fs::directory_iterator{spool})
    if (file.path().extension() == ".spool") last = std::max(last, file.path());
  fs::resize_file(last, fs::file_size(last) - 3);
  const auto table = opened_table(numbers_shape(), spooling(server.url(), spool));
  EXPECT_GT(table->stats().torn_bytes, 0U);
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(PostgresEye{server.url()}.counts(), "500 500");
}

}  // namespace
}  // namespace plimsoll
