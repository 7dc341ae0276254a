#include "census/store.h"

namespace plimsoll {
namespace {

constexpr double kBeyondSeconds = 10.0 * 365 * 86400;

}  // namespace

std::optional<Seconds> time_to_line(const Store& store) {
  const Bytes* line = std::get_if<Bytes>(&store.line);
  if (line == nullptr || !store.bytes) return std::nullopt;
  if (*store.bytes >= *line) return Seconds{0};  // whatever the slope
  if (!store.growth || !store.growth->bytes_per_day) return std::nullopt;
  const double rate = *store.growth->bytes_per_day;
  if (!(rate > 0)) return std::nullopt;
  const double seconds = static_cast<double>((*line - *store.bytes).count()) / rate * 86400;
  if (!(seconds <= kBeyondSeconds)) return std::nullopt;
  return Seconds{static_cast<std::int64_t>(seconds)};
}

}  // namespace plimsoll
