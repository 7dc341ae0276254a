#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"

// Names as the servers' own languages write them. A name is input: it may hold quotes, spaces,
// newlines and escapes, and a command that is copied from a report must still mean that name.
namespace plimsoll {

/// `scan_results`, `"Weird ""one"""`; control characters become U&"\000A" so that a command stays
/// one line.
std::string sql_identifier(std::string_view name);

/// "public.scan_results" with each half quoted where needed; the first dot separates.
std::string sql_qualified(std::string_view schema_and_name);

/// 'text', with E'…' where it holds backslashes or control characters.
std::string sql_literal(std::string_view text);

/// A literal that casts to regclass: 'public."Weird"'.
std::string sql_regclass(std::string_view schema_and_name);

/// INTERVAL '7 days', INTERVAL '6 hours'.
std::string sql_interval(Seconds length);

/// One argument as redis-cli reads it: plain, or in double quotes with \n, \" and \xNN.
std::string redis_argument(std::string_view text);

/// One argument as a shell reads it; $'x\ny' where it holds control characters.
std::string shell_argument(std::string_view text);

}  // namespace plimsoll
