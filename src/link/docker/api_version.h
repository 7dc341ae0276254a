#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plimsoll::docker {

/// Version of the engine's HTTP interface. Compared by number: 1.9 is older than 1.24.
struct ApiVersion {
  int major = 0;
  int minor = 0;
  friend constexpr auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
  std::string text() const { return std::to_string(major) + "." + std::to_string(minor); }
};

inline constexpr ApiVersion kNewestKnown{1, 47};
inline constexpr ApiVersion kOldestKnown{1, 24};

/// "1.41"; empty for anything else.
std::optional<ApiVersion> parse_api_version(std::string_view text);

/// The version to speak: the newest both sides know. An engine whose minimum is above ours is
/// spoken to at its minimum, since our parsers also take the newer shapes; refusing would blind the
/// guard on the day an engine is upgraded. Errors: unsupported, when the engine is older than
/// kOldestKnown.
Result<ApiVersion> negotiate(ApiVersion server, std::optional<ApiVersion> server_minimum);

}  // namespace plimsoll::docker
