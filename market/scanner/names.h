#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::market {

/// Sectors, industries and exchanges as small numbers. 0 is "not known"; a name is never removed.
class Names {
 public:
  static constexpr std::uint16_t kUnknown = 0;
  static constexpr std::size_t kMost = 4096;
  static constexpr std::size_t kMostBytes = 96;  ///< longer names are cut

  Names();

  /// kUnknown for an empty text, and when the table is full.
  std::uint16_t intern(std::string_view text);
  std::string_view text(std::uint16_t id) const { return texts_[id]; }

 private:
  std::vector<std::string> texts_;
};

}  // namespace plimsoll::market
