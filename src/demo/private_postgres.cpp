#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "demo/fresh_cluster.h"
#include "demo/private_server.h"
#include "demo/server_folder.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

constexpr int kPortAttempts = 5;

/// A value of postgresql.conf or a literal of SQL: in single quotes.
std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) text += c == '\'' ? "''" : std::string{c};
  return text + "'";
}

std::string configuration(const ServerFolder& folder, const PrivateServerOptions& options,
                          int port) {
  std::string text = "hba_file = " + quoted((folder.root / "pg_hba.conf").string()) + "\n";
  text += "listen_addresses = " + quoted(options.loopback ? "127.0.0.1" : "") + "\n";
  text += "port = " + std::to_string(port) + "\n";
  text +=
      "unix_socket_directories = " + quoted(options.loopback ? "" : folder.run().string()) + "\n";
  if (!options.durable) text += "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n";
  for (const std::string& setting : options.settings) {
    const auto equals = setting.find('=');
    text += setting.substr(0, equals) + " = " + quoted(setting.substr(equals + 1)) + "\n";
  }
  return text;
}

/// Both files are read by the server's account and written by us, outside its folder. Neither holds
/// a secret.
Result<fs::path> write_configuration(const ServerFolder& folder,
                                     const PrivateServerOptions& options, int port) {
  const fs::path file = folder.root / "postgresql.conf";
  const fs::path access = folder.root / "pg_hba.conf";
  const char* method = options.password.empty() ? "trust" : "scram-sha-256";
  std::ofstream{file} << configuration(folder, options, port);
  std::ofstream{access} << "local all all trust\nhost all all 127.0.0.1/32 " << method << "\n"
                        << "local replication all trust\nhost replication all 127.0.0.1/32 "
                        << method << "\n";
  constexpr auto kReadable = fs::perms::owner_read | fs::perms::owner_write |
                             fs::perms::group_read | fs::perms::others_read;
  std::error_code error;
  fs::permissions(file, kReadable, error);
  if (!error) fs::permissions(access, kReadable, error);
  if (!error) return file;
  return failure(ErrorCode::denied,
                 say("cannot write '{}'", "no se puede escribir «{}»", {printable(file.string())}));
}

std::string url_of(const ServerFolder& folder, const PrivateServerOptions& options, int port) {
  const std::string password =
      options.password.empty() ? "" : ":" + percent_encoded(options.password);
  const std::string user = percent_encoded(options.user);
  const std::string database = percent_encoded(options.database);
  if (options.loopback)
    return "postgresql://" + user + password + "@127.0.0.1:" + std::to_string(port) + "/" +
           database;
  return "postgresql://" + user + password + "@/" + database +
         "?host=" + percent_encoded(folder.run().string(), "/");
}

/// What pg_ctl waits for: the eighth line of postmaster.pid.
bool says_ready(const fs::path& data, int pid) {
  std::ifstream file{data / "postmaster.pid"};
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (number == 1 && parse_int(trim(line)) != pid) return false;
    if (number == 8) return trim(line) == "ready";
  }
  return false;
}

Result<PrivateServer> launch(const ServerFolder& folder, const PostgresPrograms& programs,
                             const std::optional<Account>& account,
                             const PrivateServerOptions& options) {
  for (int attempt = 1;; ++attempt) {
    const auto port = options.loopback ? free_loopback_port() : Result<int>{5432};
    if (!port) return failure(port.error());
    const auto file = write_configuration(folder, options, *port);
    if (!file) return failure(file.error());
    std::error_code ignored;
    fs::remove(folder.log(), ignored);
    Command command{
        programs.postgres, {"-D", folder.data().string(), "-c", "config_file=" + file->string()},
        folder.data(),     folder.log(),
        folder.pid_file(), "",
        account,           options.ends_with_caller ? SIGQUIT : 0};
    const auto pid = start_server(
        command, [&](int started) { return says_ready(folder.data(), started); }, options.patience);
    if (pid) return PrivateServer{folder.root, url_of(folder, options, *port), *pid};
    const bool clash = text_of(folder.log()).find("ddress already in use") != std::string::npos;
    if (!clash || attempt == kPortAttempts) return failure(pid.error());
  }
}

}  // namespace

Result<PrivateServer> start_private_postgres(const fs::path& directory,
                                             const PrivateServerOptions& options) {
  const auto programs = find_postgres();
  if (!programs) return failure(programs.error());
  const auto account = account_for("postgres", "postgresql-15");
  if (!account) return failure(account.error());
  const auto folder = make_server_folder(directory, *account);
  if (!folder) return failure(folder.error());
  if (auto made = make_cluster(*folder, *programs, *account, options); !made)
    return failure(made.error());
  return launch(*folder, *programs, *account, options);
}

Result<void> stop_private_postgres(const fs::path& directory) {
  return stop_server(ServerFolder{fs::absolute(directory).lexically_normal()}, SIGINT, SIGQUIT);
}

bool is_private_server_running(const fs::path& directory) {
  const ServerFolder folder{fs::absolute(directory).lexically_normal()};
  return running_in(folder.data(), folder.pid_file()).has_value();
}

}  // namespace plimsoll
