#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/instant.h"

// The New York Stock Exchange's days, by its rules rather than by a list: holidays (rule 7.2) as
// they are since 2022, early closes as they are since 2013. Days closed for an occasion are listed.
namespace plimsoll::xnys {

inline constexpr std::string_view kZone = "America/New_York";

enum class DayKind {
  closed,  ///< Saturday, Sunday, holiday
  half,    ///< closes at 13:00, post-market at 17:00
  full,
};
DayKind day_kind(std::chrono::year_month_day day);

/// From the pre-market's begin to the post-market's end: [begin, end). Empty on a closed day, and
/// where the system does not know New York's clocks.
struct Session {
  Instant begin{};
  Instant end{};
};
std::optional<Session> session_of(std::chrono::year_month_day day);

bool in_session(Instant now);

}  // namespace plimsoll::xnys
