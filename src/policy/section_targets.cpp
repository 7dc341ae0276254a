#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "policy/sections.h"
#include "policy/server_url.h"

namespace plimsoll {
namespace {

using MakeTarget = Result<ServerTarget> (*)(std::string, std::string_view, std::string);

ServerTarget read_server(const YAML::Node& node, const char* kind, MakeTarget make,
                         const std::string& file) {
  const Section server{node, std::string{"targets."} + kind, kind};
  if (!server.has("url")) throw Mistake{node.Mark(), say("'url' is missing", "falta 'url'"), {}};
  std::string name = server.text("name");
  if (name.empty()) name = "main";
  if (name.find('/') != std::string::npos) {
    server.refuse("name", say("a name must not hold '/'", "un nombre no debe contener '/'"));
  }
  auto target = make(std::move(name), server.text("url"), origin_of(file, node.Mark()).text());
  if (!target) server.refuse("url", target.error().what, target.error().hint);
  const std::string password_file = server.text("password_file");
  if (password_file.empty()) return std::move(*target);
  if (!target->password.empty()) {
    server.refuse(
        "password_file",
        say("the password is in the url and in a file",
            "la contraseña está en la url y en un fichero"),
        say("keep one of them, the file by choice", "deje solo uno de los dos, mejor el fichero"));
  }
  target->password_file =
      (std::filesystem::path{file}.parent_path() / password_file).lexically_normal().string();
  return std::move(*target);
}

std::vector<ServerTarget> read_servers(const Section& targets, const char* kind, MakeTarget make,
                                       const std::string& file) {
  std::vector<ServerTarget> servers;
  if (!targets.has(kind)) return servers;
  const std::string example = std::string{kind} + ": [{ name: main, url: \"…\" }]";
  for (const YAML::Node& node : list_of(targets.at(kind), kind, example)) {
    ServerTarget server = read_server(node, kind, make, file);
    const bool taken = std::any_of(servers.begin(), servers.end(),
                                   [&](const auto& other) { return other.name == server.name; });
    if (taken) {
      throw Mistake{node.Mark(),
                    say("two servers are called '{}'", "dos servidores se llaman '{}'",
                        {printable(server.name)}),
                    say("give each its own name", "dé a cada uno un nombre propio")};
    }
    servers.push_back(std::move(server));
  }
  return servers;
}

DockerTarget read_docker(const YAML::Node& node, const std::string& file) {
  const Section section{node, "targets.docker", "docker"};
  DockerTarget docker;
  docker.address = section.text("socket");  // empty: the next layer's, and the default in the end
  docker.project = section.text("project");
  docker.compose_file = section.text("compose_file");
  docker.origin = origin_of(file, node.Mark()).text();
  return docker;
}

std::vector<std::string> read_disks(const YAML::Node& node) {
  std::vector<std::string> disks;
  for (const YAML::Node& disk : list_of(node, "disks", "disks: [\"/\"]")) {
    disks.push_back(scalar_of(disk, "disks"));
    if (!disks.back().starts_with('/')) {
      throw Mistake{
          disk.Mark(), say("a disk is an absolute path", "un disco es una ruta absoluta"), {}};
    }
  }
  return disks;
}

}  // namespace

Targets read_targets(const YAML::Node& node, const std::string& file) {
  const Section section{node, "targets", "targets"};
  Targets targets;
  targets.postgres = read_servers(section, "postgres", postgres_target, file);
  targets.redis = read_servers(section, "redis", redis_target, file);
  if (section.has("docker")) targets.docker = read_docker(section.at("docker"), file);
  if (section.has("disks")) targets.disks = read_disks(section.at("disks"));
  return targets;
}

}  // namespace plimsoll
