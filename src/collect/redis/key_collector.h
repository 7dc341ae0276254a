#pragma once

#include <string>
#include <vector>

#include "census/redis.h"
#include "collect/redis/gap_list.h"
#include "collect/redis/redis_collector.h"
#include "link/redis/link.h"

namespace plimsoll {

/// What a walk over some keys found besides the families.
struct KeyLook {
  std::int64_t seen = 0;             ///< keys looked at, streams included
  std::vector<std::string> streams;  ///< keys of type stream among them
  std::string cursor = "0";          ///< where SCAN goes on for the rest
  bool complete = false;             ///< all keys were seen
};

/// Families and biggest keys of the link's selected database, streams left out (they are collected
/// by themselves). `share` is the part of key_budget that is this database's. Adds to the census'
/// families and biggest_keys.
KeyLook collect_keys(redis::Link& link, const Keyspace& keyspace, double share,
                     const RedisOptions& options, GapList& gaps, RedisCensus& census);

/// Elements and time to live of the biggest keys, once they are known.
void describe_biggest(redis::Link& link, GapList& gaps, RedisCensus& census);

}  // namespace plimsoll
