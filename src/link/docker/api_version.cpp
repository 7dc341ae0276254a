#include "link/docker/api_version.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll::docker {

std::optional<ApiVersion> parse_api_version(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 2) return std::nullopt;
  const auto major = parse_int(parts[0]);
  const auto minor = parse_int(parts[1]);
  constexpr std::int64_t kMost = 9999;
  if (!major || !minor || *major < 0 || *minor < 0 || *major > kMost || *minor > kMost) {
    return std::nullopt;
  }
  return ApiVersion{static_cast<int>(*major), static_cast<int>(*minor)};
}

Result<ApiVersion> negotiate(ApiVersion server, std::optional<ApiVersion> server_minimum) {
  if (server < kOldestKnown) {
    return failure(
        ErrorCode::unsupported,
        say("the engine speaks API {}, older than {}", "el motor habla la API {}, anterior a la {}",
            {server.text(), kOldestKnown.text()}),
        say("upgrade to Docker 1.12 or newer", "actualice a Docker 1.12 o posterior"));
  }
  const ApiVersion wanted = std::min(kNewestKnown, server);
  return server_minimum ? std::max(wanted, *server_minimum) : wanted;
}

}  // namespace plimsoll::docker
