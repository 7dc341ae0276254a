#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace plimsoll::redis {

/// What a server's error reply means to us. `command` is the command's words without its data
/// ("CONFIG GET"); `message` is the reply ("NOPERM this user has …"), quoted printable and without
/// the secret. NOAUTH, WRONGPASS, NOPERM and DENIED are denied; an unknown or renamed command is
/// unsupported; LOADING, MASTERDOWN, BUSY and too many clients are unreachable (for now);
/// WRONGTYPE, NOGROUP and a missing key are conflict: the key changed under our eyes.
Error server_error(std::string_view message, std::string_view command, const Secret& secret = {});

}  // namespace plimsoll::redis
