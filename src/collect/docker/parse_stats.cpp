#include <algorithm>

#include "collect/docker/parse.h"
#include "link/docker/json.h"

namespace plimsoll {
namespace {

using docker::int_at;
using docker::Json;
using std::chrono::nanoseconds;

std::optional<Bytes> bytes_at(const Json& node, std::initializer_list<std::string_view> path) {
  const auto value = int_at(node, path);
  return value && *value >= 0 ? std::optional{Bytes{*value}} : std::nullopt;
}

std::optional<nanoseconds> time_at(const Json& node, std::string_view key) {
  const auto instant = docker::instant_at(node, {key});
  return instant ? std::optional{nanoseconds{instant->time_since_epoch()}} : std::nullopt;
}

ContainerMemory memory_of(const Json& document) {
  ContainerMemory memory;
  memory.usage = bytes_at(document, {"memory_stats", "usage"});
  // Podman reports 0 where it could not read; no running process uses none.
  if (memory.usage && memory.usage->count() == 0) memory.usage.reset();
  memory.peak = bytes_at(document, {"memory_stats", "max_usage"});
  if (memory.peak && memory.peak->count() == 0) memory.peak.reset();
  const Json* stats = docker::member(document, {"memory_stats", "stats"});
  if (stats == nullptr) return memory;
  const bool v1 = docker::member(*stats, {"total_inactive_file"}) != nullptr;
  memory.anonymous = bytes_at(*stats, {v1 ? "total_rss" : "anon"});
  memory.file = bytes_at(*stats, {v1 ? "total_cache" : "file"});
  memory.shmem = bytes_at(*stats, {v1 ? "total_shmem" : "shmem"});
  const auto inactive = bytes_at(*stats, {v1 ? "total_inactive_file" : "inactive_file"});
  if (memory.usage && inactive) memory.working_set = std::max(Bytes{0}, *memory.usage - *inactive);
  return memory;
}

/// Zero is a container that does not run: a process that runs has used some.
std::optional<nanoseconds> cpu_at(const Json& document, std::string_view key) {
  const auto used = int_at(document, {key, "cpu_usage", "total_usage"});
  return used && *used > 0 ? std::optional{nanoseconds{*used}} : std::nullopt;
}

}  // namespace

Result<ContainerSample> parse_stats(std::string_view body) {
  const auto document = docker::parse_object(body, "stats");
  if (!document) return failure(document.error());
  ContainerSample sample;
  sample.memory = memory_of(*document);
  sample.cpu_used = cpu_at(*document, "cpu_stats");
  const auto read_at = time_at(*document, "read");
  if (!read_at) sample.cpu_used.reset();  // a counter without its time gives no share
  sample.read_at = read_at.value_or(nanoseconds{0});
  sample.earlier_cpu_used = cpu_at(*document, "precpu_stats");
  sample.earlier_read_at = time_at(*document, "preread");
  sample.pids = int_at(*document, {"pids_stats", "current"});
  return sample;
}

}  // namespace plimsoll
