#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "census/redis.h"
#include "link/redis/link.h"

namespace plimsoll {

/// How far one stream may be trimmed right now for its readers' sake.
struct HeldFloor {
  std::optional<StreamId> id;       ///< this entry and all later ones stay; empty: no live group
  std::vector<std::string> groups;  ///< whose floor it is
};

/// Reads it from the server, again and again while the stream is being trimmed.
class ReaderFloor {
 public:
  ReaderFloor(redis::Link& link, std::string key, const std::vector<std::string>& abandoned);

  /// `now` is the stream as XINFO STREAM says. The groups are asked before their pending entries:
  /// what is delivered in between lies above their last-delivered-id, so the floor can only be too
  /// low. Pending ids are looked at from the first entry on, and where entries were deleted one by
  /// one (XDEL) the lowest one that still exists is looked for; after a thousand that do not, the
  /// floor is behind those for this time.
  /// Errors: the connection's, denied; conflict where the key went away.
  Result<HeldFloor> read(const Stream& now);

  /// Groups that were named as abandoned and read again.
  const std::vector<std::string>& returned() const { return returned_; }

 private:
  bool is_left_out(const ConsumerGroup& group);
  Result<void> look_for_returned(const std::vector<ConsumerGroup>& groups);
  Result<std::optional<StreamId>> lowest_pending(const ConsumerGroup& group, const Stream& now);

  redis::Link& link_;
  std::string key_;
  std::map<std::string, std::optional<StreamId>> abandoned_;  ///< and where they stood at first
  std::vector<std::string> returned_;
  bool looked_ = false;
};

/// Of these ids of a stream, those whose entry is not there any more; in their order.
Result<std::vector<StreamId>> ids_gone(redis::Link& link, const std::string& key,
                                       const std::vector<StreamId>& ids);

}  // namespace plimsoll
