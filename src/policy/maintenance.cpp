#include "policy/maintenance.h"

#include <algorithm>

#include "policy/local_time.h"
#include "policy/xnys.h"

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Days kHorizon{14};

bool is_weekend(std::chrono::year_month_day day) {
  const std::chrono::weekday on{std::chrono::sys_days{day}};
  return on == std::chrono::Saturday || on == std::chrono::Sunday;
}

/// By what the clock there shows, so "01:00-02:00" comes twice on the night clocks go back.
bool inside(const MaintenanceWindow& window, Instant now) {
  const auto local = local_time(now, window.zone);
  if (!local) return false;
  if (window.weekends) return is_weekend(local->day);
  if (window.begin < window.end) {
    return local->of_day >= window.begin && local->of_day < window.end;
  }
  return local->of_day >= window.begin || local->of_day < window.end;
}

/// On a system without New York's clocks nobody knows when the exchange is open.
bool outside_sessions(const Maintenance& maintenance, Instant now) {
  if (maintenance.calendar.empty()) return true;
  return is_time_zone(xnys::kZone) && !xnys::in_session(now);
}

/// Every instant within the horizon at which heavy work may become allowed, and more: a window's
/// begin, midnight of a zone, a session's end.
std::vector<Instant> beginnings(const Maintenance& maintenance, Instant now) {
  std::vector<Instant> instants;
  const auto today = std::chrono::floor<Days>(now);
  for (auto day = today - Days{1}; day <= today + kHorizon + Days{1}; day += Days{1}) {
    const std::chrono::year_month_day date{day};
    for (const MaintenanceWindow& window : maintenance.windows) {
      // After the hour that comes twice, a window may open again at its second begin.
      const auto begin = shown_at(date, window.weekends ? minutes{0} : window.begin, window.zone);
      if (begin) instants.insert(instants.end(), {begin->first, begin->last});
    }
    if (maintenance.calendar.empty()) continue;
    if (const auto session = xnys::session_of(date)) instants.push_back(session->end);
  }
  std::sort(instants.begin(), instants.end());
  return instants;
}

}  // namespace

bool may_run_heavy(const Maintenance& maintenance, Instant now) {
  if (!outside_sessions(maintenance, now)) return false;
  const auto& windows = maintenance.windows;
  return windows.empty() || std::any_of(windows.begin(), windows.end(),
                                        [&](const auto& window) { return inside(window, now); });
}

std::optional<Instant> next_heavy_instant(const Maintenance& maintenance, Instant now) {
  if (may_run_heavy(maintenance, now)) return now;
  for (const Instant instant : beginnings(maintenance, now)) {
    if (instant > now && instant <= now + kHorizon && may_run_heavy(maintenance, instant)) {
      return instant;
    }
  }
  return std::nullopt;
}

}  // namespace plimsoll
