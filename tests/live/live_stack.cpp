#include "live_stack.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace plimsoll::live {
namespace {

constexpr std::size_t kMostOutput = 64U << 20U;

Stack read_stack() {
  Stack stack;
  const char* path = std::getenv("PLIMSOLL_LIVE_STATE");
  std::ifstream file{path == nullptr ? "" : path};
  const auto state = nlohmann::json::parse(file, nullptr, false);
  if (!state.is_object()) {
    stack.unavailable =
        "no live stack: run `ctest -L live`, or `tests/live/stack up FILE` and set "
        "PLIMSOLL_LIVE_STATE";
    return stack;
  }
  stack.unavailable = state.value("unavailable", "");
  if (!stack.unavailable.empty()) return stack;
  stack.docker = state.at("docker");
  stack.socket = stack.docker.substr(std::string{"unix://"}.size());
  stack.secrets = state.at("secrets").get<std::vector<std::string>>();
  const auto& postgres = state.at("postgres");
  stack.postgres_conninfo =
      "host=127.0.0.1 connect_timeout=10 port=" + std::to_string(postgres.at("port").get<int>()) +
      " user=" + postgres.at("user").get<std::string>() +
      " dbname=" + postgres.at("database").get<std::string>() + " password='" +
      postgres.at("password").get<std::string>() + "'";
  stack.postgres_port = postgres.at("port");
  stack.redis_password = state.at("redis").at("password");
  stack.redis_port = state.at("redis").at("port");
  stack.valkey_port = state.at("valkey").at("port");
  return stack;
}

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
};

[[noreturn]] void become(const std::vector<std::string>& command, const Pipe& out,
                         const Pipe& err) {
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(out.ends[1], STDOUT_FILENO);
  dup2(err.ends[1], STDERR_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

// Reads what there is; false at the end of the output.
bool drain(int descriptor, std::string& into) {
  std::array<char, 65536> buffer{};
  const auto count = read(descriptor, buffer.data(), buffer.size());
  if (count <= 0) return false;
  if (into.size() < kMostOutput) into.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace

const Stack& stack() {
  static const Stack kStack = read_stack();
  return kStack;
}

Outcome run(const std::vector<std::string>& command) {
  Pipe out;
  Pipe err;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error{"fork"};
  if (child == 0) become(command, out, err);
  out.close_end(1);
  err.close_end(1);
  Outcome outcome;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> ready{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    if (poll(ready.data(), ready.size(), -1) < 0) break;
    if (ready[0].revents != 0 && !drain(out.ends[0], outcome.out)) out.close_end(0);
    if (ready[1].revents != 0 && !drain(err.ends[0], outcome.err)) err.close_end(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome plimsoll(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PLIMSOLL_BINARY);
  return run(arguments);
}

Outcome docker(std::vector<std::string> arguments) {
  const std::vector<std::string> client{"docker", "--host", stack().docker};
  arguments.insert(arguments.begin(), client.begin(), client.end());
  return run(arguments);
}

std::string query(const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{
      PQconnectdb(stack().postgres_conninfo.c_str()), &PQfinish};
  const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(connection.get(), sql.c_str()),
                                                             &PQclear};
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) < 1)
    throw std::runtime_error{sql + ": " + PQerrorMessage(connection.get())};
  return PQgetvalue(result.get(), 0, 0);
}

Report diagnose(std::vector<std::string> more_arguments) {
  std::vector<std::string> arguments{"diagnose", "--docker", stack().socket, "--format", "json"};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  Report report{plimsoll(arguments), {}};
  report.json = nlohmann::json::parse(report.outcome.out, nullptr, false);
  if (report.json.is_discarded())
    throw std::runtime_error{"no JSON, exit status " + std::to_string(report.outcome.status) +
                             ": " + report.outcome.err + report.outcome.out.substr(0, 2000)};
  return report;
}

const Report& report() {
  static const Report kReport = diagnose({});
  return kReport;
}

std::vector<nlohmann::json> findings(const nlohmann::json& report, const std::string& rule,
                                     const std::string& store) {
  std::vector<nlohmann::json> found;
  for (const auto& finding : report.at("findings")) {
    if (finding.at("rule") != rule) continue;
    if (finding.at("store").get<std::string>().find(store) != std::string::npos)
      found.push_back(finding);
  }
  return found;
}

std::optional<nlohmann::json> store(const nlohmann::json& report, const std::string& id_end) {
  for (const auto& store : report.at("stores"))
    if (store.at("id").get<std::string>().ends_with(id_end)) return store;
  return std::nullopt;
}

Container::Container(std::string name, const std::vector<std::string>& options,
                     const std::vector<std::string>& command)
    : name_{std::move(name)} {
  docker({"rm", "--force", name_});
  std::vector<std::string> arguments{"run", "--detach", "--network", "host", "--name", name_};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.emplace_back("plimsoll-live/redis:8");
  arguments.insert(arguments.end(), command.begin(), command.end());
  const auto outcome = docker(arguments);
  if (outcome.status != 0) throw std::runtime_error{"docker run " + name_ + ": " + outcome.err};
}

Container::~Container() { docker({"rm", "--force", "--volumes", name_}); }

std::string Container::inspect(const std::string& field) const {
  auto outcome = docker({"inspect", "--format", field, name_});
  while (outcome.out.ends_with('\n')) outcome.out.pop_back();
  return outcome.out;
}

void Container::wait_until(const std::string& field, const std::string& value) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (inspect(field) != value) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error{name_ + ": " + field + " is " + inspect(field) + ", not " + value};
    std::this_thread::yield();  // asking the engine takes some ten milliseconds
  }
}

}  // namespace plimsoll::live
