#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "census/redis.h"
#include "collect/redis/gap_list.h"
#include "collect/redis/redis_collector.h"
#include "link/redis/link.h"

namespace plimsoll {

/// Groups, consumers and pending entries of the streams given, put into them; the memory of pending
/// entries and consumers into `memory`. A stream that went away meanwhile keeps what it has.
/// `pending_spent` is added to; beyond options.pending_budget the counts become lower bounds.
void collect_groups(redis::Link& link, const std::vector<Stream*>& streams,
                    const RedisOptions& options, GapList& gaps,
                    std::chrono::milliseconds& pending_spent);

}  // namespace plimsoll
