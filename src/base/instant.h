#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll {

/// Wall time, UTC. An interval is a std::chrono duration.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using Seconds = std::chrono::seconds;
using Days = std::chrono::days;
inline constexpr Seconds kOneDay{86400};

/// "2025-11-11T17:03:09Z"; fractions of a second only where there are any, six digits then.
std::string iso8601(Instant instant);

/// Accepts "2025-11-11", "2025-11-11T17:03:09Z", "2025-11-11 17:03:09.123456+00" and other offsets
/// ("+05:30"). Empty when the text is anything else, or the date does not exist.
std::optional<Instant> parse_iso8601(std::string_view text);

constexpr Instant instant_of_unix_ms(std::int64_t ms) {
  return Instant{std::chrono::milliseconds{ms}};
}
constexpr Instant instant_of_unix_seconds(std::int64_t s) {
  return Instant{std::chrono::seconds{s}};
}

/// A point on the steady clock by which a call must be over.
using Deadline = std::chrono::steady_clock::time_point;
inline Deadline deadline_in(std::chrono::milliseconds budget) {
  return std::chrono::steady_clock::now() + budget;
}

}  // namespace plimsoll
