#include "policy/targets.h"

#include <array>

#include "policy/server_url.h"

namespace plimsoll {
namespace {

using Layers = std::array<const Targets*, 4>;

template <typename T>
std::vector<T> first_named(const Layers& layers, std::vector<T> Targets::*list) {
  for (const Targets* layer : layers) {
    if (!(layer->*list).empty()) return layer->*list;
  }
  return {};
}

Secret first_password(const Layers& layers, Secret Targets::*password) {
  for (const Targets* layer : layers) {
    if (!(layer->*password).empty()) return layer->*password;
  }
  return {};
}

std::optional<DockerTarget> merge_docker(const Layers& layers) {
  std::optional<DockerTarget> merged;
  for (const Targets* layer : layers) {
    if (!layer->docker) continue;
    const DockerTarget& docker = *layer->docker;
    if (!merged) {
      merged = docker;
      continue;
    }
    if (merged->address.empty()) {
      merged->address = docker.address;
      merged->origin = docker.origin;
    }
    if (merged->project.empty()) merged->project = docker.project;
    if (merged->compose_file.empty()) merged->compose_file = docker.compose_file;
  }
  if (merged && merged->address.empty()) merged->address = DockerTarget{}.address;
  return merged;
}

void fill_passwords(std::vector<ServerTarget>& servers, const Secret& password) {
  for (ServerTarget& server : servers) {
    if (server.password.empty()) server.password = password;
  }
}

}  // namespace

Targets merge_targets(const Targets& flags, const Targets& file, const Targets& environment,
                      const Targets& discovered) {
  const Layers layers{&flags, &file, &environment, &discovered};
  Targets merged;
  merged.postgres = first_named(layers, &Targets::postgres);
  merged.redis = first_named(layers, &Targets::redis);
  merged.disks = first_named(layers, &Targets::disks);
  merged.docker = merge_docker(layers);
  merged.postgres_password = first_password(layers, &Targets::postgres_password);
  merged.redis_password = first_password(layers, &Targets::redis_password);
  fill_passwords(merged.postgres, merged.postgres_password);
  fill_passwords(merged.redis, merged.redis_password);
  return merged;
}

Result<Targets> targets_of_environment(const std::map<std::string, std::string>& variables) {
  const auto value = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
  };
  Targets targets;
  if (const auto url = value("PLIMSOLL_POSTGRES_URL"); !url.empty()) {
    auto server = postgres_target("main", url, "PLIMSOLL_POSTGRES_URL");
    if (!server) return failure(server.error());
    targets.postgres.push_back(std::move(*server));
  }
  if (const auto url = value("PLIMSOLL_REDIS_URL"); !url.empty()) {
    auto server = redis_target("main", url, "PLIMSOLL_REDIS_URL");
    if (!server) return failure(server.error());
    targets.redis.push_back(std::move(*server));
  }
  if (auto address = value("PLIMSOLL_DOCKER"); !address.empty()) {
    DockerTarget docker;
    docker.address = std::move(address);
    docker.origin = "PLIMSOLL_DOCKER";
    targets.docker = std::move(docker);
  }
  targets.postgres_password = Secret{value("PLIMSOLL_POSTGRES_PASSWORD")};
  targets.redis_password = Secret{value("PLIMSOLL_REDIS_PASSWORD")};
  return targets;
}

}  // namespace plimsoll
