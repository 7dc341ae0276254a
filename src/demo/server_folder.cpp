#include "demo/server_folder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

bool may_enter(const Account& account, const struct stat& folder) {
  if (folder.st_uid == account.uid) return (folder.st_mode & S_IXUSR) != 0;
  const bool in_group = std::find(account.groups.begin(), account.groups.end(), folder.st_gid) !=
                        account.groups.end();
  return (folder.st_mode & (in_group ? S_IXGRP : S_IXOTH)) != 0;
}

Result<void> check_empty_and_ours(const fs::path& root) {
  struct stat found {};
  if (::lstat(root.c_str(), &found) != 0) return {};  // not there: it will be made
  if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid())
    return failure(ErrorCode::conflict,
                   say("'{}' is not a folder of this user",
                       "«{}» no es una carpeta de este usuario", {printable(root.string())}));
  std::error_code error;
  if (!fs::is_empty(root, error) || error)
    return failure(ErrorCode::conflict,
                   say("the folder '{}' is not empty", "la carpeta «{}» no está vacía",
                       {printable(root.string())}));
  return {};
}

Result<void> make_folder(const fs::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) {
    if (::chmod(path.c_str(), mode) == 0) return {};  // whatever the umask is
  }
  return failure(ErrorCode::denied,
                 say("cannot make the folder '{}': {}", "no se puede crear la carpeta «{}»: {}",
                     {printable(path.string()), std::string{std::strerror(errno)}}));
}

}  // namespace

std::optional<fs::path> closed_to(const Account& account, const fs::path& directory) {
  fs::path so_far;
  for (const fs::path& part : fs::absolute(directory).lexically_normal()) {
    so_far /= part;
    struct stat folder {};
    if (::stat(so_far.c_str(), &folder) != 0) return std::nullopt;  // not made yet
    if (!may_enter(account, folder)) return so_far;
  }
  return std::nullopt;
}

Result<ServerFolder> make_server_folder(const fs::path& root,
                                        const std::optional<Account>& account) {
  const ServerFolder folder{fs::absolute(root).lexically_normal()};
  if (auto empty = check_empty_and_ours(folder.root); !empty) return failure(empty.error());
  std::error_code error;
  fs::create_directories(folder.root.parent_path(), error);
  // As root another account must pass through to `data`, which is closed to everybody else.
  if (auto made = make_folder(folder.root, account ? 0711 : 0700); !made)
    return failure(made.error());
  if (account) {
    if (const auto closed = closed_to(*account, folder.root))
      return failure(
          ErrorCode::denied,
          say("the system user '{}' cannot enter '{}', and the server must not run as root",
              "el usuario del sistema «{}» no puede entrar en «{}», y el servidor no debe "
              "ejecutarse como root",
              {account->name, printable(closed->string())}),
          say("choose a folder below /tmp or /var/tmp (--dir), or run as an ordinary user",
              "elija una carpeta dentro de /tmp o /var/tmp (--dir), o ejecútelo como usuario "
              "corriente"));
  }
  for (const fs::path& part : {folder.data(), folder.run()}) {
    if (auto made = make_folder(part, 0700); !made) return failure(made.error());
    if (account && ::chown(part.c_str(), account->uid, account->gid) != 0)
      return failure(ErrorCode::denied,
                     say("cannot give '{}' to '{}'", "no se puede ceder «{}» a «{}»",
                         {part.string(), account->name}));
  }
  return folder;
}

Result<void> give_to(const Account& account, const fs::path& path) {
  const auto give = [&](const fs::path& to) {
    return ::lchown(to.c_str(), account.uid, account.gid) == 0;
  };
  std::error_code error;
  bool given = give(path);
  if (fs::is_directory(fs::symlink_status(path, error))) {
    const fs::recursive_directory_iterator end;
    for (fs::recursive_directory_iterator at{path, error}; given && !error && at != end;
         at.increment(error))
      given = give(at->path());
  }
  if (given && !error) return {};
  return failure(ErrorCode::denied, say("cannot give '{}' to '{}'", "no se puede ceder «{}» a «{}»",
                                        {printable(path.string()), account.name}));
}

Result<std::optional<Account>> account_for(const std::string& user, const std::string& package) {
  if (::geteuid() != 0) return std::nullopt;
  auto account = account_of(user);
  if (account) return account;
  return failure(
      ErrorCode::unsupported,
      say("there is no system user '{}'", "no existe el usuario del sistema «{}»", {user}),
      say("install the Debian package {}", "instale el paquete de Debian {}", {package}));
}

std::optional<fs::path> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  const std::string folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  for (const std::string_view folder : split(folders, ':')) {
    const fs::path candidate = fs::path{folder} / name;
    if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

Result<int> free_loopback_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool bound = socket >= 0 &&
                     ::bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  const int error = errno;
  if (socket >= 0) ::close(socket);
  if (bound) return static_cast<int>(ntohs(address.sin_port));
  return failure(ErrorCode::unreachable,
                 say("no free port on 127.0.0.1: {}", "no hay ningún puerto libre en 127.0.0.1: {}",
                     {std::string{std::strerror(error)}}));
}

std::string percent_encoded(const std::string& text, std::string_view kept) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos ||
        kept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      std::array<char, 4> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "%%%02X", byte);
      encoded += escaped.data();
    }
  }
  return encoded;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream{file};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

Result<int> start_server(const Command& command, const std::function<bool(int pid)>& ready,
                         std::chrono::seconds patience) {
  const auto pid = start_process(command);
  if (!pid) return pid;
  const std::string name = command.program.filename().string();
  const Deadline deadline = deadline_in(patience);
  while (!ready(*pid)) {
    if (wait_until_gone(*pid, deadline_in(std::chrono::milliseconds{5})))
      return failure(ErrorCode::unreachable, say("{} ended at once: {}", "{} terminó enseguida: {}",
                                                 {name, end_of_log(command.log)}));
    if (std::chrono::steady_clock::now() < deadline) continue;
    ::kill(*pid, SIGKILL);
    wait_until_gone(*pid, deadline_in(std::chrono::seconds{10}));
    return failure(ErrorCode::timed_out,
                   say("{} does not get ready: {}", "{} no llega a estar listo: {}",
                       {name, end_of_log(command.log)}));
  }
  return pid;
}

Result<void> stop_server(const ServerFolder& folder, int polite, int hard) {
  for (const int signal : {polite, hard}) {
    const auto pid = running_in(folder.data(), folder.pid_file());
    if (!pid) break;
    ::kill(*pid, signal);
    if (wait_until_gone(*pid, deadline_in(std::chrono::seconds{30}))) break;
  }
  if (running_in(folder.data(), folder.pid_file()))
    return failure(ErrorCode::timed_out,
                   say("the server in '{}' does not stop", "el servidor de «{}» no se detiene",
                       {printable(folder.root.string())}));
  std::error_code ignored;
  fs::remove(folder.pid_file(), ignored);
  return {};
}

}  // namespace plimsoll
