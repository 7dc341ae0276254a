#include "app/target_finder.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>

#include "base/text.h"
#include "demo/demo.h"
#include "discover/discover.h"
#include "link/docker/link.h"
#include "policy/config.h"
#include "policy/server_url.h"

namespace plimsoll {
namespace {

constexpr const char* kUsualSocket = "/var/run/docker.sock";
constexpr const char* kUsualConfig = "plimsoll.yaml";

/// Several servers of one kind are "main", "2", "3": part of every resource's name.
using TakeApart = Result<ServerTarget> (*)(std::string name, std::string_view url,
                                           std::string origin);
Result<std::vector<ServerTarget>> servers_of(const std::vector<std::string>& urls,
                                             const std::string& origin, TakeApart take_apart) {
  std::vector<ServerTarget> servers;
  for (const auto& url : urls) {
    auto server =
        take_apart(servers.empty() ? "main" : std::to_string(servers.size() + 1), url, origin);
    if (!server) return failure(server.error());
    servers.push_back(std::move(*server));
  }
  return servers;
}

Result<Targets> targets_of_urls(const std::vector<std::string>& postgres,
                                const std::vector<std::string>& redis, const std::string& origin) {
  auto postgres_servers =
      servers_of(postgres, origin.empty() ? "--postgres" : origin, postgres_target);
  if (!postgres_servers) return failure(postgres_servers.error());
  auto redis_servers = servers_of(redis, origin.empty() ? "--redis" : origin, redis_target);
  if (!redis_servers) return failure(redis_servers.error());
  Targets targets;
  targets.postgres = std::move(*postgres_servers);
  targets.redis = std::move(*redis_servers);
  return targets;
}

std::filesystem::path demo_directory(const TargetArguments& arguments) {
  return arguments.demo.empty() ? default_demo_directory() : std::filesystem::path{arguments.demo};
}

Result<Targets> targets_of_demo(const std::filesystem::path& directory) {
  auto status = demo_status(directory);
  if (!status) return failure(status.error());
  if (status->state != DemoState::running) {
    return failure(ErrorCode::unreachable,
                   say("no demo is running in {}", "no hay ninguna demo en marcha en {}",
                       {printable(directory.string())}),
                   say("start one: plimsoll demo up --dir {}",
                       "inicia una: plimsoll demo up --dir {}", {printable(directory.string())}));
  }
  return targets_of_urls({status->postgres_url}, {status->redis_url}, "--demo");
}

Result<Targets> targets_of_command_line(const TargetArguments& arguments) {
  auto targets = arguments.demo_given ? targets_of_demo(demo_directory(arguments))
                                      : targets_of_urls(arguments.postgres, arguments.redis, "");
  if (targets && (!arguments.docker.empty() || !arguments.project.empty())) {
    targets->docker = DockerTarget{};
    targets->docker->address = arguments.docker;
    targets->docker->project = arguments.project;
    targets->docker->origin = "--docker";
  }
  return targets;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<Targets> targets_of_surroundings() {
  std::map<std::string, std::string> variables;
  for (const char* name : {"PLIMSOLL_POSTGRES_URL", "PLIMSOLL_REDIS_URL", "PLIMSOLL_DOCKER",
                           "PLIMSOLL_POSTGRES_PASSWORD", "PLIMSOLL_REDIS_PASSWORD"}) {
    variables.emplace(name, variable(name));
  }
  return targets_of_environment(variables);
}

Result<Config> config_of(const TargetArguments& arguments) {
  if (!arguments.config.empty()) return load_config(arguments.config);
  if (const auto named = variable("PLIMSOLL_CONFIG"); !named.empty()) return load_config(named);
  if (arguments.demo_given) {
    const auto own = demo_directory(arguments) / kUsualConfig;
    return std::filesystem::exists(own) ? load_config(own) : Config{};
  }
  if (std::filesystem::exists(kUsualConfig)) return load_config(kUsualConfig);
  return Config{};
}

/// An engine that does not answer finds nothing here, and is reported by the census. The ways to
/// one server share its name, best first.
Targets discovered_targets(const DockerTarget& engine, std::vector<Gap>& gaps) {
  docker::LinkOptions how;
  how.address = engine.address;
  auto link = docker::Link::open(how);
  if (!link) return {};
  DiscoverOptions wanted;
  wanted.project = engine.project;
  auto discovery = discover(*link, wanted);
  if (!discovery) return {};
  Targets targets;
  for (auto& server : discovery->servers) {
    auto& servers = server.kind == TargetKind::postgres ? targets.postgres : targets.redis;
    std::move(server.candidates.begin(), server.candidates.end(), std::back_inserter(servers));
  }
  gaps = std::move(discovery->gaps);
  return targets;
}

}  // namespace

void add_target_options(CLI::App& verb, TargetArguments& arguments, Language language) {
  const auto option = [&](const char* name, auto& value, const char* type, const Text& what) {
    return verb.add_option(name, value, what.in(language))->type_name(type);
  };
  option("--postgres", arguments.postgres, "URL",
         say("postgresql://user:password@host:port/database;\n"
             "may be repeated; passwords also from ~/.pgpass",
             "postgresql://usuario:clave@host:puerto/base;\n"
             "puede repetirse; la clave, también en ~/.pgpass"));
  option("--redis", arguments.redis, "URL",
         say("redis://user:password@host:port/db, rediss://…\n"
             "or unix:///socket; may be repeated",
             "redis://usuario:clave@host:puerto/bd, rediss://…\n"
             "o unix:///socket; puede repetirse"));
  option("--docker", arguments.docker, "SOCKET",
         say("Docker or Podman socket; PostgreSQL and Redis\n"
             "in its containers are found by themselves",
             "socket de Docker o Podman; los PostgreSQL y Redis\n"
             "de sus contenedores se encuentran solos"));
  option("--project", arguments.project, "NAME",
         say("only this Compose project", "solo este proyecto de Compose"));
  option("--config", arguments.config, "FILE",
         say("where targets are written; plimsoll.yaml, if there",
             "dónde están los servidores; plimsoll.yaml, si existe"));
  option("--demo", arguments.demo, "[DIR]",
         say("the servers of a demo that is up", "los servidores de una demo en marcha"))
      ->expected(0, 1)
      ->each([&arguments](const std::string&) { arguments.demo_given = true; });
}

Result<FoundTargets> find_targets(const TargetArguments& arguments) {
  auto named = targets_of_command_line(arguments);
  if (!named) return failure(named.error());
  const auto config = config_of(arguments);
  if (!config) return failure(config.error());
  const auto surroundings = targets_of_surroundings();
  if (!surroundings) return failure(surroundings.error());

  FoundTargets found;
  found.language = config->language;
  found.warnings = config->warnings;
  found.policy = config->policy;
  // A command line that names its servers means those, and not also what a file or a variable names
  // beside them.
  const bool on_command_line = !named->postgres.empty() || !named->redis.empty() || named->docker;
  const bool with_file = !on_command_line || !arguments.config.empty();
  Targets passwords;
  passwords.postgres_password = surroundings->postgres_password;
  passwords.redis_password = surroundings->redis_password;
  const Targets& environment = on_command_line ? passwords : *surroundings;
  const Targets& file = with_file ? config->targets : Targets{};
  found.targets = merge_targets(*named, file, environment, {});

  const bool servers_named = !found.targets.postgres.empty() || !found.targets.redis.empty();
  if (!found.targets.docker && !servers_named && std::filesystem::exists(kUsualSocket)) {
    found.targets.docker = DockerTarget{};
    found.targets.docker->origin = "discovery";
  }
  if (found.targets.docker) {
    const Targets discovered = discovered_targets(*found.targets.docker, found.gaps);
    found.targets = merge_targets(found.targets, {}, {}, discovered);
  }
  return found;
}

}  // namespace plimsoll
