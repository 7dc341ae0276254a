#pragma once

#include <chrono>
#include <vector>

#include "census/redis.h"
#include "collect/redis/redis_collector.h"
#include "link/redis/link.h"

namespace plimsoll {

/// Counts a group's pending ids whose entry is gone: below the stream's first entry all of them
/// are, above it those that XDEL took. Three shortcuts keep a list of a million cheap: an empty
/// stream leaves nothing but dangling ids; ids that are not dangling are at most as many as the
/// stream has entries, so the shorter side is paged; and without an XDEL (max-deleted-entry-id) no
/// entry inside the range can be missing.
class DanglingCounter {
 public:
  DanglingCounter(redis::Link& link, const RedisOptions& options, std::chrono::milliseconds& spent)
      : link_{link}, options_{options}, spent_{spent} {}

  /// Sets dangling_pending and dangling_exact. An error reply (the group went away) leaves them
  /// empty; Errors are the connection's.
  Result<void> count(const Stream& stream, ConsumerGroup& group);

 private:
  struct Ids {
    std::vector<StreamId> ids;
    bool complete = false;
    bool gone = false;  ///< the server refused: the key or group is not there any more
  };
  Result<Ids> page_ids(const Stream& stream, const ConsumerGroup& group, const std::string& first,
                       const std::string& last, std::size_t most);
  Result<std::size_t> missing_of(const Stream& stream, const std::vector<StreamId>& ids);
  bool out_of_time() const;

  redis::Link& link_;
  const RedisOptions& options_;
  std::chrono::milliseconds& spent_;
};

}  // namespace plimsoll
