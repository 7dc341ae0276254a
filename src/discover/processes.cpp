#include "discover/processes.h"

#include <fstream>
#include <sstream>
#include <system_error>

#include "base/text.h"
#include "discover/command.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file{path};
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::optional<TargetKind> kind_of(std::string_view name) {
  if (name == "postgres" || name == "postmaster") return TargetKind::postgres;
  if (name == "redis-server" || name == "valkey-server" || name == "keydb-server") {
    return TargetKind::redis;
  }
  return std::nullopt;
}

std::vector<std::string> arguments_of(const fs::path& process) {
  std::vector<std::string> arguments;
  const std::string text = read_file(process / "cmdline").value_or("");
  for (const std::string_view part : split(text, '\0')) {
    if (!part.empty()) arguments.emplace_back(part);
  }
  return arguments;
}

std::optional<int> postgres_port_of(const fs::path& process,
                                    const std::vector<std::string>& arguments) {
  if (const auto port = postgres_port(words_of(arguments))) return port;
  // Its working folder is its data folder.
  const auto pid_file = read_file(process / "cwd" / "postmaster.pid");
  return pid_file ? parse_postmaster_port(*pid_file) : std::nullopt;
}

std::optional<ServerProcess> server_at(const fs::path& process) {
  const auto name = read_file(process / "comm");
  const auto kind = name ? kind_of(trim(*name)) : std::nullopt;
  if (!kind) return std::nullopt;
  ServerProcess server;
  server.kind = *kind;
  server.container_id = container_id_in(read_file(process / "cgroup").value_or(""));
  if (server.container_id.empty()) return std::nullopt;
  const auto arguments = arguments_of(process);
  if (arguments.empty()) return std::nullopt;
  if (*kind == TargetKind::redis) {
    server.port = parse_redis_title(arguments.front());
    return server;
  }
  if (arguments.front().starts_with("postgres:")) return std::nullopt;  // one of its workers
  server.port = postgres_port_of(process, arguments);
  return server;
}

}  // namespace

std::string container_id_in(std::string_view cgroup) {
  constexpr std::size_t kLength = 64;
  std::size_t run = 0;
  for (std::size_t i = 0; i < cgroup.size(); ++i) {
    const char c = cgroup[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    run = hex ? run + 1 : 0;
    const bool ends = i + 1 == cgroup.size() || cgroup[i + 1] == '\n' || cgroup[i + 1] == '/' ||
                      cgroup[i + 1] == '.';
    if (run == kLength && ends) return std::string{cgroup.substr(i + 1 - kLength, kLength)};
  }
  return {};
}

std::optional<int> parse_redis_title(std::string_view title) {
  const auto words = split(title, ' ');
  if (words.size() < 2) return std::nullopt;
  const auto colon = words[1].rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_int(words[1].substr(colon + 1));
  return port && *port >= 0 && *port <= 65535 ? std::optional{static_cast<int>(*port)}
                                              : std::nullopt;
}

std::optional<int> parse_postmaster_port(std::string_view text) {
  const auto lines = split(text, '\n');
  return lines.size() >= 4 ? parse_port(lines[3]) : std::nullopt;
}

bool process_is_of_container(const fs::path& proc, int pid, std::string_view id) {
  if (pid <= 0 || id.empty()) return false;
  const auto cgroup = read_file(proc / std::to_string(pid) / "cgroup");
  return cgroup && cgroup->find(id) != std::string::npos;
}

std::vector<ServerProcess> find_server_processes(const fs::path& proc) {
  std::vector<ServerProcess> servers;
  std::error_code error;
  for (fs::directory_iterator entry{proc, error}; !error && entry != fs::directory_iterator{};
       entry.increment(error)) {
    if (!parse_int(entry->path().filename().string())) continue;
    if (auto server = server_at(entry->path())) servers.push_back(std::move(*server));
  }
  return servers;
}

}  // namespace plimsoll
