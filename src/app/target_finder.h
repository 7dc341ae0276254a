#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "census/store.h"
#include "policy/policy.h"
#include "policy/targets.h"

namespace CLI {
class App;
}

namespace plimsoll {

/// What the command line says of where to look.
struct TargetArguments {
  std::vector<std::string> postgres;  ///< --postgres URL
  std::vector<std::string> redis;     ///< --redis URL
  std::string docker;                 ///< --docker SOCKET
  std::string project;                ///< --project NAME
  std::string config;                 ///< --config FILE
  std::string demo;                   ///< --demo [DIR]
  bool demo_given = false;
};

/// Adds --postgres, --redis, --docker, --project, --config and --demo.
void add_target_options(CLI::App& verb, TargetArguments& arguments, Language language);

struct FoundTargets {
  Targets targets;
  std::optional<Language> language;  ///< what plimsoll.yaml asks for
  Policy policy;                     ///< empty where there is no file, or it has none
  std::vector<Text> warnings;        ///< of plimsoll.yaml: allowed, and unwise
  std::vector<Gap> gaps;             ///< containers that look like a server and gave no way in
};

/// Flags, then plimsoll.yaml, then PLIMSOLL_*, then what Docker shows. Errors: a URL or file that
/// cannot be read.
Result<FoundTargets> find_targets(const TargetArguments& arguments);

}  // namespace plimsoll
