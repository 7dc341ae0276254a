#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/language.h"
#include "base/result.h"
#include "policy/policy.h"
#include "policy/targets.h"
#include "policy/watch_settings.h"

namespace plimsoll {

/// plimsoll.yaml.
struct Config {
  std::string file;  ///< as named by whoever asked; empty where there is none
  std::optional<Language> language;
  Targets targets;
  Policy policy;
  AlertSettings alerts;
  GuardSettings guard;
  std::vector<Text> warnings;  ///< what is allowed and unwise, with file, line and column
};

/// Pure but for the system's time zones, by which those of `maintenance` are checked. Passwords
/// kept in files are not read: their paths stand in ServerTarget::password_file, relative ones
/// resolved against the folder of `file_name`. Errors: malformed, as "plimsoll.yaml:4:7: …", for
/// text that is no YAML, is over 1 MB, is nested beyond any policy or holds several documents;
/// unknown or repeated keys, values of another type or unit, bounds that keep nothing and rules
/// that contradict themselves. No error repeats a value, which may be a password.
Result<Config> parse_config(std::string_view yaml, const std::string& file_name);

/// Reads the file and the password files it names. Errors: those of parse_config; unreachable and
/// denied, with the path.
Result<Config> load_config(const std::filesystem::path& path);

}  // namespace plimsoll
