#include "analytics/symbol_table.h"

#include <bit>
#include <cstring>

namespace plimsoll::market {
namespace {

std::size_t places_for(std::size_t capacity) { return std::bit_ceil(2 * capacity + 1); }

std::uint64_t mixed(const Symbol& symbol) {
  std::uint64_t first = 0;
  std::uint16_t last = 0;
  std::memcpy(&first, symbol.bytes.data(), sizeof first);
  std::memcpy(&last, symbol.bytes.data() + sizeof first, sizeof last);
  std::uint64_t hash = (first ^ (std::uint64_t{last} << 47U)) * 0x9e37'79b9'7f4a'7c15U;
  hash ^= hash >> 32U;
  return hash;
}

}  // namespace

SymbolTable::SymbolTable(std::size_t capacity)
    : capacity_{capacity}, mask_{places_for(capacity) - 1}, places_(places_for(capacity)) {
  symbols_.reserve(capacity);
}

std::size_t SymbolTable::bytes_for(std::size_t capacity) {
  return places_for(capacity) * sizeof(std::uint32_t) + capacity * sizeof(Symbol);
}

std::size_t SymbolTable::place_of(const Symbol& symbol) const {
  auto place = mixed(symbol) & mask_;
  while (places_[place] != 0 && symbols_[places_[place] - 1] != symbol) place = (place + 1) & mask_;
  return place;
}

std::uint32_t SymbolTable::find(const Symbol& symbol) const {
  const auto held = places_[place_of(symbol)];
  return held == 0 ? kNone : held - 1;
}

std::uint32_t SymbolTable::find_or_add(const Symbol& symbol) {
  const auto place = place_of(symbol);
  if (places_[place] != 0) return places_[place] - 1;
  if (symbols_.size() == capacity_) return kNone;
  symbols_.push_back(symbol);
  places_[place] = static_cast<std::uint32_t>(symbols_.size());
  return places_[place] - 1;
}

}  // namespace plimsoll::market
