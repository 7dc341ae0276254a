#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/targets.h"

namespace plimsoll {

/// A server target whose password, if the URL holds one, has been taken out of it and decoded. The
/// last '@' before the query ends the password, so one with '@', ':' or '/' written plainly is
/// understood too.
/// Takes postgresql://, postgres:// and libpq's "host=… user=…".
/// Errors: unsupported; its text names the origin and never the value, which may be a secret.
Result<ServerTarget> postgres_target(std::string name, std::string_view url, std::string origin);

/// Takes redis://, rediss://, valkey://, valkeys:// and unix://.
Result<ServerTarget> redis_target(std::string name, std::string_view url, std::string origin);

/// "%40" becomes "@"; an escape that is none stays as it is.
std::string percent_decode(std::string_view text);

/// Everything but letters, digits and "-._~" becomes "%XX".
std::string percent_encode(std::string_view text);

}  // namespace plimsoll
