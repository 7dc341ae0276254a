#pragma once

#include <optional>

#include "apply/postgres/server.h"

namespace plimsoll {

/// Free bytes where the server keeps its data. Empty: it is not on this machine, or its role may
/// not know where.
std::optional<Bytes> free_disk(PostgresServer& server);

}  // namespace plimsoll
