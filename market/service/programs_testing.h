#pragma once

// For tests and benches: the three programs as they are started, on private servers.

#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "demo/child_process.h"
#include "link/http/client.h"

namespace plimsoll::market {

/// One of the programs, in a folder of its own. It ends with this object.
class Program {
 public:
  Program(std::filesystem::path binary, std::filesystem::path folder, const std::string& settings)
      : binary_{std::move(binary)}, folder_{std::move(folder)} {
    std::filesystem::create_directories(folder_);
    std::ofstream{folder_ / "settings.yaml"} << settings;
    start();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { kill(); }

  void start() {
    std::filesystem::remove(folder_ / "log");
    Command command;
    command.program = binary_;
    command.arguments = {"--config", (folder_ / "settings.yaml").string()};
    command.directory = folder_;
    command.log = folder_ / "log";
    command.signal_at_our_end = SIGKILL;
    auto started = start_process(command);
    if (!started) throw std::runtime_error{started.error().what.en};
    pid_ = *started;
  }
  void kill() {
    if (pid_ > 0) end(SIGKILL);
  }
  /// The exit status of a clean stop; -1: it did not stop.
  int stop() {
    ::kill(pid_, SIGTERM);
    return wait();
  }
  /// Until it ends by itself.
  int wait() {
    for (const auto deadline = deadline_in(std::chrono::seconds{30});
         std::chrono::steady_clock::now() < deadline;) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return -1;
  }

  std::string log() const {
    std::ostringstream text;
    text << std::ifstream{folder_ / "log"}.rdbuf();
    return text.str();
  }
  /// 0: it has not said yet.
  int port() const {
    const auto text = log();
    const auto at = text.find("\"port\":");
    return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + 7);
  }
  std::string get(const std::string& path) const {
    http::Client client;
    http::Answer answer;
    if (port() == 0 || !client.get("http://127.0.0.1:" + std::to_string(port()) + path, Secret{},
                                   deadline_in(std::chrono::seconds{2}), answer))
      return {};
    return answer.body;
  }
  /// A figure of /metrics by its whole name; -1 where it is not there.
  double metric(const std::string& name) const {
    const auto text = "\n" + get("/metrics");
    const auto at = text.find("\nplimsoll_" + name + " ");
    return at == std::string::npos ? -1 : std::atof(text.c_str() + at + name.size() + 11);
  }

 private:
  void end(int signal) {
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::filesystem::path binary_;
  std::filesystem::path folder_;
  int pid_ = 0;
};

/// Looks again until it holds; false after `patience`.
template <typename Holds>
bool eventually(const Holds& holds, std::chrono::seconds patience = std::chrono::seconds{90}) {
  for (const auto deadline = deadline_in(patience); std::chrono::steady_clock::now() < deadline;) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return holds();
}

}  // namespace plimsoll::market
