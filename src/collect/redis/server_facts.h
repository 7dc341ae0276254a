#pragma once

#include <string>
#include <vector>

#include "census/redis.h"
#include "collect/redis/parse.h"

namespace plimsoll {

/// What INFO says of the server itself, put into the census: version, role, memory, maxmemory and
/// its policy (CONFIG is not needed for either), persistence, counters, keyspaces. A field that is
/// missing stays empty. Pure.
void read_server_facts(const InfoFields& info, RedisCensus& census);

/// Memory that is nobody's data: what the server had at its start, clients, replication, AOF
/// buffer, scripts, and the slots of the hash tables, which no MEMORY USAGE counts. Empty where
/// INFO hid used_memory_startup.
std::optional<Bytes> server_overhead(const InfoFields& info,
                                     const std::vector<Keyspace>& keyspaces);

/// True while it reads its data from disk: everything but INFO answers LOADING.
bool is_loading(const InfoFields& info);

}  // namespace plimsoll
