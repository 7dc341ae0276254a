#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace plimsoll {

/// When heavy steps may run. Pure; time zones come from the system's tz database, named at the
/// edge.
struct MaintenanceWindow {
  std::string text;               ///< as written: "weekends", "20:00-04:00 America/New_York"
  std::string zone;               ///< IANA; of "weekends" the calendar's, else UTC
  bool weekends = false;          ///< all of Saturday and Sunday
  std::chrono::minutes begin{0};  ///< of day, local
  std::chrono::minutes end{0};    ///< of day, local; before `begin`: past midnight
};

struct Maintenance {
  std::string calendar;  ///< "XNYS" or empty: none
  std::vector<MaintenanceWindow>
      windows;  ///< none: outside the calendar's sessions, or always where there is no calendar
};

/// Whether a heavy step may start now: inside a window, and not inside an exchange session.
bool may_run_heavy(const Maintenance& maintenance, Instant now);
/// The next instant at or after `now` at which it may; empty when none lies within 14 days.
std::optional<Instant> next_heavy_instant(const Maintenance& maintenance, Instant now);

}  // namespace plimsoll
