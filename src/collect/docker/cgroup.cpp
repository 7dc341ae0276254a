#include "collect/docker/cgroup.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;

/// From here a limit is none: Podman says 2^64−1, version 1 says 2^63 less a page.
constexpr Bytes kNoLimit{std::int64_t{1} << 60};

std::optional<std::string> cut_behind_id(std::string_view path, std::string_view id) {
  if (id.empty() || id.front() == '/' || !path.starts_with('/')) return std::nullopt;
  const auto at = path.find(id);
  if (at == std::string_view::npos) return std::nullopt;
  return std::string{path.substr(0, path.find('/', at))};
}

/// The number behind `key` in lines of "key number".
std::optional<std::int64_t> number_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
      return parse_int(trim(line.substr(key.size())));
    }
  }
  return std::nullopt;
}

std::optional<Bytes> bytes_of(std::string_view text, std::string_view key) {
  const auto number = number_of(text, key);
  return number && *number >= 0 ? std::optional{Bytes{*number}} : std::nullopt;
}

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file{path};
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::optional<std::int64_t> read_number(const fs::path& path) {
  const auto text = read_file(path);
  return text ? parse_int(trim(*text)) : std::nullopt;
}

std::optional<Bytes> read_bytes(const fs::path& path) {
  const auto number = read_number(path);
  return number ? std::optional{Bytes{*number}} : std::nullopt;
}

void read_memory(const fs::path& folder, bool v2, ContainerSample& sample) {
  const auto usage = read_bytes(folder / (v2 ? "memory.current" : "memory.usage_in_bytes"));
  sample.memory = parse_memory_stat(read_file(folder / "memory.stat").value_or(""), usage);
  sample.memory.peak = read_bytes(folder / (v2 ? "memory.peak" : "memory.max_usage_in_bytes"));
  const auto events = read_file(folder / (v2 ? "memory.events" : "memory.oom_control"));
  if (events) sample.oom_kills = parse_oom_kills(*events);
  const auto most = read_file(folder / (v2 ? "memory.max" : "memory.limit_in_bytes"));
  if (most) sample.memory_limit_in_force = parse_memory_max(*most);
}

std::optional<std::chrono::nanoseconds> read_cpu(const fs::path& folder, bool v2) {
  if (!v2) {
    const auto used = read_number(folder / "cpuacct.usage");
    return used ? std::optional{std::chrono::nanoseconds{*used}} : std::nullopt;
  }
  const auto used = number_of(read_file(folder / "cpu.stat").value_or(""), "usage_usec");
  return used ? std::optional{std::chrono::nanoseconds{std::chrono::microseconds{*used}}}
              : std::nullopt;
}

}  // namespace

std::optional<CgroupPaths> parse_cgroup_paths(std::string_view text,
                                              std::string_view container_id) {
  CgroupPaths v1{.version = 1, .memory = {}, .cpu = {}, .pids = {}};
  std::optional<std::string> unified;
  for (const std::string_view line : split(text, '\n')) {
    // "4:memory:/docker/<id>", "2:cpu,cpuacct:/docker/<id>", "0::/docker/<id>"
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const auto path = cut_behind_id(line.substr(second + 1), container_id);
    // "/../<id>": seen from another cgroup namespace, so not below what we have mounted.
    if (!path || path->find("..") != std::string::npos) continue;
    if (controllers.empty()) unified = path->substr(1);
    for (const std::string_view controller : split(controllers, ',')) {
      const std::string whole = std::string{controllers} + *path;
      if (controller == "memory") v1.memory = whole;
      if (controller == "cpuacct") v1.cpu = whole;
      if (controller == "pids") v1.pids = whole;
    }
  }
  if (!v1.memory.empty()) return v1;
  if (!unified) return std::nullopt;
  return CgroupPaths{.version = 2, .memory = *unified, .cpu = *unified, .pids = *unified};
}

ContainerMemory parse_memory_stat(std::string_view text, std::optional<Bytes> usage) {
  ContainerMemory memory;
  memory.usage = usage;
  const bool v1 = number_of(text, "total_rss").has_value();
  memory.anonymous = bytes_of(text, v1 ? "total_rss" : "anon");
  memory.file = bytes_of(text, v1 ? "total_cache" : "file");
  memory.shmem = bytes_of(text, v1 ? "total_shmem" : "shmem");
  const auto inactive = bytes_of(text, v1 ? "total_inactive_file" : "inactive_file");
  // The two files are read one after the other, so a busy cache can be ahead of the usage.
  if (usage && inactive) memory.working_set = std::max(Bytes{0}, *usage - *inactive);
  return memory;
}

std::optional<std::int64_t> parse_oom_kills(std::string_view text) {
  return number_of(text, "oom_kill");
}

SizeBound parse_memory_max(std::string_view text) {
  const std::string_view value = trim(text);
  if (value == "max") return Unbounded{};
  const auto number = parse_int(value);
  if (!number || *number < 0) return Unknown{};
  return Bytes{*number} >= kNoLimit ? SizeBound{Unbounded{}} : SizeBound{Bytes{*number}};
}

std::optional<ContainerSample> read_cgroup(const CgroupRoots& roots, int pid,
                                           std::string_view container_id) {
  if (pid <= 0) return std::nullopt;
  const auto text = read_file(roots.proc / std::to_string(pid) / "cgroup");
  if (!text) return std::nullopt;
  const auto paths = parse_cgroup_paths(*text, container_id);
  if (!paths) return std::nullopt;
  const bool v2 = paths->version == 2;
  ContainerSample sample;
  sample.read_at = std::chrono::steady_clock::now().time_since_epoch();
  read_memory(roots.cgroup / paths->memory, v2, sample);
  if (!sample.memory.usage) return std::nullopt;
  if (!paths->cpu.empty()) sample.cpu_used = read_cpu(roots.cgroup / paths->cpu, v2);
  if (!paths->pids.empty()) {
    sample.pids = read_number(roots.cgroup / paths->pids / "pids.current");
  }
  return sample;
}

}  // namespace plimsoll
