#pragma once

#include <cstdint>

// Chance without a state: the same words always give the same number, on every machine. Only
// additions and multiplications, whose results IEEE 754 fixes, so no two C libraries can differ.
namespace plimsoll::market::noise {

constexpr std::uint64_t mixed(std::uint64_t x) {  // splitmix64
  x ^= x >> 30U;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27U;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}
constexpr std::uint64_t word(std::uint64_t key, std::uint64_t at) {
  return mixed(key + (at + 1) * 0x9e3779b97f4a7c15U);
}

/// 0 to 1, without the 1: of the upper 53 bits.
constexpr double share(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * (1.0 / 9007199254740992.0);
}

/// Nearly a normal one of variance 1, within ±3.47: four uniform ones added.
constexpr double bell(std::uint64_t bits) {
  const auto sum = static_cast<double>((bits & 0xffffU) + (bits >> 16U & 0xffffU) +
                                       (bits >> 32U & 0xffffU) + (bits >> 48U));
  return (sum / 65536.0 - 2.0) * 1.7320508;
}

/// Nearly e^x for what we need of it: (1 + x/256)^256.
constexpr double factor(double x) {
  double y = 1.0 + x / 256.0;
  for (int i = 0; i < 8; ++i) y *= y;
  return y;
}

/// A line through one bell every `period` steps.
constexpr double wave(std::uint64_t key, std::uint64_t at, std::uint64_t period) {
  const auto knot = at / period;
  const double part = static_cast<double>(at % period) / static_cast<double>(period);
  const double left = bell(word(key ^ period, knot));
  return left + (bell(word(key ^ period, knot + 1)) - left) * part;
}

}  // namespace plimsoll::market::noise
