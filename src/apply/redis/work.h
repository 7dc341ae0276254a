#pragma once

#include <optional>
#include <string>

#include "census/redis.h"
#include "link/redis/acting.h"
#include "plan/outcome.h"
#include "plan/step.h"

// What the executors of all kinds share.
namespace plimsoll {

/// What carries out one step is given. The link has the step's database selected, and the server
/// was a primary a moment ago.
struct RedisWork {
  redis::Acting& acting;
  StepWatch& watch;
  const Observation& before;
  RedisCensus server;  ///< what INFO said at the beginning: version, memory, policy, keyspaces
};

/// INFO, as a census without its stores. Errors: the connection's, denied.
Result<RedisCensus> read_server(redis::Acting& acting);

/// Read again before each step: a failover in the middle must end the work. Errors: conflict where
/// it is a replica now, and the connection's.
Result<void> still_primary(redis::Acting& acting);

/// used_memory now less used_memory then, once what is freed in the background is freed.
struct Freed {
  std::optional<Bytes> bytes;  ///< empty: could not be read, or others wrote more than was freed
  Text words;                  ///< "53 MB were freed (used_memory; …)", or why it is not known
};
Freed measure_freed(RedisWork& work);

Outcome outcome_of(StepState state, Text what, Text hint = {});
/// A call failed: `stale` where the key is another thing now and nothing was done, else failed.
/// `so_far` says what was done before it; empty: nothing.
Outcome broken_off(const Error& error, const Text& so_far = {});
/// Scripts are refused to us, and without one the step would not be safe.
Outcome needs_script(const Error& error);

/// "stream 'ticks'", safe to print.
Text stream_words(const std::string& key);

}  // namespace plimsoll
