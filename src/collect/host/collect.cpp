#include "collect/host/collect.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <system_error>
#include <thread>

#include "base/text.h"
#include "collect/host/mounts.h"
#include "collect/host/proc_files.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
constexpr const char* kTarget = "host";

struct Answer {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  int error = 0;
  struct statvfs figures {};
};

/// statvfs with an end to its patience. A call on a dead server cannot be interrupted, so it is
/// made by a thread that is left behind when it hangs, with an answer of its own to write to.
std::optional<struct statvfs> ask(const std::string& path, std::chrono::milliseconds patience,
                                  int& error) {
  const auto answer = std::make_shared<Answer>();
  std::thread{[answer, path] {
    struct statvfs figures {};
    const int result = ::statvfs(path.c_str(), &figures) == 0 ? 0 : errno;
    const std::lock_guard lock{answer->mutex};
    answer->figures = figures;
    answer->error = result;
    answer->done = true;
    answer->changed.notify_all();
  }}.detach();
  std::unique_lock lock{answer->mutex};
  const bool in_time = answer->changed.wait_for(lock, patience, [&] { return answer->done; });
  error = in_time ? answer->error : ETIMEDOUT;
  if (error != 0) return std::nullopt;
  return answer->figures;
}

FileSystem file_system_of(const Mount& mount, const struct statvfs& figures) {
  const auto bytes = [&](fsblkcnt_t blocks) {
    return Bytes{static_cast<std::int64_t>(blocks * figures.f_frsize)};
  };
  FileSystem system;
  system.mount_point = mount.mount_point;
  system.device = mount.source;
  system.type = mount.type;
  system.size = bytes(figures.f_blocks);
  system.used = bytes(figures.f_blocks - figures.f_bfree);
  system.available = bytes(figures.f_bavail);
  if (figures.f_files > 0) {  // btrfs has none to run out of
    system.inodes = static_cast<std::int64_t>(figures.f_files);
    system.inodes_free = static_cast<std::int64_t>(figures.f_ffree);
  }
  system.read_only = mount.read_only;
  return system;
}

class HostCollector {
 public:
  explicit HostCollector(const HostOptions& options) : options_{options} {}

  HostCollection run() {
    collection_.census.taken_at =
        std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
    read_memory();
    read_counters();
    read_file_systems();
    describe_target();
    return std::move(collection_);
  }

 private:
  std::optional<std::string> read(const char* name) {
    std::ifstream file{options_.proc / name};
    if (file) {
      std::ostringstream text;
      text << file.rdbuf();
      return std::move(text).str();
    }
    gap(verbatim((options_.proc / name).string()), say("it cannot be read", "no se puede leer"),
        say("is this Linux, with /proc mounted?", "¿es esto Linux, con /proc montado?"));
    return std::nullopt;
  }

  void gap(Text what, Text why, Text hint) {
    collection_.gaps.push_back({kTarget, std::move(what), std::move(why), std::move(hint)});
  }

  void read_memory() {
    const auto text = read("meminfo");
    if (!text) return;
    const MemoryFacts facts = parse_meminfo(*text);
    HostCensus& census = collection_.census;
    census.memory_total = facts.total;
    census.memory_available = facts.available;
    census.swap_total = facts.swap_total;
    census.swap_used = facts.swap_used;
  }

  void read_counters() {
    HostCensus& census = collection_.census;
    if (const auto text = read("loadavg")) census.load_1m = parse_load_1m(*text);
    if (const auto text = read("uptime")) census.uptime = parse_uptime(*text);
    if (const auto text = read("vmstat")) census.oom_kills = parse_vmstat_oom_kills(*text);
    const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
    if (cores > 0) census.cores = static_cast<int>(cores);
  }

  void read_file_systems() {
    const auto text = read("self/mountinfo");
    if (!text) return;
    const auto mounts = parse_mountinfo(*text);
    const auto wanted = options_.disks.empty() ? all_disks(mounts) : named_disks(mounts);
    for (const Mount& mount : wanted) measure(mount);
  }

  std::vector<Mount> all_disks(const std::vector<Mount>& mounts) {
    MountChoice choice = choose_mounts(mounts);
    for (const Mount& mount : choice.network) {
      gap(say("file system {}", "sistema de ficheros {}", {printable(mount.mount_point)}),
          say("{} answers from elsewhere, and may hang, so it was not asked",
              "{} responde desde otro sitio y puede colgarse, así que no se ha consultado",
              {printable(mount.type)}),
          say("name it under targets.disks to look at it",
              "nómbrelo en targets.disks para consultarlo"));
    }
    return std::move(choice.disks);
  }

  std::vector<Mount> named_disks(const std::vector<Mount>& mounts) {
    std::vector<Mount> wanted;
    for (const std::string& path : options_.disks) {
      const Mount* mount = mount_of(mounts, path);
      if (mount == nullptr) {
        gap(say("disk {}", "disco {}", {printable(path)}),
            say("no file system holds it", "ningún sistema de ficheros lo contiene"), {});
        continue;
      }
      const bool known = std::any_of(wanted.begin(), wanted.end(), [&](const Mount& other) {
        return other.device_number == mount->device_number;
      });
      if (!known) wanted.push_back(*mount);
    }
    return wanted;
  }

  void measure(const Mount& mount) {
    int error = 0;
    const auto figures = ask(mount.mount_point, options_.patience, error);
    if (figures && figures->f_blocks > 0) {
      collection_.census.file_systems.push_back(file_system_of(mount, *figures));
      return;
    }
    const Text why = error == ETIMEDOUT ? say("it did not answer in time", "no respondió a tiempo")
                     : error == 0       ? say("it has no size", "no tiene tamaño")
                                  : verbatim(printable(std::generic_category().message(error)));
    gap(say("file system {}", "sistema de ficheros {}", {printable(mount.mount_point)}), why, {});
  }

  void describe_target() {
    Target& target = collection_.target;
    target.name = kTarget;
    target.kind = TargetKind::host;
    target.address = "localhost";
    std::ifstream file{options_.proc / "sys/kernel/osrelease"};
    std::getline(file, target.version);
    target.version = printable(target.version);
    target.reachable = collection_.census.memory_total.has_value();
  }

  const HostOptions& options_;
  HostCollection collection_;
};

}  // namespace

HostCollection collect_host(const HostOptions& options) { return HostCollector{options}.run(); }

}  // namespace plimsoll
