#include "scanner/names.h"

#include <algorithm>

namespace plimsoll::market {

Names::Names() : texts_(1) {}

std::uint16_t Names::intern(std::string_view text) {
  text = text.substr(0, kMostBytes);
  const auto found = std::find(texts_.begin(), texts_.end(), text);
  if (found != texts_.end()) return static_cast<std::uint16_t>(found - texts_.begin());
  if (texts_.size() == kMost) return kUnknown;
  texts_.emplace_back(text);
  return static_cast<std::uint16_t>(texts_.size() - 1);
}

}  // namespace plimsoll::market
