#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "apply/postgres/server.h"
#include "plan/outcome.h"

namespace plimsoll {

/// How a lock that stops writers is asked for: shortly, again and again with growing, jittered
/// pauses, and then not at all. While a request waits everybody behind it waits too, so
/// `lock_timeout` is the longest stall an attempt can cause.
struct Patience {
  std::chrono::milliseconds lock_timeout{50};
  int attempts = 40;
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{2000};
};

/// Runs `attempt` until it gives anything but `conflict`, or the attempts are used up, or somebody
/// wants to stop; the last result.
Result<postgres::Rows> patiently(const Patience& patience, const StepWatch& watch,
                                 const std::function<Result<postgres::Rows>()>& attempt);

/// The same with one act, whose lock_timeout is set.
Result<postgres::Rows> patiently(PostgresServer& server, postgres::Act act,
                                 const Patience& patience, const StepWatch& watch);

/// What goes before a lock that stops writers: `tables` (quoted) are locked against maintenance
/// first, and waited for up to 1.5 s each, in a mode that neither readers nor writers stand
/// behind. Autovacuum gives way only to who has waited for deadlock_timeout (1 s), so short
/// requests alone would fail for as long as it is at work.
std::vector<std::string> past_autovacuum(const std::vector<std::string>& tables,
                                         std::chrono::milliseconds lock_timeout);

/// Sleeps, but not past a wish to stop.
void pause(std::chrono::milliseconds length, const StepWatch& watch);

}  // namespace plimsoll
