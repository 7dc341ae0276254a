#pragma once

#include <optional>

#include "apply/postgres/partition_facts.h"

namespace plimsoll {

/// Free bytes where the server keeps this table: its tablespace, or the data directory. Empty: it
/// is not on this machine, or its role may not know where.
std::optional<Bytes> free_disk(PostgresServer& server, const TableName& table);

}  // namespace plimsoll
