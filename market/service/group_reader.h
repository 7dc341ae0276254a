#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "service/redis_client.h"
#include "writer/entry_encoder.h"

namespace plimsoll::market {

/// An entry as the server sent it: names and values by turns.
struct ReadEntry {
  std::string id;
  std::vector<redis::Reply> fields;
};

struct GroupStats {
  std::uint64_t read = 0;
  std::uint64_t claimed = 0;   ///< of those, pending from an earlier run
  std::uint64_t dangling = 0;  ///< pending, and the stream had trimmed them: lost, acknowledged
  std::uint64_t repaired = 0;  ///< the group was gone and was made again
  std::uint64_t acknowledged = 0;
  std::uint64_t errors = 0;
};

/// Reads a stream as a group of its own, in order, with blocking reads.
///
/// The group is made at `$`, never at 0: a group made anew at 0 would replay the whole backlog.
/// (MKSTREAM, since who reads may start before who writes.) First come the entries that an earlier
/// run took and did not acknowledge: the consumer's name is fixed, so they are its own, and nobody
/// else's need be claimed. Then what is new.
class GroupReader {
 public:
  struct Options {
    redis::Address address;
    std::string key;
    std::string group;
    std::string consumer;
    int most = 8;  ///< entries a read
  };
  explicit GroupReader(Options options);

  /// Empty after `block` with nothing new. Errors: those of the connection; conflict (the key is no
  /// stream).
  Result<std::vector<ReadEntry>> read(std::chrono::milliseconds block);
  Result<void> acknowledge(std::span<const std::string> ids);

  const GroupStats& stats() const { return stats_; }
  bool connected() const { return client_.connected(); }

 private:
  Result<void> make_group();
  Result<std::vector<ReadEntry>> take(redis::Reply& reply);

  Options options_;
  RedisClient client_;
  bool group_known_ = false;
  bool own_pending_ = true;  ///< still reading what an earlier run left
  std::string after_ = "0";  ///< of those
  EntryId newest_;           ///< given out by this process: nothing up to it is given again
  GroupStats stats_;
};

}  // namespace plimsoll::market
