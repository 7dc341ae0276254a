#pragma once

#include <string>

#include "base/instant.h"

namespace plimsoll {

/// What DUMP gave of a stream, with one consumer's last sign of life moved to `seen`. Redis lets no
/// command set that time, and a demo cannot wait six days for a consumer to die. Returns the dump
/// unchanged when the consumer is not in it. Layout: rdb.c, rdbSaveStreamConsumers (Redis 5 to 8,
/// Valkey); the CRC-64 at the end is made anew. Pure.
std::string with_consumer_last_seen(std::string dump, const std::string& consumer, Instant seen);

}  // namespace plimsoll
