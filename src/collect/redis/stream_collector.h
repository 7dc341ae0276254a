#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "census/redis.h"
#include "collect/redis/gap_list.h"
#include "collect/redis/key_collector.h"
#include "collect/redis/redis_collector.h"
#include "link/redis/link.h"

namespace plimsoll {

/// The streams of one server while they are being collected.
class StreamCollector {
 public:
  StreamCollector(redis::Link& link, const RedisOptions& options, GapList& gaps)
      : link_{link}, options_{options}, gaps_{gaps} {}

  /// The first look at all streams of the link's selected database: those the walk over the keys
  /// came by, and the rest, found by SCAN TYPE from where it stopped. `share` is the part of the
  /// search's budget that is this database's.
  void collect(int database, const KeyLook& look, double share, int node_max_entries);
  /// The second look, at least sample_interval after the first: waits for what is left of it.
  void look_again(Instant now, int node_max_entries);
  std::vector<Stream> take();  ///< largest first

 private:
  std::vector<std::string> find(const KeyLook& look, double share);
  void describe(const std::vector<std::string>& keys, int database, int node_max_entries);
  void look_again_at(int database, std::vector<Stream*>& streams, Instant now,
                     int node_max_entries);

  redis::Link& link_;
  const RedisOptions& options_;
  GapList& gaps_;
  std::vector<Stream> streams_;
  std::chrono::milliseconds pending_spent_{};
  std::chrono::steady_clock::time_point looked_at_{};
};

}  // namespace plimsoll
