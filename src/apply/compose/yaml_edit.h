#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plimsoll::compose {

struct Setting {
  std::vector<std::string> path;  ///< "services", "redis", "mem_limit"
  std::string text;
  bool quoted = false;  ///< how it is written where it is new; an old value keeps its quotes
};

/// One value of the file set in place; what is missing on the way to it is written too. A value
/// that comes from a merge key gets a key of its own, with all the merged one held.
/// Errors: malformed, and unsupported for what would change more than this one value (an alias, an
/// anchor others use) or is not written out (an interpolation); with file:line:column.
Result<std::string> set_value(std::string text, const std::string& file, const Setting& setting);

/// "VAR" of "${VAR:-2G}" and "$VAR"; "$$" is a dollar. Empty where nothing is interpolated.
std::optional<std::string> interpolated_variable(std::string_view text);

}  // namespace plimsoll::compose
