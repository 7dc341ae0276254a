#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace plimsoll::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};  // libFuzzer's interface is one of bytes
}

/// What must hold for every input: where it does not, the run ends and the input is kept.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// The input in two at the first newline; the second part is empty where there is none.
inline std::pair<std::string_view, std::string_view> halves(std::string_view input) {
  const auto at = input.find('\n');
  if (at == std::string_view::npos) return {input, {}};
  return {input.substr(0, at), input.substr(at + 1)};
}

}  // namespace plimsoll::fuzz
