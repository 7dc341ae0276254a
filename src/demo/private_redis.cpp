#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/text.h"
#include "demo/private_server.h"
#include "demo/server_folder.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

constexpr int kPortAttempts = 5;

/// A value of redis.conf: in double quotes, so that spaces and '#' are part of it.
std::string quoted(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string configuration(const ServerFolder& folder, const PrivateServerOptions& options,
                          int port) {
  std::string text = "bind 127.0.0.1\nport " + std::to_string(port) + "\ndaemonize no\n";
  text += "save \"\"\nappendonly " + std::string{options.durable ? "yes" : "no"} + "\n";
  text += "dir " + quoted(folder.data().string()) + "\n";
  if (!options.loopback) {
    text += "unixsocket " + quoted((folder.run() / "redis.sock").string()) + "\n";
    text += "unixsocketperm 700\n";
  }
  if (!options.password.empty()) text += "requirepass " + quoted(options.password) + "\n";
  for (const std::string& setting : options.settings) text += setting + "\n";
  return text + "loglevel notice\nlogfile \"\"\n";  // its log says when it is ready
}

/// Its own folder, its own file: CONFIG REWRITE works, and nobody else reads the password.
Result<fs::path> write_configuration(const ServerFolder& folder,
                                     const PrivateServerOptions& options,
                                     const std::optional<Account>& account, int port) {
  const fs::path file = folder.data() / "redis.conf";
  std::error_code ignored;
  fs::remove(file, ignored);
  std::ofstream{file} << configuration(folder, options, port);
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, ignored);
  if (account) {
    if (auto given = give_to(*account, file); !given) return failure(given.error());
  }
  return file;
}

std::string url_of(const ServerFolder& folder, const PrivateServerOptions& options, int port) {
  const std::string login =
      options.password.empty() ? "" : ":" + percent_encoded(options.password) + "@";
  if (options.loopback) return "redis://" + login + "127.0.0.1:" + std::to_string(port) + "/0";
  return "unix://" + login + percent_encoded((folder.run() / "redis.sock").string(), "/") + "?db=0";
}

Result<fs::path> find_redis() {
  for (const char* name : {"redis-server", "valkey-server"}) {
    if (auto program = find_program(name)) return *program;
  }
  return failure(
      ErrorCode::unsupported,
      say("redis-server is not installed", "redis-server no está instalado"),
      say("install the Debian package redis-server", "instale el paquete de Debian redis-server"));
}

}  // namespace

Result<PrivateServer> start_private_redis(const fs::path& directory,
                                          const PrivateServerOptions& options) {
  const auto program = find_redis();
  if (!program) return failure(program.error());
  const auto account = account_for("redis", "redis-server");
  if (!account) return failure(account.error());
  const auto folder = make_server_folder(directory, *account);
  if (!folder) return failure(folder.error());
  for (int attempt = 1;; ++attempt) {
    const auto port = options.loopback ? free_loopback_port() : Result<int>{0};
    if (!port) return failure(port.error());
    const auto file = write_configuration(*folder, options, *account, *port);
    if (!file) return failure(file.error());
    Command command{
        *program, {file->string()}, folder->data(), folder->log(), folder->pid_file(), "", *account,
        0};
    if (options.ends_with_caller) command.signal_at_our_end = SIGKILL;
    const auto ready = [&](int) {
      return text_of(folder->log()).find("eady to accept connections") != std::string::npos;
    };
    const auto pid = start_server(command, ready, options.patience);
    if (pid) return PrivateServer{folder->root, url_of(*folder, options, *port), *pid};
    const bool clash = text_of(folder->log()).find("ddress already in use") != std::string::npos;
    if (!clash || attempt == kPortAttempts) return failure(pid.error());
    fs::remove(folder->log());
  }
}

Result<void> stop_private_redis(const fs::path& directory) {
  return stop_server(ServerFolder{fs::absolute(directory).lexically_normal()}, SIGTERM, SIGKILL);
}

}  // namespace plimsoll
