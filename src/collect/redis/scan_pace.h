#pragma once

#include <algorithm>
#include <chrono>

namespace plimsoll {

/// SCAN's COUNT, adapted to what a step takes: it grows while steps stay far below a millisecond
/// and is halved when they come near two. Measured from outside, a step's time holds the network,
/// our own delays and whoever else runs on the machine; all of that only adds, so the shortest of
/// the last few steps is the one that says what the server itself needs.
class ScanPace {
 public:
  ScanPace(int first, int smallest, int largest)
      : count_{first}, smallest_{smallest}, largest_{largest} {}

  int count() const { return count_; }
  /// The COUNT of the next step.
  int after(std::chrono::nanoseconds step) {
    using namespace std::chrono_literals;
    shortest_ = std::min(shortest_, step);
    if (++steps_ < kSteps) return count_;
    if (shortest_ > 1200us) {
      count_ = std::max(smallest_, count_ * 2 / 3);
    } else if (shortest_ < 600us) {
      count_ = std::min(largest_, count_ * 3 / 2);
    }
    steps_ = 0;
    shortest_ = std::chrono::nanoseconds::max();
    return count_;
  }

 private:
  int count_;
  int smallest_;
  int largest_;
  static constexpr int kSteps = 8;
  int steps_ = 0;
  std::chrono::nanoseconds shortest_ = std::chrono::nanoseconds::max();
};

}  // namespace plimsoll
