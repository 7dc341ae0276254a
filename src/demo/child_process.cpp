#include "demo/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/secret.h"
#include "base/text.h"

namespace plimsoll {
namespace {

/// A file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// glibc 2.36 declares pidfd_open without extern "C", so C++ cannot link it.
int open_process(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

tl::unexpected<Error> system_failure(const std::string& call, int error) {
  return failure(ErrorCode::unreachable,
                 say("{}: {}", "{}: {}", {call, std::string{std::strerror(error)}}));
}

/// What the child reports through a pipe when it could not become the program.
struct ChildFailure {
  int error = 0;
  std::array<char, 16> call{};
};

/// Everything the child needs, made before the fork: between fork and exec only async-signal-safe
/// calls are allowed, and none of them allocates.
struct Prepared {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  const char* directory = nullptr;
  int input = -1;
  int log = -1;
  int pid_file = -1;
  int report = -1;
  const Account* account = nullptr;
  int signal_at_our_end = 0;
  pid_t parent = 0;
};

[[noreturn]] void give_up(const Prepared& child, const char* call) {
  ChildFailure failed;
  failed.error = errno;
  std::strncpy(failed.call.data(), call, failed.call.size() - 1);
  const auto written = ::write(child.report, &failed, sizeof failed);
  ::_exit(written == sizeof failed ? 127 : 126);
}

void write_own_pid(int file) {
  std::array<char, 16> digits{};
  std::size_t at = digits.size();
  digits[--at] = '\n';
  for (pid_t rest = ::getpid(); rest > 0; rest /= 10)
    digits[--at] = static_cast<char>('0' + rest % 10);
  [[maybe_unused]] const auto written = ::write(file, digits.data() + at, digits.size() - at);
}

void become_account(const Prepared& child) {
  const Account& account = *child.account;
  if (::setgroups(account.groups.size(), account.groups.data()) != 0) give_up(child, "setgroups");
  if (::setgid(account.gid) != 0) give_up(child, "setgid");
  if (::setuid(account.uid) != 0) give_up(child, "setuid");
}

[[noreturn]] void become_program(const Prepared& child) {
  ::setsid();
  if (child.account != nullptr) become_account(child);
  if (::chdir(child.directory) != 0) give_up(child, "chdir");
  if (child.signal_at_our_end != 0) {  // after setuid, which would clear it
    ::prctl(PR_SET_PDEATHSIG, child.signal_at_our_end);
    if (::getppid() != child.parent) ::_exit(125);  // the parent ended before we could ask
  }
  if (::dup2(child.input, 0) < 0 || ::dup2(child.log, 1) < 0 || ::dup2(child.log, 2) < 0)
    give_up(child, "dup2");
  if (child.pid_file >= 0) write_own_pid(child.pid_file);
  ::umask(077);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  std::array<char, 64> path{"PATH=/usr/local/bin:/usr/bin:/bin"};
  std::array<char, 16> locale{"LC_ALL=C.UTF-8"};
  std::array<char*, 3> environment{path.data(), locale.data(), nullptr};
  ::execve(child.program, child.arguments, environment.data());
  give_up(child, "execve");
}

/// Standard input: /dev/null, or a memory file with the text.
int open_input(const std::string& text) {
  if (text.empty()) return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int file = ::memfd_create("input", MFD_CLOEXEC);
  if (file < 0) return file;
  if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::lseek(file, 0, SEEK_SET) != 0) {
    ::close(file);
    return -1;
  }
  return file;
}

Result<void> read_report(int pipe, const Command& command, pid_t child) {
  ChildFailure failed;
  ssize_t got = 0;
  do {
    got = ::read(pipe, &failed, sizeof failed);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof failed) return {};  // the pipe was closed by a successful exec
  ::waitpid(child, nullptr, 0);
  return system_failure(command.program.string() + " (" + failed.call.data() + ")", failed.error);
}

}  // namespace

std::optional<Account> account_of(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr)
    return std::nullopt;
  Account account{name, entry.pw_uid, entry.pw_gid, {}};
  int count = 64;
  account.groups.resize(64);
  if (::getgrouplist(name.c_str(), entry.pw_gid, account.groups.data(), &count) < 0) count = 64;
  account.groups.resize(static_cast<std::size_t>(count));
  return account;
}

Result<int> start_process(const Command& command) {
  const Descriptor input{open_input(command.input)};
  const Descriptor log{
      ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!log.open()) return system_failure("open " + command.log.string(), errno);
  const Descriptor pid_file{command.pid_file.empty()
                                ? -1
                                : ::open(command.pid_file.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                                         0644)};
  std::array<int, 2> ends{};
  if (!input.open() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("pipe2", errno);
  const Descriptor report{ends[0]};
  Descriptor reported{ends[1]};

  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const Prepared prepared{.program = command.program.c_str(),
                          .arguments = arguments.data(),
                          .directory = command.directory.c_str(),
                          .input = input.get(),
                          .log = log.get(),
                          .pid_file = pid_file.get(),
                          .report = reported.get(),
                          .account = command.account ? &*command.account : nullptr,
                          .signal_at_our_end = command.signal_at_our_end,
                          .parent = ::getpid()};
  const pid_t child = ::fork();
  if (child < 0) return system_failure("fork", errno);
  if (child == 0) become_program(prepared);
  reported.close();
  if (auto started = read_report(report.get(), command, child); !started)
    return failure(started.error());
  return child;
}

Result<void> run_process(const Command& command, Deadline deadline) {
  Command bound = command;
  bound.signal_at_our_end = SIGTERM;
  const auto child = start_process(bound);
  if (!child) return failure(child.error());
  const std::string name = command.program.filename().string();
  const Descriptor handle{open_process(*child)};
  pollfd ended{handle.get(), POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  const bool in_time =
      !handle.open() ||
      ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0;
  if (!in_time) ::kill(*child, SIGKILL);
  int status = 0;
  ::waitpid(*child, &status, 0);
  if (!in_time)
    return failure(ErrorCode::timed_out, say("{} took too long", "{} tardó demasiado", {name}));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return failure(ErrorCode::unreachable,
                 say("{} failed: {}", "{} falló: {}", {name, end_of_log(command.log)}));
}

bool wait_until_gone(int pid, Deadline deadline) {
  const Descriptor handle{open_process(pid)};
  for (;;) {
    int status = 0;
    const pid_t reaped = ::waitpid(pid, &status, WNOHANG);
    if (reaped == pid) return true;                      // our child, ended
    if (reaped < 0 && ::kill(pid, 0) != 0) return true;  // not our child, and not there
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    // A kernel without pidfd (before 5.3) costs a look every 10 ms.
    pollfd ended{handle.get(), POLLIN, 0};
    const auto step = handle.open() ? left.count() : std::min<std::int64_t>(left.count(), 10);
    if (::poll(&ended, handle.open() ? 1 : 0, static_cast<int>(step)) > 0 && reaped < 0)
      return true;
  }
}

std::optional<int> running_in(const std::filesystem::path& directory,
                              const std::filesystem::path& pid_file) {
  std::ifstream file{pid_file};
  int pid = 0;
  if (!(file >> pid) || pid <= 1) return std::nullopt;
  std::error_code gone;
  const auto proc = std::filesystem::path{"/proc"} / std::to_string(pid);
  const auto at = std::filesystem::read_symlink(proc / "cwd", gone);
  if (gone) return std::nullopt;  // no such process, a zombie, or not ours to look at
  const auto expected = std::filesystem::canonical(directory, gone);
  if (gone || at != expected) return std::nullopt;
  return pid;
}

std::string end_of_log(const std::filesystem::path& log) {
  std::ifstream file{log};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!trim(line).empty()) lines.push_back(line);
  }
  std::string end;
  const std::size_t first = lines.size() > 4 ? lines.size() - 4 : 0;
  for (std::size_t i = first; i < lines.size(); ++i)
    end += (end.empty() ? "" : " | ") + printable(redact(trim(lines[i])));
  return end;
}

}  // namespace plimsoll
