#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace plimsoll {

/// A user of this system, as a process takes it on.
struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

/// Empty when there is no such user.
std::optional<Account> account_of(const std::string& name);

struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;  ///< without the program's own name
  std::filesystem::path directory;     ///< working directory; must exist
  std::filesystem::path log;           ///< its output and errors are appended here
  std::filesystem::path pid_file;      ///< written by the child before it becomes the program
  std::string input;                   ///< what it reads as standard input; never on disk
  std::optional<Account> account;      ///< only root may name one
  int signal_at_our_end = 0;           ///< sent to it when the calling thread ends; 0: none
};

/// Starts it in a session of its own (Ctrl-C of our terminal does not reach it), with no shell and
/// an environment of nothing but PATH and the C locale. Returns its pid. Errors: unreachable, with
/// the call that failed.
Result<int> start_process(const Command& command);

/// Runs it to its end; it does not outlive us. Errors: unreachable with the end of its log when it
/// fails, timed_out when it was stopped at the deadline.
Result<void> run_process(const Command& command, Deadline deadline);

/// Waits until the process is gone (and reaps it if it is our child). False at the deadline.
bool wait_until_gone(int pid, Deadline deadline);

/// The pid in the file, when that process runs now and its working directory is `directory`. A pid
/// alone proves nothing: it may have been given to somebody else since.
std::optional<int> running_in(const std::filesystem::path& directory,
                              const std::filesystem::path& pid_file);

/// Its last lines, printable and without secrets.
std::string end_of_log(const std::filesystem::path& log);

}  // namespace plimsoll
