#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "demo/child_process.h"
#include "demo/private_server.h"
#include "demo/server_folder.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TemporaryFolder;
using testing::TestPostgres;
using testing::TestRedis;

/// What a client of Debian's packages prints. It is a stranger to our own links.
std::string asked(const std::string& program, std::vector<std::string> arguments) {
  const TemporaryFolder folder;
  Command command;
  command.program = find_program(program).value_or("");
  command.arguments = std::move(arguments);
  command.directory = "/";
  command.log = folder.path() / "out";
  const auto ran = run_process(command, deadline_in(std::chrono::seconds{20}));
  return (ran ? "" : ran.error().what.en + "\n") + text_of(command.log);
}

std::string asked_postgres(const std::string& url, const std::string& sql) {
  return asked("psql", {"-XAt", "-d", url, "-c", sql});
}

TEST(PrivatePostgres, answers_on_its_socket_as_superuser_of_its_database) {
  const TestPostgres postgres;
  EXPECT_EQ(asked_postgres(postgres.url(),
                           "select current_user, current_database(), usesuper, "
                           "inet_server_addr() is null from pg_user"),
            "tradeul_user|tradeul|t|t\n");
}

TEST(PrivatePostgres, takes_settings_with_spaces_and_quotes) {
  const TestPostgres postgres{"application_name=it's a demo", "work_mem=7MB"};
  EXPECT_EQ(asked_postgres(postgres.url(), "show work_mem"), "7MB\n");
  EXPECT_THAT(text_of(postgres.directory() / "postgresql.conf"), HasSubstr("'it''s a demo'"));
}

TEST(PrivatePostgres, on_loopback_wants_the_password_that_is_in_the_url) {
  PrivateServerOptions options;
  options.password = "p@ss word/'";
  const TestPostgres postgres{options};
  EXPECT_EQ(asked_postgres(postgres.url(), "select 1"), "1\n");
  std::string wrong = postgres.url();
  wrong.replace(wrong.find("p%40ss"), 6, "other");
  EXPECT_THAT(asked_postgres(wrong, "select 1"), HasSubstr("password authentication failed"));
  EXPECT_THAT(text_of(postgres.directory() / "log"), Not(HasSubstr("p@ss")));
}

TEST(PrivatePostgres, is_gone_after_stop_and_stopping_again_is_success) {
  TestPostgres postgres;
  EXPECT_TRUE(is_private_server_running(postgres.directory()));
  const int pid = postgres.pid();
  postgres.stop();
  EXPECT_FALSE(is_private_server_running(postgres.directory()));
  EXPECT_NE(::kill(pid, 0), 0);
  EXPECT_TRUE(stop_private_postgres(postgres.directory()).has_value());
}

TEST(PrivatePostgres, does_not_touch_a_folder_that_holds_something) {
  const TemporaryFolder folder;
  std::ofstream{folder.path() / "thesis.txt"} << "years of work";
  const auto server = start_private_postgres(folder.path());
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, ErrorCode::conflict);
  EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST(PrivatePostgres, quotes_the_log_of_a_server_that_refuses_its_settings) {
  const TemporaryFolder folder;
  PrivateServerOptions options;
  options.settings = {"shared_buffers=plenty"};
  options.ends_with_caller = true;
  const auto server = start_private_postgres(folder.path() / "pg", options);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, ErrorCode::unreachable);
  EXPECT_THAT(server.error().what.en, HasSubstr("shared_buffers"));
  EXPECT_FALSE(is_private_server_running(folder.path() / "pg"));
}

TEST(PrivatePostgres, names_the_folder_its_system_user_cannot_enter) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root runs it as another user";
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
  const auto server = start_private_postgres(folder.path() / "pg");
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, ErrorCode::denied);
  EXPECT_THAT(server.error().what.en, HasSubstr(folder.path().string()));
  EXPECT_FALSE(server.error().hint.es.empty());
}

TEST(PrivateRedis, answers_without_a_password_on_loopback) {
  const TestRedis redis{"maxmemory 100mb", "maxmemory-policy allkeys-lru"};
  EXPECT_THAT(redis.url(), StartsWith("redis://127.0.0.1:"));
  EXPECT_EQ(asked("redis-cli", {"-u", redis.url(), "config", "get", "maxmemory"}),
            "maxmemory\n104857600\n");
  EXPECT_EQ(asked("redis-cli", {"-u", redis.url(), "config", "rewrite"}), "OK\n");
}

TEST(PrivateRedis, does_not_run_as_root) {
  const TestRedis redis;
  struct stat process {};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(redis.pid())).c_str(), &process), 0);
  EXPECT_NE(process.st_uid, 0U);
}

TEST(PrivateRedis, listens_only_on_its_socket_when_told_so) {
  PrivateServerOptions options;
  options.loopback = false;
  options.password = "s3cret";
  const TestRedis redis{options};
  const auto socket = redis.directory() / "run" / "redis.sock";
  EXPECT_EQ(redis.url(), "unix://:s3cret@" + socket.string() + "?db=0");
  EXPECT_EQ(
      asked("redis-cli", {"-s", socket.string(), "-a", "s3cret", "--no-auth-warning", "ping"}),
      "PONG\n");
  EXPECT_THAT(asked("redis-cli", {"-s", socket.string(), "ping"}), HasSubstr("NOAUTH"));
}

TEST(PrivateServers, end_when_the_test_that_started_them_is_killed) {
  const TemporaryFolder folder;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t test = ::fork();
  if (test == 0) {
    PrivateServerOptions options;
    options.ends_with_caller = true;
    const auto server = start_private_redis(folder.path() / "redis", options);
    const int pid = server ? server->pid : 0;
    [[maybe_unused]] const auto told = ::write(ends[1], &pid, sizeof pid);
    ::raise(SIGKILL);
  }
  int server = 0;
  ASSERT_EQ(::read(ends[0], &server, sizeof server), static_cast<ssize_t>(sizeof server));
  ASSERT_GT(server, 0);
  ASSERT_EQ(::waitpid(test, nullptr, 0), test);
  EXPECT_TRUE(wait_until_gone(server, deadline_in(std::chrono::seconds{10})));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(PrivateServers, of_another_program_with_the_same_pid_are_left_alone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(make_server_folder(folder.path() / "pg", std::nullopt).has_value());
  std::ofstream{folder.path() / "pg" / "server.pid"} << ::getpid() << "\n";
  EXPECT_FALSE(is_private_server_running(folder.path() / "pg"));
  EXPECT_TRUE(stop_private_postgres(folder.path() / "pg").has_value());  // and we are still here
}

}  // namespace
}  // namespace plimsoll
