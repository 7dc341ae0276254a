#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "census/redis.h"

namespace plimsoll {

/// How far a stream may be trimmed for its readers' sake.
struct GroupFloor {
  /// The oldest entry some live group has still to read or acknowledge: it stays, and so does all
  /// that comes after. May be the id after the last entry. Empty: no live group.
  std::optional<StreamId> floor;
  std::vector<std::string> holding;    ///< live groups that hold an entry present, the lowest first
  std::vector<std::string> abandoned;  ///< left out of the floor, in the census' order
};

/// From what a census says, so it may be too low, never too high: where the oldest pending ids are
/// dangling and the lowest one alive was not read, the first entry is the floor. Pure.
///
/// Abandoned is a group that has entries to read and whose consumers have all been idle longer than
/// `abandoned_after`, or that has none and whose last-delivered-id is that much older than the last
/// id of the stream. Not a group at the end of its stream (its reader waits for the market to
/// open), nor one of which a census did not list every consumer, nor one without a consumer that
/// has never read: it may have been created a moment ago.
GroupFloor group_floor(const Stream& stream, Seconds abandoned_after);

/// The least id above this one.
StreamId next_id(StreamId id);

}  // namespace plimsoll
