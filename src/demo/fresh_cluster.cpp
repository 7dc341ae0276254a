#include "demo/fresh_cluster.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

std::string identifier(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string{c};
  return text + "\"";
}

std::string sql_literal(const std::string& value) {
  std::string text = "'";
  for (const char c : value) text += c == '\'' ? "''" : std::string{c};
  return text + "'";
}

/// A single-user session: no port, no password, one statement a line.
Result<void> run_single_user(const ServerFolder& folder, const PostgresPrograms& programs,
                             const std::optional<Account>& account, const std::string& sql,
                             Deadline deadline) {
  const Command command{programs.postgres,
                        {"--single", "-D", folder.data().string(), "-c", "fsync=off", "-c",
                         "exit_on_error=on", "-c", "log_min_error_statement=panic", "postgres"},
                        folder.data(),
                        folder.log(),
                        {},
                        sql,
                        account,
                        0};
  return run_process(command, deadline);
}

Result<void> initialise(const ServerFolder& folder, const PostgresPrograms& programs,
                        const std::optional<Account>& account,
                        const PrivateServerOptions& options) {
  const Deadline deadline = deadline_in(options.patience);
  const Command initdb{
      programs.initdb,
      {"-D", folder.data().string(), "-U", options.user, "--auth=trust", "--encoding=UTF8",
       "--locale=C.UTF-8", "--no-sync", "--no-instructions", "--wal-segsize=16"},
      folder.data(),
      folder.log(),
      {},
      "",
      account,
      0};
  if (auto made = run_process(initdb, deadline); !made) return made;
  if (options.database == "postgres") return {};
  return run_single_user(folder, programs, account,
                         "CREATE DATABASE " + identifier(options.database) + "\n", deadline);
}

/// The same programs, user and database make the same cluster. A newer package is another file
/// time.
std::string cluster_name(const PostgresPrograms& programs, const PrivateServerOptions& options) {
  struct stat program {};
  ::stat(programs.postgres.c_str(), &program);
  std::string name = programs.postgres.parent_path().string() + "-" +
                     std::to_string(program.st_mtim.tv_sec) + "-" + options.user + "-" +
                     options.database;
  std::replace(name.begin(), name.end(), '/', '_');
  return percent_encoded(name);
}

/// Held while a process looks for a kept cluster or keeps one: tests run side by side.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : file_{::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} {
    held_ = file_ >= 0 && ::flock(file_, LOCK_EX) == 0;
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }
  bool held() const { return held_; }

 private:
  int file_;
  bool held_;
};

Result<void> copy_tree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy(from, to, fs::copy_options::recursive, error);
  if (!error) return {};
  return failure(ErrorCode::denied, say("cannot copy '{}': {}", "no se puede copiar «{}»: {}",
                                        {printable(from.string()), error.message()}));
}

/// Makes the cluster once and keeps a copy; it appears under its name only when it is whole.
Result<void> initialise_and_keep(const ServerFolder& folder, const PostgresPrograms& programs,
                                 const std::optional<Account>& account,
                                 const PrivateServerOptions& options, const fs::path& kept) {
  if (auto made = initialise(folder, programs, account, options); !made) return made;
  const fs::path unfinished = kept.string() + ".unfinished";
  std::error_code error;
  fs::remove_all(unfinished, error);
  if (auto copied = copy_tree(folder.data(), unfinished); !copied) return copied;
  fs::rename(unfinished, kept, error);
  return {};
}

Result<void> copy_or_initialise(const ServerFolder& folder, const PostgresPrograms& programs,
                                const std::optional<Account>& account,
                                const PrivateServerOptions& options) {
  std::error_code error;
  fs::create_directories(options.fresh_clusters, error);
  const fs::path kept = options.fresh_clusters / cluster_name(programs, options);
  {
    const FolderLock lock{options.fresh_clusters};
    if (!lock.held()) return initialise(folder, programs, account, options);
    if (!fs::exists(kept, error))
      return initialise_and_keep(folder, programs, account, options, kept);
  }
  if (auto copied = copy_tree(kept, folder.data()); !copied) return copied;
  return account ? give_to(*account, folder.data()) : Result<void>{};
}

}  // namespace

Result<PostgresPrograms> find_postgres() {
  std::vector<std::pair<std::int64_t, fs::path>> versions;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{"/usr/lib/postgresql", error})
    versions.emplace_back(parse_int(entry.path().filename().string()).value_or(0),
                          entry.path() / "bin");
  std::sort(versions.rbegin(), versions.rend());
  if (const auto in_path = find_program("initdb")) versions.emplace_back(0, in_path->parent_path());
  for (const auto& [version, folder] : versions) {
    const PostgresPrograms programs{folder / "initdb", folder / "postgres"};
    if (::access(programs.initdb.c_str(), X_OK) == 0 &&
        ::access(programs.postgres.c_str(), X_OK) == 0)
      return programs;
  }
  return failure(
      ErrorCode::unsupported,
      say("PostgreSQL's server is not installed", "el servidor de PostgreSQL no está instalado"),
      say("install the Debian package postgresql-15",
          "instale el paquete de Debian postgresql-15"));
}

std::vector<std::string> preloadable_libraries(const std::vector<std::string>& names) {
  std::vector<std::string> found;
  const auto programs = find_postgres();
  if (!programs) return found;
  const fs::path folder = programs->postgres.parent_path().parent_path() / "lib";
  std::error_code error;
  for (const std::string& name : names) {
    if (fs::exists(folder / (name + ".so"), error)) found.push_back(name);
  }
  return found;
}

Result<void> make_cluster(const ServerFolder& folder, const PostgresPrograms& programs,
                          const std::optional<Account>& account,
                          const PrivateServerOptions& options) {
  auto made = options.fresh_clusters.empty()
                  ? initialise(folder, programs, account, options)
                  : copy_or_initialise(folder, programs, account, options);
  if (!made || options.password.empty()) return made;
  return run_single_user(folder, programs, account,
                         "ALTER ROLE " + identifier(options.user) + " PASSWORD " +
                             sql_literal(options.password) + "\n",
                         deadline_in(options.patience));
}

}  // namespace plimsoll
