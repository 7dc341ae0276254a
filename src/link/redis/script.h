#pragma once

#include <vector>

#include "link/redis/link.h"

namespace plimsoll::redis {

/// Any commands at all, pipelined. Only for loading a demo's data and for tests: whatever looks at
/// or changes an operator's server goes through Link's named calls, so that what can be sent to it
/// is read in one place. The link's budget holds for each 1,024 commands, not for the whole load.
/// An error reply is a value; Errors are the connection's.
Result<std::vector<Reply>> pipeline(Link& link, const std::vector<Command>& commands);

}  // namespace plimsoll::redis
