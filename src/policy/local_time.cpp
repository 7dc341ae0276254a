#include "policy/local_time.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace plimsoll {
namespace {

/// The library throws for a zone, or a database, that is not there.
const date::time_zone* zone_named(std::string_view name) {
  try {
    return date::locate_zone(std::string{name});
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

}  // namespace

bool is_time_zone(std::string_view zone) { return zone_named(zone) != nullptr; }

std::optional<LocalTime> local_time(Instant instant, std::string_view zone) {
  const auto* place = zone_named(zone);
  if (place == nullptr) return std::nullopt;
  const auto offset = place->get_info(std::chrono::floor<Seconds>(instant)).offset;
  const Instant shown = instant + offset;
  const auto day = std::chrono::floor<Days>(shown);
  return LocalTime{std::chrono::year_month_day{day}, std::chrono::floor<Seconds>(shown - day),
                   offset};
}

std::optional<ShownAt> shown_at(std::chrono::year_month_day day, std::chrono::minutes of_day,
                                std::string_view zone) {
  const auto* place = zone_named(zone);
  if (place == nullptr || !day.ok()) return std::nullopt;
  const date::local_seconds local{std::chrono::sys_days{day}.time_since_epoch() + of_day};
  return ShownAt{place->to_sys(local, date::choose::earliest),
                 place->to_sys(local, date::choose::latest)};
}

std::string local_times(Instant instant, std::initializer_list<std::string_view> zones) {
  std::string text;
  for (const std::string_view zone : zones) {
    const auto local = local_time(instant, zone);
    if (!local) continue;
    std::array<char, 64> clock{};
    const auto minutes = std::chrono::floor<std::chrono::minutes>(local->of_day).count();
    std::snprintf(clock.data(), clock.size(), "%04d-%02u-%02u %02d:%02d ",
                  static_cast<int>(local->day.year()), static_cast<unsigned>(local->day.month()),
                  static_cast<unsigned>(local->day.day()), static_cast<int>(minutes / 60),
                  static_cast<int>(minutes % 60));
    std::string city{zone.substr(zone.rfind('/') + 1)};  // npos + 1 is 0: "UTC"
    std::replace(city.begin(), city.end(), '_', ' ');
    text.append(text.empty() ? "" : " = ").append(clock.data()).append(city);
  }
  return text;
}

}  // namespace plimsoll
