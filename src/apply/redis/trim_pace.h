#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace plimsoll {

/// XTRIM's LIMIT, adapted to what a step takes. As seen from here a step's time holds the network
/// and whoever else runs on the machine, so it is never less than the server's own: one slow step
/// is enough to halve, and it takes fast ones to grow again.
class TrimPace {
 public:
  TrimPace(std::int64_t first, std::int64_t smallest, std::int64_t largest)
      : smallest_{smallest},
        largest_{std::max(largest, smallest)},
        most_{std::clamp(first, smallest, largest_)} {}

  std::int64_t most() const { return most_; }
  void after(std::chrono::nanoseconds step) {
    using namespace std::chrono_literals;
    if (step > 1200us) {
      most_ = std::max(smallest_, most_ / 2);
    } else if (step < 600us) {
      most_ = std::min(largest_, most_ + most_ / 2);
    }
  }
  /// A node holds more entries than was thought: a LIMIT below one node trims nothing.
  void widen() { most_ = largest_; }

 private:
  std::int64_t smallest_;
  std::int64_t largest_;
  std::int64_t most_;
};

}  // namespace plimsoll
