#include "policy/config.h"

#include <filesystem>

#include "base/text.h"
#include "policy/sections.h"

namespace plimsoll {
namespace {

void check_version(const Section& root) {
  const Text hint = say("write version: 1", "escriba version: 1");
  if (!root.has("version")) {
    throw Mistake{root.mark(), say("'version' is missing", "falta 'version'"), hint};
  }
  if (root.text("version") != "1") {
    root.refuse(
        "version",
        say("this version of the file is not known", "no se conoce esa versión del fichero"), hint);
  }
}

Policy read_policy(const Section& root, const std::string& file) {
  Policy policy;
  if (root.has("tables")) policy.tables = read_tables(root.at("tables"), file);
  if (root.has("streams")) policy.streams = read_streams(root.at("streams"), file);
  if (root.has("keys")) policy.keys = read_keys(root.at("keys"), file);
  if (root.has("redis")) policy.redis = read_redis(root.at("redis"), file);
  if (root.has("containers")) policy.containers = read_containers(root.at("containers"), file);
  if (root.has("accept")) policy.accept = read_accept(root.at("accept"), file);
  if (root.has("maintenance")) policy.maintenance = read_maintenance(root.at("maintenance"));
  return policy;
}

Config read_config(const YAML::Node& node, const std::string& file) {
  const Section root{node, "", "plimsoll.yaml"};
  check_version(root);
  Config config;
  config.file = file;
  if (root.has("language")) {
    const std::string language = root.text("language");
    if (language != "en" && language != "es") {
      root.refuse("language", say("'language' is en or es", "'language' es en o es"));
    }
    config.language = language_of(language);
  }
  if (root.has("targets")) config.targets = read_targets(root.at("targets"), file);
  config.policy = read_policy(root, file);
  if (root.has("alerts")) config.alerts = read_alerts(root.at("alerts"), file);
  if (root.has("guard")) config.guard = read_guard(root.at("guard"));
  if (root.has("redis")) warn_of_maxmemory(config.policy, root.at("redis"), file, config.warnings);
  return config;
}

auto mistake_at(const std::string& file, const YAML::Mark& mark, const Text& what, Text hint) {
  return failure(ErrorCode::malformed, say("{}: {}", "{}: {}", {place_of(file, mark), what}),
                 std::move(hint));
}

}  // namespace

RuleOrigin origin_of(const std::string& file, const YAML::Mark& mark) {
  return {std::filesystem::path{file}.filename().string(), mark.line + 1};
}

Result<Config> parse_config(std::string_view yaml, const std::string& file_name) {
  try {
    const std::string text{yaml};
    check_shape(text);
    const YAML::Node root = YAML::Load(text);
    if (!root || root.IsNull()) {
      return mistake_at(file_name, YAML::Mark::null_mark(),
                        say("the file is empty", "el fichero está vacío"),
                        say("write version: 1, or run plimsoll init",
                            "escriba version: 1 o ejecute plimsoll init"));
    }
    return read_config(root, file_name);
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
