#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "writer/bounded_stream.h"
#include "writer/bounded_table.h"

namespace plimsoll::market {

/// How far a service's writes have come, a counter for each of its writers.
using Written = std::array<std::uint64_t, 4>;

inline std::uint64_t given_to(const StreamStats& stream) { return stream.added; }
inline std::uint64_t given_to(const TableStats& table) { return table.accepted; }
/// What of it has ended: stored, in the spool, or counted as lost.
inline std::uint64_t settled_in(const StreamStats& stream) {
  return stream.added - stream.outbox_entries;
}
inline std::uint64_t settled_in(const TableStats& table) {
  return table.accepted - table.rows_in_memory;
}

/// Ids of entries that were read, until what they caused has been written: only then may they be
/// acknowledged. Bounded: beyond kMost the oldest are let go and counted, since a list that grows
/// while a server is away is a leak too.
class Effects {
 public:
  static constexpr std::size_t kMost = 16'384;

  /// These entries' effects are all among what was given so far.
  void add(std::vector<std::string> ids, const Written& given) {
    count_ += ids.size();
    waiting_.push_back({std::move(ids), given});
  }
  /// Ids that may be acknowledged now, oldest first.
  std::vector<std::string> take(const Written& settled) {
    std::vector<std::string> ids;
    while (!waiting_.empty()) {
      auto& first = waiting_.front();
      bool written = true;
      for (std::size_t i = 0; i < settled.size(); ++i)
        written = written && first.given[i] <= settled[i];
      if (!written && count_ <= kMost) break;
      if (!written) unsettled_ += first.ids.size();
      count_ -= first.ids.size();
      ids.insert(ids.end(), first.ids.begin(), first.ids.end());
      waiting_.pop_front();
    }
    return ids;
  }
  std::size_t waiting() const { return count_; }
  std::uint64_t unsettled() const { return unsettled_; }

 private:
  struct Waiting {
    std::vector<std::string> ids;
    Written given;
  };
  std::deque<Waiting> waiting_;
  std::size_t count_ = 0;
  std::uint64_t unsettled_ = 0;
};

}  // namespace plimsoll::market
