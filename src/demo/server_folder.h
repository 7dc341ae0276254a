#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "demo/child_process.h"

namespace plimsoll {

/// Where a private server keeps its things. `data` and `run` belong to the account it runs as,
/// everything else to us.
struct ServerFolder {
  std::filesystem::path root;
  std::filesystem::path data() const { return root / "data"; }
  std::filesystem::path run() const { return root / "run"; }  ///< Unix sockets
  std::filesystem::path log() const { return root / "log"; }
  std::filesystem::path pid_file() const { return root / "server.pid"; }
};

/// Makes the folder and what is in it. Errors: conflict (it is there and not empty, or belongs to
/// another user), denied (the account cannot enter a folder above it, which is named).
Result<ServerFolder> make_server_folder(const std::filesystem::path& root,
                                        const std::optional<Account>& account);

/// The first of the paths above and including `directory` that the account may not enter.
std::optional<std::filesystem::path> closed_to(const Account& account,
                                               const std::filesystem::path& directory);

/// Gives a folder and everything below to the account. Follows no link.
Result<void> give_to(const Account& account, const std::filesystem::path& path);

/// A system user for a server that must not, or should not, run as root. Empty when we are not
/// root. Errors: unsupported, with the package that makes the user.
Result<std::optional<Account>> account_for(const std::string& user, const std::string& package);

/// The program in the folders of PATH, or of Debian where PATH says nothing.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// A TCP port of 127.0.0.1 that is free now. It may be taken a moment later.
Result<int> free_loopback_port();

/// For a part of a URL: everything but letters, digits, "-._~" and `kept` becomes %XX.
std::string percent_encoded(const std::string& text, std::string_view kept = "");

/// Starts the server and waits until `ready` says so. Errors: unreachable with the end of the log
/// when it ended first; timed_out, and the server is stopped.
Result<int> start_server(const Command& command, const std::function<bool(int pid)>& ready,
                         std::chrono::seconds patience);

/// The whole log, for words a server says only there.
std::string text_of(const std::filesystem::path& file);

/// Ends the server of that folder: `polite` first, then after half the patience `hard`.
Result<void> stop_server(const ServerFolder& folder, int polite, int hard);

}  // namespace plimsoll
