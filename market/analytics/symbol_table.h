#pragma once

#include <cstdint>
#include <vector>

#include "ticker/quote.h"

namespace plimsoll::market {

/// Symbol to dense index, in order of arrival. Open addressing at most half full; all memory is
/// taken by the constructor. A symbol is never removed: an index means the same one until the end.
class SymbolTable {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  explicit SymbolTable(std::size_t capacity);

  /// kNone when it was never added.
  std::uint32_t find(const Symbol& symbol) const;
  /// kNone when the table is full and the symbol is new.
  std::uint32_t find_or_add(const Symbol& symbol);

  const Symbol& symbol(std::uint32_t index) const { return symbols_[index]; }
  std::size_t size() const { return symbols_.size(); }
  std::size_t capacity() const { return capacity_; }

  /// What a table of this capacity takes: 18 to 26 bytes a symbol.
  static std::size_t bytes_for(std::size_t capacity);

 private:
  std::size_t place_of(const Symbol& symbol) const;

  std::size_t capacity_;
  std::size_t mask_;
  std::vector<std::uint32_t> places_;  ///< index + 1; 0 is empty
  std::vector<Symbol> symbols_;
};

}  // namespace plimsoll::market
