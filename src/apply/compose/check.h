#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/language.h"
#include "base/result.h"

namespace plimsoll {

enum class ComposeRule {
  no_memory_limit,
  no_log_rotation,
  no_maxmemory,          ///< a Redis or Valkey that may grow as it likes
  maxmemory_over_limit,  ///< the kernel ends it before its own bound is reached
  published_without_password,
  anonymous_volume,  ///< each re-create leaves one behind, and the data with it
  floating_tag,
};
/// "no_memory_limit", …
std::string_view name_of(ComposeRule rule);

struct ComposeIssue {
  ComposeRule rule{};
  std::string service;
  int line = 0;  ///< from 1: where the service, or the value at fault, is written
  int column = 0;
  bool note = false;  ///< worth knowing; nothing is unbounded by it
  Text what;
  Text hint;
};

/// What this Compose file leaves without a bound, in its own order; no server is asked. Anchors,
/// merge keys and `extends` within the file are resolved; a variable counts as a value that is set
/// (its default is read where it has one). A service that extends one of another file is judged by
/// what is here, and each issue says so.
/// Errors: as patch_compose().
Result<std::vector<ComposeIssue>> check_compose(std::string_view text, const std::string& file);

}  // namespace plimsoll
