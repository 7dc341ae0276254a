#include "policy/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "policy/server_url.h"

namespace plimsoll {
namespace {

/// Where a value stands. Thrown and caught in this file alone, as yaml-cpp's own errors are.
struct Mistake {
  YAML::Mark mark;
  Text what;
  Text hint;
};

using Keys = std::initializer_list<std::string_view>;

std::string listing(Keys keys) {
  std::string text;
  for (const std::string_view key : keys) text.append(text.empty() ? "" : ", ").append(key);
  return text;
}

std::string scalar_of(const YAML::Node& node, std::string_view key) {
  if (!node.IsScalar()) {
    throw Mistake{
        node.Mark(), say("'{}' must be a text", "'{}' debe ser un texto", {std::string{key}}), {}};
  }
  return node.Scalar();
}

void check_keys(const YAML::Node& map, std::string_view section, Keys known) {
  if (!map.IsMap()) {
    throw Mistake{map.Mark(),
                  say("'{}' must hold keys and values", "'{}' debe contener claves y valores",
                      {std::string{section}}),
                  say("it knows {}", "conoce {}", {listing(known)})};
  }
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const std::string key = scalar_of(entry.first, section);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Mistake{entry.first.Mark(),
                    say("unknown key '{}'", "clave desconocida '{}'", {printable(key)}),
                    say("'{}' knows {}", "'{}' conoce {}", {std::string{section}, listing(known)})};
    }
    if (!seen.insert(key).second) {
      throw Mistake{
          entry.first.Mark(), say("'{}' is there twice", "'{}' aparece dos veces", {key}), {}};
    }
  }
}

/// Empty where the key is not there.
std::string text_of(const YAML::Node& map, const char* key) {
  const YAML::Node node = map[key];
  return node ? scalar_of(node, key) : std::string{};
}

class Reader {
 public:
  explicit Reader(std::string file) : file_{std::move(file)} {}

  Config read(const YAML::Node& root) const {
    check_keys(root, "plimsoll.yaml",
               {"version", "language", "targets", "tables", "streams", "redis", "containers",
                "maintenance", "alerts", "guard"});
    Config config;
    config.file = file_;
    check_version(root);
    if (const YAML::Node language = root["language"]) config.language = language_at(language);
    if (const YAML::Node targets = root["targets"]) config.targets = targets_at(targets);
    return config;
  }

 private:
  static void check_version(const YAML::Node& root) {
    const YAML::Node version = root["version"];
    const Text hint = say("write version: 1", "escriba version: 1");
    if (!version) throw Mistake{root.Mark(), say("'version' is missing", "falta 'version'"), hint};
    if (scalar_of(version, "version") != "1") {
      throw Mistake{
          version.Mark(),
          say("this version of the file is not known", "no se conoce esa versión del fichero"),
          hint};
    }
  }

  static Language language_at(const YAML::Node& node) {
    const std::string text = scalar_of(node, "language");
    if (text != "en" && text != "es") {
      throw Mistake{node.Mark(), say("'language' is en or es", "'language' es en o es"), {}};
    }
    return language_of(text);
  }

  std::string origin_of(const YAML::Node& node) const {
    return std::filesystem::path{file_}.filename().string() + ":" +
           std::to_string(node.Mark().line + 1);
  }

  Targets targets_at(const YAML::Node& node) const {
    check_keys(node, "targets", {"postgres", "redis", "docker", "disks"});
    Targets targets;
    targets.postgres = servers_at(node, "postgres", postgres_target);
    targets.redis = servers_at(node, "redis", redis_target);
    if (const YAML::Node docker = node["docker"]) targets.docker = docker_at(docker);
    if (const YAML::Node disks = node["disks"]) targets.disks = disks_at(disks);
    return targets;
  }

  using MakeTarget = Result<ServerTarget> (*)(std::string, std::string_view, std::string);

  std::vector<ServerTarget> servers_at(const YAML::Node& targets, const char* key,
                                       MakeTarget make) const {
    std::vector<ServerTarget> servers;
    const YAML::Node list = targets[key];
    if (!list) return servers;
    if (!list.IsSequence()) {
      throw Mistake{
          list.Mark(), say("'{}' must be a list", "'{}' debe ser una lista", {key}),
          say("write {}", "escriba {}", {std::string{key} + ": [{ name: main, url: \"…\" }]"})};
    }
    for (const YAML::Node& node : list) {
      ServerTarget server = server_at(node, key, make);
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

  ServerTarget server_at(const YAML::Node& node, const char* section, MakeTarget make) const {
    check_keys(node, section, {"name", "url", "password_file"});
    const YAML::Node url = node["url"];
    if (!url) throw Mistake{node.Mark(), say("'url' is missing", "falta 'url'"), {}};
    std::string name = text_of(node, "name");
    if (name.empty()) name = "main";
    if (name.find('/') != std::string::npos) {
      throw Mistake{node["name"].Mark(),
                    say("a name must not hold '/'", "un nombre no debe contener '/'"),
                    {}};
    }
    auto server = make(std::move(name), scalar_of(url, "url"), origin_of(node));
    if (!server) throw Mistake{url.Mark(), server.error().what, server.error().hint};
    const std::string password_file = text_of(node, "password_file");
    if (password_file.empty()) return std::move(*server);
    if (!server->password.empty()) {
      throw Mistake{node["password_file"].Mark(),
                    say("the password is in the url and in a file",
                        "la contraseña está en la url y en un fichero"),
                    say("keep one of them, the file by choice",
                        "deje solo uno de los dos, mejor el fichero")};
    }
    server->password_file =
        (std::filesystem::path{file_}.parent_path() / password_file).lexically_normal().string();
    return std::move(*server);
  }

  DockerTarget docker_at(const YAML::Node& node) const {
    check_keys(node, "docker", {"socket", "project", "compose_file"});
    DockerTarget docker;
    const std::string socket = text_of(node, "socket");
    docker.address = socket;  // empty: the next layer's, and the default in the end
    docker.project = text_of(node, "project");
    docker.compose_file = text_of(node, "compose_file");
    docker.origin = origin_of(node);
    return docker;
  }

  static std::vector<std::string> disks_at(const YAML::Node& node) {
    if (!node.IsSequence()) {
      throw Mistake{node.Mark(), say("'disks' must be a list", "'disks' debe ser una lista"),
                    say("write disks: [\"/\"]", "escriba disks: [\"/\"]")};
    }
    std::vector<std::string> disks;
    for (const YAML::Node& disk : node) {
      disks.push_back(scalar_of(disk, "disks"));
      if (!disks.back().starts_with('/')) {
        throw Mistake{
            disk.Mark(), say("a disk is an absolute path", "un disco es una ruta absoluta"), {}};
      }
    }
    return disks;
  }

  std::string file_;
};

auto mistake_at(const std::string& file, const YAML::Mark& mark, const Text& what, Text hint) {
  const bool known = !mark.is_null();
  const std::string place =
      printable(file) +
      (known ? ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) : "");
  return failure(ErrorCode::malformed, say("{}: {}", "{}: {}", {place, what}), std::move(hint));
}

}  // namespace

Result<Config> parse_config(std::string_view yaml, const std::string& file_name) {
  try {
    const YAML::Node root = YAML::Load(std::string{yaml});
    if (!root || root.IsNull()) {
      return mistake_at(file_name, YAML::Mark{}, say("the file is empty", "el fichero está vacío"),
                        say("write version: 1, or run plimsoll init",
                            "escriba version: 1 o ejecute plimsoll init"));
    }
    return Reader{file_name}.read(root);
  } catch (const Mistake& mistake) {
    return mistake_at(file_name, mistake.mark, mistake.what, mistake.hint);
  } catch (const YAML::Exception& error) {
    // Its own text is a fixed phrase about the grammar; values are not in it.
    return mistake_at(file_name, error.mark,
                      say("this is not YAML ({})", "esto no es YAML ({})", {printable(error.msg)}),
                      {});
  }
}

}  // namespace plimsoll
