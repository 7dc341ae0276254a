#include "discover/container_facts.h"

#include "link/docker/json.h"

namespace plimsoll {
namespace {

using docker::Json;
using docker::member;
using docker::text_at;
using docker::texts_at;

std::map<std::string, std::string> environment_of(const Json& document) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : texts_at(document, {"Config", "Env"})) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos) {
      variables[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
  }
  return variables;
}

std::vector<PublishedPort> published_of(const Json& document) {
  std::vector<PublishedPort> published;
  const Json* ports = member(document, {"NetworkSettings", "Ports"});
  if (ports == nullptr || !ports->is_object()) return published;
  for (const auto& [port, bindings] : ports->items()) {
    if (!bindings.is_array()) continue;
    for (const Json& binding : bindings) {
      published.push_back({port, text_at(binding, {"HostIp"}), text_at(binding, {"HostPort"})});
    }
  }
  return published;
}

std::vector<std::string> addresses_of(const Json& document) {
  std::vector<std::string> addresses;
  const Json* networks = member(document, {"NetworkSettings", "Networks"});
  if (networks != nullptr && networks->is_object()) {
    for (const auto& [name, network] : networks->items()) {
      const std::string address = text_at(network, {"IPAddress"});
      if (!address.empty()) addresses.push_back(address);
    }
  }
  const std::string old = text_at(document, {"NetworkSettings", "IPAddress"});
  if (addresses.empty() && !old.empty()) addresses.push_back(old);
  return addresses;
}

std::vector<MountedPath> mounts_of(const Json& document) {
  std::vector<MountedPath> mounts;
  const Json* list = member(document, {"Mounts"});
  if (list == nullptr || !list->is_array()) return mounts;
  for (const Json& mount : *list) {
    MountedPath path{text_at(mount, {"Source"}), text_at(mount, {"Destination"})};
    if (!path.source.empty() && !path.destination.empty()) mounts.push_back(std::move(path));
  }
  return mounts;
}

}  // namespace

std::string ContainerFacts::variable(const std::string& variable_name) const {
  const auto found = environment.find(variable_name);
  return found == environment.end() ? std::string{} : found->second;
}

std::string ContainerFacts::shown_name() const {
  return compose_service.empty() ? name : compose_service;
}

Result<ContainerFacts> parse_container_facts(std::string_view body) {
  const auto document = docker::parse_object(body, "container");
  if (!document) return failure(document.error());
  ContainerFacts facts;
  facts.id = text_at(*document, {"Id"});
  facts.name = text_at(*document, {"Name"});
  if (facts.name.starts_with('/')) facts.name.erase(0, 1);
  facts.image = text_at(*document, {"Config", "Image"});
  facts.compose_project = text_at(*document, {"Config", "Labels", "com.docker.compose.project"});
  facts.compose_service = text_at(*document, {"Config", "Labels", "com.docker.compose.service"});
  facts.running = docker::bool_at(*document, {"State", "Running"}).value_or(false);
  const auto pid = docker::int_at(*document, {"State", "Pid"}).value_or(0);
  facts.pid = pid > 0 && pid <= INT32_MAX ? static_cast<int>(pid) : 0;
  facts.network_mode = text_at(*document, {"HostConfig", "NetworkMode"});
  facts.command.push_back(text_at(*document, {"Path"}));
  for (std::string& argument : texts_at(*document, {"Args"})) {
    facts.command.push_back(std::move(argument));
  }
  facts.environment = environment_of(*document);
  if (const Json* ports = member(*document, {"Config", "ExposedPorts"});
      ports != nullptr && ports->is_object()) {
    for (const auto& [port, nothing] : ports->items()) facts.exposed_ports.push_back(port);
  }
  facts.published = published_of(*document);
  facts.addresses = addresses_of(*document);
  facts.mounts = mounts_of(*document);
  return facts;
}

}  // namespace plimsoll
