#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll {

/// A word of a command line, scripts of `sh -c "…"` taken apart.
struct Word {
  std::string text;
  bool starts_command = false;  ///< first of a command: of the line itself, or behind ; & | ( "
};

/// Words of a container's Path and Args. Quotes separate words, as a script inside a script has
/// them: `su postgres -c "exec /usr/bin/postgres -p 5477"`. The text behind --requirepass is kept
/// whole, whatever is in it.
std::vector<Word> words_of(const std::vector<std::string>& arguments);

/// Whether the words start PostgreSQL: `postgres`, `/usr/lib/postgresql/17/bin/postgres`,
/// `docker-entrypoint.sh postgres`, `gosu postgres postgres`, `pg_ctl start`, `patroni`. Not:
/// `su postgres`, `pg_dump -U postgres`, `-D /var/lib/postgres`.
bool starts_postgres(const std::vector<Word>& words);

/// redis-server, valkey-server or keydb-server, unless as a sentinel.
bool starts_redis(const std::vector<Word>& words);

/// A tool that speaks to such servers and is none: psql, pg_dump, redis-cli, …
bool runs_client(const std::vector<Word>& words);

/// The word behind `flag`, or what follows "flag=". Empty where the flag is not there.
std::optional<std::string> value_of(const std::vector<Word>& words, std::string_view flag);

/// -p 5433, --port 5433, --port=5433, -c port=5433. Empty where none says it.
std::optional<int> postgres_port(const std::vector<Word>& words);

using Variables = std::function<std::string(const std::string& name)>;

/// "$NAME", "${NAME}" and "${NAME:-else}" as a whole text; anything else is itself.
std::string expand(const std::string& text, const Variables& variables);

/// 1 to 65535; empty for anything else.
std::optional<int> parse_port(std::string_view text);

}  // namespace plimsoll
