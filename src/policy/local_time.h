#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

// Clocks on walls, by the system's time zone database.
namespace plimsoll {

/// Whether the system knows this IANA zone ("America/New_York"). False too where it has no
/// database.
bool is_time_zone(std::string_view zone);

/// What a clock there shows. `of_day` never reaches 24:00; `offset` is from UTC.
struct LocalTime {
  std::chrono::year_month_day day{};
  Seconds of_day{};
  Seconds offset{};
};

/// Empty where the zone is not known.
std::optional<LocalTime> local_time(Instant instant, std::string_view zone);

/// When a clock there shows this: twice when clocks go back. A time that clocks skip is the instant
/// of the jump.
struct ShownAt {
  Instant first{};
  Instant last{};
};
std::optional<ShownAt> shown_at(std::chrono::year_month_day day, std::chrono::minutes of_day,
                                std::string_view zone);

/// "2025-11-11 20:00 New York = 2025-11-12 02:00 Madrid", for messages about windows. A zone that
/// is not known is left out.
std::string local_times(Instant instant, std::initializer_list<std::string_view> zones);

}  // namespace plimsoll
