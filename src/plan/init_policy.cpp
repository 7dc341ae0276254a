#include "plan/init_policy.h"

#include <algorithm>

#include "base/text.h"
#include "plan/init_rules.h"
#include "policy/server_url.h"

namespace plimsoll {
namespace {

/// What identifies the server in an address: "main@db:5432/app" and "redis://db:6379/0" without who
/// connects.
std::string place_in(const std::string& address) {
  auto begin = address.rfind('@');
  if (begin == std::string::npos) {
    begin = address.find("://");
    return begin == std::string::npos ? address : address.substr(begin + 3);
  }
  return address.substr(begin + 1);
}

/// Of several ways to one server, the one that let us in; else the first, which was the best.
const ServerTarget* way_in(const std::vector<ServerTarget>& ways, const Target& target) {
  const ServerTarget* first = nullptr;
  for (const ServerTarget& way : ways) {
    if (way.name != target.name) continue;
    if (way.url.find(place_in(target.address)) != std::string::npos) return &way;
    if (first == nullptr) first = &way;
  }
  return first;
}

/// Without its password; empty where the address is no URL.
std::string url_of(const Target& target, const ServerTarget* way) {
  const bool postgres = target.kind == TargetKind::postgres;
  const std::string& text = way == nullptr ? target.address : way->url;
  const auto parted =
      postgres ? postgres_target(target.name, text, "") : redis_target(target.name, text, "");
  return parted && is_utf8(parted->url) ? parted->url : std::string{};
}

std::string server_text(const Target& target, const ServerTarget* way, Language language) {
  const std::string url = url_of(target, way);
  std::string name = pattern_of(target.name);
  std::replace(name.begin(), name.end(), '/', '_');
  std::string text;
  if (!target.reachable) add_comment(text, 4, say("it did not answer", "no respondió"), language);
  text += std::string{url.empty() ? "    # " : "    "} + "- name: " + yaml_name(name) + "\n";
  const std::string shown = url.empty() ? target.address : url;
  text += std::string{url.empty() ? "    # " : "    "} + "  url: " + yaml_name(pattern_of(shown)) +
          "\n";
  if (way != nullptr && !way->password_file.empty() && is_utf8(way->password_file)) {
    text += "      password_file: " + yaml_name(way->password_file) + "\n";
  } else {
    const bool needed = way != nullptr && !way->password.empty();
    const Text what =
        needed ? say("needed: the password alone, readable by you alone; never in the URL",
                     "necesario: solo la contraseña, legible solo por usted; nunca en la URL")
               : say("the password alone, if there is one; never in the URL",
                     "solo la contraseña, si la hay; nunca en la URL");
    const char* file = target.kind == TargetKind::postgres ? "pg.secret" : "redis.secret";
    text += "      # password_file: " + std::string{file} + "  # " + what.in(language) + "\n";
  }
  return text;
}

std::string servers_text(const InitScene& scene, TargetKind kind,
                         const std::vector<ServerTarget>& ways, Language language) {
  std::string text;
  std::vector<std::string> seen;
  bool any = false;
  for (const Target& target : scene.census.targets) {
    if (target.kind != kind || std::count(seen.begin(), seen.end(), target.name) > 0) continue;
    seen.push_back(target.name);
    const ServerTarget* way = way_in(ways, target);
    any = any || !url_of(target, way).empty();
    text += server_text(target, way, language);
  }
  if (text.empty()) return {};
  return "  " + std::string{any ? "" : "# "} + std::string{name_of(kind)} + ":\n" + text;
}

/// The Compose project, where all containers are of one.
std::string project_of(const InitScene& scene) {
  const auto& docker = scene.options.targets.docker;
  if (docker && !docker->project.empty()) return docker->project;
  std::string project;
  if (!scene.census.docker) return project;
  for (const Container& container : scene.census.docker->containers) {
    if (container.compose_project.empty() || container.compose_project == project) continue;
    if (!project.empty()) return {};
    project = container.compose_project;
  }
  return project;
}

std::string docker_text(const InitScene& scene, Language language) {
  const auto at =
      std::find_if(scene.census.targets.begin(), scene.census.targets.end(),
                   [](const Target& target) { return target.kind == TargetKind::docker; });
  if (at == scene.census.targets.end()) return {};
  const auto& docker = scene.options.targets.docker;
  const std::string socket = docker && !docker->address.empty() ? docker->address : at->address;
  std::string text = "  docker:\n    socket: " + yaml_name(pattern_of(socket)) + "\n";
  if (const std::string project = project_of(scene); !project.empty())
    text += "    project: " + yaml_name(pattern_of(project)) + "\n";
  if (docker && !docker->compose_file.empty() && is_utf8(docker->compose_file))
    return text + "    compose_file: " + yaml_name(docker->compose_file) + "\n";
  return text + "    # compose_file: docker-compose.yml  # " +
         say("then limits are written there too, or a re-create forgets them",
             "así los límites se escriben también ahí; si no, al recrear se olvidan")
             .in(language) +
         "\n";
}

std::string targets_text(const InitScene& scene, Language language) {
  const Targets& ways = scene.options.targets;
  const std::string text = servers_text(scene, TargetKind::postgres, ways.postgres, language) +
                           servers_text(scene, TargetKind::redis, ways.redis, language) +
                           docker_text(scene, language);
  return text.empty() ? "" : "targets:\n" + text + "\n";
}

std::string redis_text(const InitScene& scene, const RedisDraft& redis, Language language) {
  if (scene.census.redis.empty()) return {};
  std::string text;
  for (const Text& reason : redis.reasons) add_comment(text, 0, reason, language);
  if (redis.maxmemory)
    return text + "redis: { maxmemory: " + size_text(*redis.maxmemory) + " }\n\n";
  return text + "# redis: { maxmemory: 2G }\n\n";
}

std::string head_text(const Census& census, Language language) {
  std::string text;
  add_comment(
      text, 0,
      say("Made by plimsoll init of what was there on {}.\n"
          "Every bound is a starting point: read each, and keep what your readers look back at.\n"
          "Rows and entries beyond a bound are deleted, by plimsoll apply and not before.\n"
          "Units: 7d 36h 15m 90s; 64MB 2G (powers of 1024).",
          "Hecho por plimsoll init con lo que había el {}.\n"
          "Cada límite es un punto de partida: léalos, y conserve lo que sus lectores consultan.\n"
          "Lo que pase de un límite se borra: lo hace plimsoll apply, y no antes.\n"
          "Unidades: 7d 36h 15m 90s; 64MB 2G (potencias de 1024).",
          {census.taken_at}),
      language);
  return text + "version: 1\nlanguage: " + (language == Language::es ? "es" : "en") + "\n\n";
}

std::string tail_text(Language language) {
  std::string text;
  add_comment(text, 0,
              say("Heavy steps may run at any time unless this says otherwise. XNYS: outside 04:00 "
                  "to 20:00\n"
                  "of New York on trading days, holidays and half days counted.",
                  "Los pasos pesados pueden ejecutarse a cualquier hora salvo que esto diga otra "
                  "cosa. XNYS:\n"
                  "fuera de 04:00 a 20:00 de Nueva York en días de bolsa, con sus festivos y "
                  "medias sesiones."),
              language);
  return text +
         "# maintenance:\n"
         "#   calendar: XNYS\n"
         "#   windows: [weekends, \"20:00-04:00 America/New_York\"]\n\n"
         "alerts:\n"
         "  usage: { fire_above: 80%, clear_below: 75%, hold: 5m }\n"
         "  time_to_full: { warn: 7d, critical: 24h }\n"
         "  # notify: [{ webhook: \"https://…\" }]\n";
}

}  // namespace

std::string init_policy(const Census& census, const Diagnosis& diagnosis,
                        const InitOptions& options, Language language) {
  const InitScene scene{census, diagnosis, options};
  const MemoryDraft memory = draft_memory(scene);
  return head_text(census, language) + targets_text(scene, language) +
         section_text("tables", draft_tables(scene), language) +
         section_text("streams", draft_streams(scene), language) +
         section_text("keys", draft_keys(scene), language) +
         redis_text(scene, memory.redis, language) +
         section_text("containers", memory.containers, language) + tail_text(language);
}

}  // namespace plimsoll
