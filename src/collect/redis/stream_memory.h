#pragma once

#include <vector>

#include "census/redis.h"
#include "collect/redis/parse.h"

namespace plimsoll {

/// Our model of a stream's memory, since MEMORY USAGE overstates pending entries six times and
/// more on most servers. Its figures were measured as used_memory deltas on Redis 7.0.15 and 8.0.2
/// and Valkey 8.1.1, which agree within 1 %: with jemalloc's size classes, on 64 bits.

/// What one entry takes in its listpack: values of the same fields as its neighbours' stand alone,
/// others carry their fields. Sizes of integers as the server packs them.
double packed_bytes(const StreamEntry& entry, const std::vector<std::string>& usual_fields);

/// One entry's mean size in memory, from a sample that is spread over the stream; its share of the
/// node's header and allocation included. Empty without a sample.
std::optional<Bytes> mean_entry_bytes(const Stream& stream, const std::vector<StreamEntry>& sample,
                                      int node_max_entries);

/// Nodes of present entries. Deleted entries go on filling their nodes, so where any were deleted
/// inside the present range the nodes count as full.
Bytes live_bytes(const Stream& stream, const std::vector<StreamEntry>& sample,
                 int node_max_entries);

/// `distinct_ms`: how many of the ids have their millisecond for themselves, 0…1. One pending id is
/// in two radix trees: 148 B where every id has a millisecond of its own, 84 B where they share
/// them.
Bytes pending_bytes(std::int64_t pending_entries, double distinct_ms);
double distinct_ms_share(const std::vector<PendingEntry>& pending);

/// By their names' length; those not listed count with the mean of the listed, or 131 B.
Bytes consumers_bytes(const ConsumerGroup& group);

}  // namespace plimsoll
