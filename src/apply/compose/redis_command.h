#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apply/compose/value.h"
#include "base/result.h"

namespace plimsoll::compose {

/// Words of a command, whichever way it is written: a text is cut at white space, quotes kept.
std::vector<std::string> command_words(const Value* command);

/// The value of "--maxmemory" in a command; empty where it is not there, or there twice.
std::string option_of(const std::vector<std::string>& words, std::string_view option);

/// `option` of the service's command set to `value`: replaced where it is there, else appended; a
/// service of the image redis or valkey without a command gets one. Errors: malformed, and
/// unsupported with file:line:column: the command runs through a shell or an entrypoint and does
/// not have the option yet, it comes from elsewhere, it is interpolated, it is there twice.
Result<std::string> set_redis_option(std::string text, const std::string& file,
                                     const std::string& service, const std::string& option,
                                     const std::string& value);

/// "redis-server" for the images redis and valkey, "valkey-server" for the latter; empty for
/// others: whether they pass arguments on to a server is theirs to decide.
std::string server_program(std::string_view image);

}  // namespace plimsoll::compose
