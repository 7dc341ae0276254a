#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "link/postgres/link.h"

namespace plimsoll::postgres {

// For what carries out a plan, and nothing else: a census never includes this header. The link must
// have been made with Session::acting (or script).

/// Something that is changed on a server, in its own words.
struct Act {
  Text what;                            ///< for messages: "detach partition 'scan_results_old'"
  std::vector<std::string> statements;  ///< each one statement; quote.h quotes what is a name
  /// $1… of the last statement; not in act_alone.
  std::vector<std::optional<std::string>> values{};
  std::chrono::milliseconds lock_timeout{500};
  std::chrono::milliseconds statement_timeout{std::chrono::seconds{30}};  ///< of each statement
};

/// All statements in one transaction and one round trip, so that locks are held for the server's
/// own time only; rows of the last statement. search_path is pg_catalog, the time zone UTC. Nothing
/// is changed unless it returns a value, with one exception: `unreachable` after the COMMIT was
/// sent leaves it unknown, so the caller reads back. Errors: conflict (a lock was not to be had in
/// time, deadlock), timed_out, denied, unsupported, unreachable, malformed (whatever else the
/// server minds: a constraint, somebody's dependent object).
Result<Rows> act(Link& link, const Act& act);

/// One statement that may not stand in a transaction: VACUUM, DETACH … CONCURRENTLY, CREATE INDEX
/// CONCURRENTLY. Settings hold for it alone.
Result<Rows> act_alone(Link& link, const Act& act);

}  // namespace plimsoll::postgres
