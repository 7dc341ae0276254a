#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "link/redis/address.h"

namespace plimsoll::redis {

/// A connected, non-blocking, close-on-exec socket; the caller owns it. The name is resolved and
/// every address tried before the deadline. Errors: unreachable, timed_out.
Result<int> open_socket(const Address& address, Deadline deadline);

/// Waits until the socket is ready for `events` (POLLIN, POLLOUT). False: the deadline came first.
bool wait_for(int fd, short events, Deadline deadline);

}  // namespace plimsoll::redis
