#include "base/text.h"
#include "collect/docker/parse.h"
#include "link/docker/json.h"

namespace plimsoll {
namespace {

using docker::instant_at;
using docker::int_at;
using docker::Json;
using docker::member;
using docker::text_at;

constexpr std::int64_t kNoMemoryLimit = std::int64_t{1} << 60;

std::string without_slash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

/// As configured: 0 is "none", and so is what Podman writes for it.
SizeBound bound_at(const Json& node, std::initializer_list<std::string_view> path) {
  const auto value = int_at(node, path);
  if (!value || *value < 0) return Unknown{};
  if (*value == 0 || *value >= kNoMemoryLimit) return Unbounded{};
  return Bytes{*value};
}

std::map<std::string, std::string> texts_by_key(const Json* node) {
  std::map<std::string, std::string> texts;
  if (node == nullptr || !node->is_object()) return texts;
  for (const auto& [key, value] : node->items()) {
    if (const auto* text = value.get_ptr<const std::string*>()) texts.emplace(key, *text);
  }
  return texts;
}

std::vector<MountPoint> mounts_of(const Json& document) {
  std::vector<MountPoint> mounts;
  const Json* list = member(document, {"Mounts"});
  if (list == nullptr || !list->is_array()) return mounts;
  for (const Json& mount : *list) {
    MountPoint point;
    point.source = text_at(mount, {"Name"});
    point.kind = text_at(mount, {"Type"});
    // API 1.24 has no Type: a volume has a name there, and a bind none.
    if (point.kind.empty()) point.kind = point.source.empty() ? "bind" : "volume";
    if (point.kind != "volume") point.source = text_at(mount, {"Source"});
    point.destination = text_at(mount, {"Destination"});
    mounts.push_back(std::move(point));
  }
  return mounts;
}

/// {"6379/tcp": [{"HostIp": "0.0.0.0", "HostPort": "6379"}], "80/tcp": null}
std::vector<std::string> published_of(const Json& document) {
  std::vector<std::string> published;
  const Json* ports = member(document, {"NetworkSettings", "Ports"});
  if (ports == nullptr || !ports->is_object()) return published;
  for (const auto& [port, bindings] : ports->items()) {
    if (!bindings.is_array()) continue;
    for (const Json& binding : bindings) {
      std::string host = text_at(binding, {"HostIp"});
      if (host.empty()) host = "0.0.0.0";
      if (host.find(':') != std::string::npos) host = "[" + host + "]";
      published.push_back(host + ":" + text_at(binding, {"HostPort"}) + "->" + port);
    }
  }
  return published;
}

void parse_state(const Json& document, Container& container) {
  container.state = text_at(document, {"State", "Status"});
  const bool running = docker::bool_at(document, {"State", "Running"}).value_or(false);
  const auto pid = int_at(document, {"State", "Pid"}).value_or(0);
  container.pid = running && pid > 0 && pid <= INT32_MAX ? static_cast<int>(pid) : 0;
  container.created_at = instant_at(document, {"Created"});
  container.started_at = instant_at(document, {"State", "StartedAt"});
  container.finished_at = instant_at(document, {"State", "FinishedAt"});
  container.oom_killed = docker::bool_at(document, {"State", "OOMKilled"}).value_or(false);
  container.restart_count = int_at(document, {"RestartCount"}).value_or(0);
  const auto exit_code = int_at(document, {"State", "ExitCode"});
  // Engines write 0 for a container that runs or never ran, which is not an exit.
  if (exit_code && !running && container.finished_at) {
    container.exit_code = static_cast<int>(*exit_code);
  }
}

void parse_host_config(const Json& document, Container& container) {
  container.memory_limit = bound_at(document, {"HostConfig", "Memory"});
  container.memory_reservation = bound_at(document, {"HostConfig", "MemoryReservation"});
  container.memory_swap = int_at(document, {"HostConfig", "MemorySwap"});
  container.restart_policy = text_at(document, {"HostConfig", "RestartPolicy", "Name"});
  container.log_driver = text_at(document, {"HostConfig", "LogConfig", "Type"});
  container.log_options = texts_by_key(member(document, {"HostConfig", "LogConfig", "Config"}));
  container.network_mode = text_at(document, {"HostConfig", "NetworkMode"});
  const auto pids_limit = int_at(document, {"HostConfig", "PidsLimit"});
  if (pids_limit && *pids_limit > 0) container.pids_limit = *pids_limit;
  const auto shm = int_at(document, {"HostConfig", "ShmSize"});
  if (shm && *shm > 0) container.shm_size = Bytes{*shm};
}

}  // namespace

std::string without_digest_prefix(std::string_view image_id) {
  constexpr std::string_view kPrefix = "sha256:";
  return std::string{image_id.starts_with(kPrefix) ? image_id.substr(kPrefix.size()) : image_id};
}

Result<std::vector<ListedContainer>> parse_container_list(std::string_view body) {
  const auto document = docker::parse_list(body, "containers");
  if (!document) return failure(document.error());
  std::vector<ListedContainer> listed;
  for (const Json& row : *document) {
    ListedContainer container;
    container.id = text_at(row, {"Id"});
    if (container.id.empty()) {
      return failure(ErrorCode::malformed, say("docker: containers: a row without Id",
                                               "docker: containers: una fila sin Id"));
    }
    const auto names = docker::texts_at(row, {"Names"});
    container.name = names.empty() ? container.id.substr(0, 12) : without_slash(names.front());
    container.image_id = without_digest_prefix(text_at(row, {"ImageID"}));
    container.state = text_at(row, {"State"});
    container.compose_project = text_at(row, {"Labels", "com.docker.compose.project"});
    for (const MountPoint& mount : mounts_of(row)) {
      if (mount.kind == "volume") container.volumes.push_back(mount.source);
    }
    listed.push_back(std::move(container));
  }
  return listed;
}

Result<InspectedContainer> parse_inspect(std::string_view body) {
  const auto document = docker::parse_object(body, "container");
  if (!document) return failure(document.error());
  InspectedContainer inspected;
  Container& container = inspected.container;
  container.id = text_at(*document, {"Id"});
  if (container.id.empty()) {
    return failure(ErrorCode::malformed, say("docker: container: the answer has no Id",
                                             "docker: contenedor: la respuesta no tiene Id"));
  }
  container.name = without_slash(text_at(*document, {"Name"}));
  container.image = text_at(*document, {"Config", "Image"});
  container.compose_project =
      text_at(*document, {"Config", "Labels", "com.docker.compose.project"});
  container.compose_service =
      text_at(*document, {"Config", "Labels", "com.docker.compose.service"});
  parse_state(*document, container);
  parse_host_config(*document, container);
  container.mounts = mounts_of(*document);
  container.published_addresses = published_of(*document);
  inspected.log_path = text_at(*document, {"LogPath"});
  if (inspected.log_path.empty()) {  // Podman
    inspected.log_path = text_at(*document, {"HostConfig", "LogConfig", "Path"});
  }
  return inspected;
}

}  // namespace plimsoll
