#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "link/postgres/link.h"
#include "link/postgres/probes.h"
#include "link/postgres/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll::postgres {
namespace {

using std::chrono::milliseconds;
using testing::TestPostgres;

constexpr milliseconds kPatience{5000};

Address address_of(const std::string& url) { return *parse_address(url); }

Link script_link(const TestPostgres& server) {
  auto link = Link::connect(address_of(server.url()), kPatience, Session::script);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

Probe probe_of(std::string_view sql, milliseconds timeout = milliseconds{1000}) {
  Probe probe{"test", "what was asked", "lo preguntado", sql};
  probe.timeout = timeout;
  return probe;
}

/// Takes connections (the kernel does) and never says a word.
class MuteServer {
 public:
  MuteServer() : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, raw, length) != 0 || ::listen(socket_, 4) != 0 ||
        ::getsockname(socket_, raw, &length) != 0) {
      throw std::runtime_error{"no socket on loopback"};
    }
    port_ = ntohs(address.sin_port);
  }
  MuteServer(const MuteServer&) = delete;
  MuteServer& operator=(const MuteServer&) = delete;
  ~MuteServer() { ::close(socket_); }
  std::string url() const {
    return "postgresql://ana:hunter2@127.0.0.1:" + std::to_string(port_) + "/x";
  }
  int port() const { return port_; }

 private:
  int socket_;
  int port_ = 0;
};

template <typename Call>
milliseconds time_of(const Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST(Link, a_mute_server_costs_the_budget_and_no_more) {
  const MuteServer mute;
  const auto spent = time_of([&] {
    const auto link = Link::connect(address_of(mute.url()), milliseconds{300});
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().code, ErrorCode::timed_out);
    EXPECT_NE(link.error().what.en.find("said nothing for 300 ms"), std::string::npos)
        << link.error().what.en;
  });
  EXPECT_GE(spent, milliseconds{290});
  EXPECT_LT(spent, milliseconds{1500});
}

TEST(Link, a_server_that_is_down_is_unreachable) {
  int port = 0;
  {
    const MuteServer gone;
    port = gone.port();
  }
  const auto link = Link::connect(
      address_of("postgresql://ana:hunter2@127.0.0.1:" + std::to_string(port) + "/x"), kPatience);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, ErrorCode::unreachable);
  EXPECT_NE(link.error().hint.en.find("running"), std::string::npos);
}

class LinkToServer : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<TestPostgres>(); }
  static void TearDownTestSuite() { server_.reset(); }
  static Link reading_link() {
    auto link = Link::connect(address_of(server_->url()), kPatience);
    if (!link) throw std::runtime_error{link.error().what.en};
    return std::move(*link);
  }
  static std::unique_ptr<TestPostgres> server_;
};
std::unique_ptr<TestPostgres> LinkToServer::server_;

TEST_F(LinkToServer, reads_in_a_transaction_of_its_own_that_leaves_no_trace) {
  auto link = script_link(*server_);
  const auto inside = link.read(
      probe_of(
          "select current_setting('transaction_read_only') as ro, current_setting('search_path') "
          "as "
          "path, current_setting('lock_timeout') as lock, timestamptz '2025-11-11 18:00+01' as at, "
          "$1::text as given, interval '7 days' as week"),
      {{"it's \"x\""}, {}, {}});
  ASSERT_TRUE(inside) << inside.error().what.en;
  EXPECT_EQ((*inside)[0].text("ro"), "on");
  EXPECT_EQ((*inside)[0].text("path"), "pg_catalog");
  EXPECT_EQ((*inside)[0].text("lock"), "200ms");
  EXPECT_EQ((*inside)[0].text("at"), "2025-11-11 17:00:00+00");
  EXPECT_EQ((*inside)[0].text("given"), "it's \"x\"");
  EXPECT_EQ((*inside)[0].text("week"), "7 days");
  const auto after = execute(link,
                             "select current_setting('search_path') as path, "
                             "current_setting('statement_timeout') as timeout");
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)[0].text("path"), "\"$user\", public");
  EXPECT_EQ((*after)[0].text("timeout"), "0");
}

TEST_F(LinkToServer, cannot_write) {
  auto link = reading_link();
  EXPECT_FALSE(link.read(probe_of("create table public.written()")));
  EXPECT_TRUE(link.read(probe_of("select 1 as one")));
}

TEST_F(LinkToServer, gives_up_a_slow_question_and_can_be_asked_again) {
  auto link = reading_link();
  const auto slow = link.read(probe_of("select pg_sleep(20)", milliseconds{150}));
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, ErrorCode::timed_out);
  const auto next = link.read(probe_of("select 1 as one"));
  ASSERT_TRUE(next) << next.error().what.en;
  EXPECT_EQ((*next)[0].integer("one"), 1);
}

TEST_F(LinkToServer, a_backend_that_stops_answering_costs_the_deadline) {
  auto link = reading_link();
  const auto pid = link.read(probe_of("select pg_backend_pid() as pid"));
  ASSERT_TRUE(pid);
  const auto backend = static_cast<pid_t>(*(*pid)[0].integer("pid"));
  ASSERT_EQ(::kill(backend, SIGSTOP), 0);
  const auto spent = time_of([&] {
    const auto rows = link.read(probe_of("select 1", milliseconds{200}));
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::timed_out);
  });
  EXPECT_LT(spent, milliseconds{2000});
  const auto again = link.read(probe_of("select 1"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::unreachable);
  ::kill(backend, SIGCONT);
}

TEST_F(LinkToServer, a_backend_that_is_terminated_is_an_error_each_time) {
  auto link = reading_link();
  auto other = script_link(*server_);
  const auto pid = link.read(probe_of("select pg_backend_pid() as pid"));
  ASSERT_TRUE(execute(other, "select pg_terminate_backend(" + (*pid)[0].text("pid") + ", 5000)"));
  for (int i = 0; i < 3; ++i) {
    const auto rows = link.read(probe_of("select 1"));
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::unreachable) << rows.error().what.en;
  }
}

TEST_F(LinkToServer, a_locked_table_is_a_conflict) {
  auto holder = script_link(*server_);
  ASSERT_TRUE(execute(holder, "create table public.locked(a int)"));
  ASSERT_TRUE(execute(holder, "begin; lock table public.locked"));
  auto link = reading_link();
  const auto rows = link.read(probe_of("select count(*) from public.locked"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::conflict);
}

TEST_F(LinkToServer, a_role_without_rights_is_told_the_grant) {
  auto owner = script_link(*server_);
  ASSERT_TRUE(execute(owner, "create role \"Poor Role\" login; create table public.secret(a int)"));
  auto address = address_of(server_->url());
  address.url = [&] {
    const auto at = address.url.find("tradeul_user@");
    return std::string{address.url}.replace(at, 12, "Poor%20Role");
  }();
  auto link = Link::connect(address, kPatience);
  ASSERT_TRUE(link) << link.error().what.en;
  const auto wal = link->read(kWalDirectory);
  ASSERT_FALSE(wal);
  EXPECT_EQ(wal.error().code, ErrorCode::denied);
  EXPECT_EQ(wal.error().hint.es, "GRANT pg_monitor TO \"Poor Role\"");
}

TEST_F(LinkToServer, says_which_database_is_missing) {
  auto address = address_of(server_->url());
  address.url.replace(address.url.find("@/tradeul"), 9, "@/nowhere");
  const auto link = Link::connect(address, kPatience);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code, ErrorCode::unsupported);
  EXPECT_NE(link.error().hint.es.find("nowhere"), std::string::npos);
}

TEST_F(LinkToServer, copies_rows_in) {
  auto link = script_link(*server_);
  ASSERT_TRUE(execute(link, "create table public.copied(a int, b text)"));
  int blocks = 0;
  const auto copied = copy_in(link, "copy public.copied from stdin", [&](std::string& buffer) {
    buffer.clear();
    if (++blocks > 20) return false;
    for (int i = 0; i < 5000; ++i) buffer += std::to_string(i) + "\tsome text to fill a row\n";
    return true;
  });
  ASSERT_TRUE(copied) << copied.error().what.en;
  EXPECT_EQ(*copied, 100000);
  const auto bad = copy_in(link, "copy public.copied from stdin", [&](std::string& buffer) {
    buffer = "not a number\tx\n";
    return blocks++ < 30;
  });
  EXPECT_FALSE(bad);
  EXPECT_EQ((*execute(link, "select count(*) as n from public.copied"))[0].integer("n"), 100000);
}

TEST(LinkWithPassword, tells_wrong_from_missing_and_never_shows_it) {
  PrivateServerOptions options;
  options.loopback = true;
  options.password = "hunter2";
  const TestPostgres server{options};
  auto address = address_of(server.url());
  for (const std::string password : {"", "wr0ng-hunter"}) {
    address.password = Secret{password};
    const auto link = Link::connect(address, kPatience);
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error().code, ErrorCode::denied) << link.error().what.en;
    EXPECT_NE(link.error().hint.en.find("password"), std::string::npos);
    EXPECT_EQ((link.error().what.en + link.error().hint.en).find("wr0ng"), std::string::npos);
  }
  address.password = Secret{"hunter2"};
  const auto link = Link::connect(address, kPatience);
  ASSERT_TRUE(link) << link.error().what.en;
  EXPECT_TRUE(link->facts().used_password);
  EXPECT_TRUE(link->facts().local);
}

}  // namespace
}  // namespace plimsoll::postgres
