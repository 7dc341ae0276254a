#pragma once

#include <optional>
#include <string_view>

#include "base/text.h"
#include "link/redis/reply.h"

namespace plimsoll::fuzz {

/// One reply as it stands on the wire (RESP2), taken off the front of `bytes`: the seeds are
/// captured from servers. Empty where it is none. Depth and length are bounded, as hiredis' are.
inline std::optional<redis::Reply> take_reply(std::string_view& bytes, int depth = 0) {
  constexpr int kDeepest = 8;
  constexpr std::int64_t kLongest = 4096;
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos || end == 0 || depth > kDeepest) return std::nullopt;
  const char kind = bytes.front();
  const auto line = bytes.substr(1, end - 1);
  bytes.remove_prefix(end + 2);
  if (kind == '+') return redis::Reply::of(std::string{line});
  if (kind == '-') return redis::Reply::error(std::string{line});
  const auto number = parse_int(line);
  if (!number) return std::nullopt;
  if (kind == ':') return redis::Reply::of(*number);
  if (*number < 0) return redis::Reply::nil();
  if (kind == '$') {
    const auto length = static_cast<std::size_t>(*number);
    if (bytes.size() < 2 || bytes.size() - 2 < length) return std::nullopt;
    auto text = redis::Reply::of(std::string{bytes.substr(0, length)});
    bytes.remove_prefix(length + 2);
    return text;
  }
  if (kind != '*' || *number > kLongest) return std::nullopt;
  std::vector<redis::Reply> elements;
  for (std::int64_t i = 0; i < *number; ++i) {
    auto element = take_reply(bytes, depth + 1);
    if (!element) return std::nullopt;
    elements.push_back(std::move(*element));
  }
  return redis::Reply::array(std::move(elements));
}

}  // namespace plimsoll::fuzz
