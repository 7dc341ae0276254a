#pragma once

#include <cstdint>

namespace plimsoll::market {

/// Room that any number of this file needs.
inline constexpr int kMostDigits = 24;

/// Writes "-12"; returns the end. No terminator.
char* write_whole(char* to, std::int64_t value);

/// Writes ten-thousandths without trailing zeros: 123400 is "12.34", -5 is "-0.0005".
char* write_decimal(char* to, std::int64_t ten_thousandths);

/// Writes "2025-11-11T14:30:00.250Z": the milliseconds are always there, so that text sorts as time
/// does. For years 0 to 9999.
char* write_instant(char* to, std::int64_t unix_ms);

}  // namespace plimsoll::market
