#include "child.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace plimsoll::bench {
namespace {

[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::filesystem::path& output,
                         const std::vector<std::string>& environment) {
  const int nothing = open("/dev/null", O_RDONLY);
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (nothing < 0 || file < 0) _exit(127);
  dup2(nothing, STDIN_FILENO);
  dup2(file, STDOUT_FILENO);
  for (const auto& setting : environment) putenv(const_cast<char*>(setting.c_str()));
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ChildCost run_child(const std::vector<std::string>& command, const std::filesystem::path& output,
                    const std::vector<std::string>& environment) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error{"fork"};
  if (child == 0) become(command, output, environment);
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) throw std::runtime_error{"wait4"};
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall.count(),
          seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) * 1024 / 1e6};
}

ChildCost run_child_or_throw(const std::vector<std::string>& command,
                             const std::filesystem::path& output,
                             const std::vector<int>& good_statuses,
                             const std::vector<std::string>& environment) {
  const auto cost = run_child(command, output, environment);
  if (std::find(good_statuses.begin(), good_statuses.end(), cost.status) != good_statuses.end())
    return cost;
  auto text = read_file(output);
  constexpr std::size_t kShown = 2000;
  if (text.size() > kShown) text.erase(0, text.size() - kShown);
  std::string line;
  for (const auto& word : command) line += word.substr(0, 80) + ' ';
  throw std::runtime_error{line + "exits with " + std::to_string(cost.status) + ":\n" + text};
}

std::string read_file(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

}  // namespace plimsoll::bench
