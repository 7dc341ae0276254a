#pragma once

#include <chrono>
#include <optional>

#include "census/redis.h"

namespace plimsoll {

/// What a second look a moment later adds to the first.
void compare_looks(Stream& stream, const Stream& later);

/// How fast entries are written, whatever is trimmed meanwhile: the entries present over the span
/// of their ids where those are times near `now`, else what came between the two looks. Zero, over
/// the time since, where nothing has come for long (or was due between the looks and did not): an
/// orphan keeps its old ids for ever and does not grow.
/// `now` is the server's clock. Pure.
std::optional<GrowthRate> stream_writes(const Stream& stream, Instant now,
                                        std::chrono::milliseconds between_looks);

/// How fast the stream itself grows: its writes while nothing was ever trimmed from it; where it
/// was, what the two looks show, if enough came between them to tell. Empty where that can't be
/// told. Pure.
std::optional<GrowthRate> stream_growth(const Stream& stream, Instant now,
                                        std::chrono::milliseconds between_looks,
                                        int node_max_entries);

}  // namespace plimsoll
