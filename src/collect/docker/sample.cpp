#include "collect/docker/sample.h"

#include <algorithm>
#include <cstdlib>

namespace plimsoll {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

std::optional<double> share_of(Nanoseconds used, Nanoseconds passed) {
  if (passed <= Nanoseconds{0} || used < Nanoseconds{0}) return std::nullopt;
  return static_cast<double>(used.count()) / static_cast<double>(passed.count());
}

}  // namespace

std::optional<double> cpu_share_between(const ContainerSample& first, const ContainerSample& last) {
  if (first.cpu_used && last.cpu_used && last.read_at > first.read_at) {
    return share_of(*last.cpu_used - *first.cpu_used, last.read_at - first.read_at);
  }
  if (last.cpu_used && last.earlier_cpu_used && last.earlier_read_at) {
    return share_of(*last.cpu_used - *last.earlier_cpu_used, last.read_at - *last.earlier_read_at);
  }
  return std::nullopt;
}

std::optional<GrowthRate> growth_between(Bytes first, Bytes last, Nanoseconds apart) {
  if (apart <= Nanoseconds{0}) return std::nullopt;
  constexpr double kDay = std::chrono::duration<double, std::nano>{Days{1}}.count();
  const auto change = static_cast<double>((last - first).count());
  GrowthRate rate;
  rate.bytes_per_day = change * kDay / static_cast<double>(apart.count());
  rate.window = std::max(Seconds{1}, std::chrono::round<Seconds>(apart));
  rate.source = GrowthSource::two_samples;
  return rate;
}

std::optional<GrowthRate> memory_growth_between(const ContainerSample& first,
                                                const ContainerSample& last) {
  const auto& before = first.memory.working_set;
  const auto& after = last.memory.working_set;
  if (!before || !after) return std::nullopt;
  if (std::abs((*after - *before).count()) < kMemoryNoise.count()) return std::nullopt;
  return growth_between(*before, *after, last.read_at - first.read_at);
}

}  // namespace plimsoll
