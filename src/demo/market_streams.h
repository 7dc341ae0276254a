#pragma once

#include <cstdint>

#include "base/instant.h"
#include "base/result.h"
#include "demo/market_tables.h"
#include "link/redis/link.h"

namespace plimsoll {

/// What the document counted, and the traps beside it.
constexpr std::int64_t kSnapshotsRaw = 50'003;        ///< no producer for a week, no reader
constexpr std::int64_t kRankingDeltas = 20'000;       ///< capped: MAXLEN ~ 20,000
constexpr std::int64_t kRealtimeAggregates = 10'042;  ///< capped: MAXLEN ~ 10,000
constexpr std::int64_t kTickersFiltered = 10'008;     ///< no producer for six days, no reader
constexpr std::int64_t kSubscriptions = 12'480;       ///< polygon_ws:subscriptions, never trimmed
constexpr std::int64_t kDanglingPending = 512;  ///< of api_gateway_agg; their entries are gone

/// The streams with those lengths at every scale (only payloads shrink), their groups and
/// consumers. The live ones end at `now`. Errors: of the connection; unsupported when a command is
/// refused.
Result<void> load_market_streams(redis::Link& link, double scale, Instant now,
                                 const Progress& progress);

/// The key families around the streams: snapshots, categories, rvol history, metadata without a
/// TTL. Times to live are the document's, but at least a day: nobody renews them here.
Result<void> load_market_keys(redis::Link& link, double scale, Instant now,
                              const Progress& progress);

}  // namespace plimsoll
