#pragma once

#include <memory>

#include "feed/feed.h"
#include "service/settings.h"

namespace plimsoll::market {

/// 09:30 in New York of the newest trading day that has reached it.
Instant newest_open(Instant now);

/// `resume_after`: when the last cycle that was published was taken; the simulator goes on there.
/// Errors: denied (polygon without POLYGON_API_KEY); those of Replay::open.
Result<std::unique_ptr<Feed>> make_feed(const Settings& settings,
                                        std::optional<Millis> resume_after);

}  // namespace plimsoll::market
