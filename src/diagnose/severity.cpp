#include "diagnose/severity.h"

#include <algorithm>

namespace plimsoll {
namespace {

constexpr double kMegabyte = 1e6;
constexpr double kGigabyte = 1e9;

double bytes_or_zero(const std::optional<Bytes>& bytes) {
  return bytes ? static_cast<double>(bytes->count()) : 0;
}

Severity by_weight(const Load& load) {
  if (!load.bytes && !load.bytes_per_day) return Severity::low;
  const double held = bytes_or_zero(load.bytes);
  const double rate = load.bytes_per_day.value_or(0);
  const auto reaches = [&](double held_at_least, double rate_at_least) {
    return held >= held_at_least || rate >= rate_at_least;
  };
  if (load.bytes_per_day && rate <= 0) {
    return held >= kGigabyte ? Severity::low : Severity::info;
  }
  if (reaches(10 * kGigabyte, kGigabyte)) return Severity::high;
  if (reaches(kGigabyte, 100 * kMegabyte)) return Severity::medium;
  return reaches(kMegabyte, kMegabyte) ? Severity::low : Severity::info;
}

Severity by_time(const std::optional<Seconds>& to_line) {
  if (!to_line) return Severity::info;
  if (*to_line < kOneDay) return Severity::critical;
  if (*to_line < 7 * kOneDay) return Severity::high;
  return *to_line < 30 * kOneDay ? Severity::medium : Severity::info;
}

Severity of_dead_weight(const Load& load) {
  const double held = bytes_or_zero(load.bytes);
  if (held >= 10 * kGigabyte) return Severity::medium;
  return held >= kGigabyte ? Severity::low : Severity::info;
}

}  // namespace

Severity at_most(Severity severity, Severity ceiling) { return std::min(severity, ceiling); }
Severity at_least(Severity severity, Severity floor) { return std::max(severity, floor); }

Severity severity_of(const Load& load) {
  switch (load.harm) {
    case Harm::grows:
      return std::max(by_time(load.to_line), by_weight(load));
    case Harm::losing:
      return std::max(by_time(load.to_line), Severity::medium);
    case Harm::tidies:
      break;
  }
  return of_dead_weight(load);
}

Severity severity_of_cpu(double cores_busy, std::optional<int> cores) {
  if (cores && *cores > 0 && cores_busy >= 0.8 * *cores) return Severity::high;
  return cores_busy >= 1 ? Severity::medium : Severity::low;
}

}  // namespace plimsoll
