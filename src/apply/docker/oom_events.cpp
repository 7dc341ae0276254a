#include "apply/docker/oom_events.h"

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace plimsoll {
namespace {

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace

std::optional<OomEvents> parse_oom_events(std::string_view text) {
  OomEvents events;
  bool has_kills = false;
  for (const std::string_view line : split(text, '\n')) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const auto number = parse_int(trim(line.substr(space)));
    if (!number) continue;
    if (line.substr(0, space) == "oom") events.oom = *number;
    if (line.substr(0, space) == "oom_kill") {
      events.kills = *number;
      has_kills = true;
    }
  }
  return has_kills ? std::optional{events} : std::nullopt;
}

std::optional<OomEvents> read_oom_events(const CgroupRoots& roots, int pid,
                                         std::string_view container_id) {
  if (pid <= 0) return std::nullopt;
  const auto cgroup = read_file(roots.proc / std::to_string(pid) / "cgroup");
  const auto paths = cgroup ? parse_cgroup_paths(*cgroup, container_id) : std::nullopt;
  if (!paths) return std::nullopt;
  const char* const name = paths->version == 2 ? "memory.events" : "memory.oom_control";
  const auto text = read_file(roots.cgroup / paths->memory / name);
  return text ? parse_oom_events(*text) : std::nullopt;
}

}  // namespace plimsoll
