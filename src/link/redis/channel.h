#pragma once

#include <cstddef>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/redis/reply.h"

namespace plimsoll::redis {

/// A connection as the link sees it: commands go out, replies come back in their order. Two of it:
/// the one on hiredis, and the scripted one of the tests.
/// After an error the order of replies is lost; every later call fails.
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Queues commands and writes what the socket takes without waiting.
  virtual Result<void> send(const std::vector<Command>& commands) = 0;
  /// The next `count` replies, all of them before the deadline. Errors: unreachable (closed,
  /// reset), timed_out, malformed (not RESP2, or larger than a reply may be).
  virtual Result<std::vector<Reply>> receive(std::size_t count, Deadline deadline) = 0;
};

}  // namespace plimsoll::redis
