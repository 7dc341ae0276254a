#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "census/store.h"

namespace plimsoll {

/// What a finding's command is written for, told from its first word.
enum class CommandKind { sql, redis, shell, yaml, note };
CommandKind kind_of_command(std::string_view command);

/// The command's lines, printable; trailing blank lines left out.
std::vector<std::string> command_lines(std::string_view command);

/// Data goes, now or by the job that this sets up, and no one brings it back: DELETE, DROP,
/// drop_chunks, add_retention_policy, XTRIM, EXPIRE, DEL, prune …
bool deletes_data(std::string_view command);

/// For a shell, inside single quotes.
std::string shell_quoted(std::string_view text);

/// "psql 'postgresql://tradeul_user@127.0.0.1:5432/tradeul'" and "redis-cli -u 'redis://…'", from
/// the address as it is shown: without a password, which comes from .pgpass, PGPASSWORD or
/// REDISCLI_AUTH.
std::string psql_command(const Target& target);
std::string redis_cli_command(const Target& target);

/// A here-document's end mark that is no line of the text.
std::string end_mark(std::string_view wanted, std::string_view text);

}  // namespace plimsoll
