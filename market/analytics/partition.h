#pragma once

#include <cstdint>

#include "ticker/quote.h"

namespace plimsoll::market {

/// FNV-1a, 64 bits, over the bytes of the symbol without padding. The same in every process and
/// language: Python's hash() is seeded per process, so two producers disagreed about who owns a
/// symbol.
constexpr std::uint64_t stable_hash(const Symbol& symbol) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char byte : symbol.text()) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1'099'511'628'211U;
  }
  return hash;
}

/// Which of `partitions` instances owns the symbol: 0 to partitions - 1. Needs partitions > 0.
constexpr std::uint32_t partition_of(const Symbol& symbol, std::uint32_t partitions) {
  return static_cast<std::uint32_t>(stable_hash(symbol) % partitions);
}

}  // namespace plimsoll::market
