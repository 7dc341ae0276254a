#pragma once

#include <string>
#include <vector>

#include "census/store.h"

namespace plimsoll {

/// The gaps of one target; the same sentence is kept once, however many keys it was true of.
class GapList {
 public:
  explicit GapList(std::string target) : target_{std::move(target)} {}

  void add(Text what, Text why, Text hint = {}) {
    for (const auto& gap : gaps_) {
      if (gap.what == what && gap.why == why) return;
    }
    gaps_.push_back(Gap{target_, std::move(what), std::move(why), std::move(hint)});
  }
  void add(Text what, const Error& error) { add(std::move(what), error.what, error.hint); }
  std::vector<Gap> take() { return std::move(gaps_); }

 private:
  std::string target_;
  std::vector<Gap> gaps_;
};

}  // namespace plimsoll
