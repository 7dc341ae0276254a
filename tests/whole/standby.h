#pragma once

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "demo/fresh_cluster.h"
#include "tests/testing/private_servers.h"

namespace plimsoll::testing {

/// A streaming replica of a test's own server, made by pg_basebackup -R, on a socket of its own. It
/// ends with this object.
class TestStandby {
 public:
  explicit TestStandby(const TestPostgres& primary) {
    const auto programs = need(find_postgres());
    const auto account = need(account_for("postgres", "postgresql-15"));
    const Command copy{programs.postgres.parent_path() / "pg_basebackup",
                       {"-h", (primary.directory() / "run").string(), "-U", "tradeul_user", "-D",
                        folder_.data().string(), "-R", "-c", "fast", "--no-sync"},
                       folder_.root,
                       folder_.log(),
                       {},
                       "",
                       account,
                       0};
    need(make_server_folder(folder_.root, account));
    if (const auto copied = run_process(copy, deadline_in(kPatience)); !copied)
      throw std::runtime_error{copied.error().what.en};
    std::ofstream{folder_.root / "pg_hba.conf"} << "local all all trust\n";
    std::ofstream{folder_.root / "postgresql.conf"}
        << "listen_addresses = ''\nport = 5432\nfsync = off\nfull_page_writes = off\n"
        << "hba_file = '" << (folder_.root / "pg_hba.conf").string() << "'\n"
        << "unix_socket_directories = '" << run().string() << "'\n";
    const Command server{programs.postgres,
                         {"-D", folder_.data().string(), "-c",
                          "config_file=" + (folder_.root / "postgresql.conf").string()},
                         folder_.data(),
                         folder_.log(),
                         folder_.pid_file(),
                         "",
                         account,
                         SIGQUIT};
    need(start_server(
        server, [&](int) { return says_ready(); }, kPatience));
  }
  TestStandby(const TestStandby&) = delete;
  TestStandby& operator=(const TestStandby&) = delete;
  ~TestStandby() { (void)stop_server(folder_, SIGINT, SIGQUIT); }
  std::filesystem::path run() const { return folder_.run(); }

 private:
  static constexpr std::chrono::seconds kPatience{30};

  template <typename T>
  static T need(Result<T> result) {
    if (!result) throw std::runtime_error{result.error().what.en};
    return *std::move(result);
  }
  /// Takes sessions: the last line of its pid file.
  bool says_ready() const {
    std::ifstream file{folder_.data() / "postmaster.pid"};
    std::string word, last;
    while (file >> word) last = word;
    return last == "ready" || last == "standby";
  }

  TemporaryFolder place_;
  ServerFolder folder_{place_.path() / "standby"};
};

}  // namespace plimsoll::testing
