#include "collect/redis/stream_growth.h"

#include <algorithm>

namespace plimsoll {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;
constexpr double kDay = 86'400'000;  // in ms
constexpr double kQuietFor = 15 * 60'000;
constexpr double kYears = 20 * 365.25 * kDay;

GrowthRate rate(const Stream& stream, double entries_per_ms, Milliseconds window,
                GrowthSource source) {
  GrowthRate growth;
  growth.items_per_day = entries_per_ms * kDay;
  if (stream.entry_bytes) {
    growth.bytes_per_day = *growth.items_per_day * static_cast<double>(stream.entry_bytes->count());
  } else if (entries_per_ms == 0) {
    growth.bytes_per_day = 0;
  }
  growth.window = std::chrono::duration_cast<Seconds>(window);
  growth.source = source;
  return growth;
}

/// The ids' own time, where they can be one: explicit ids may be counters.
struct IdTimes {
  double first = 0, last = 0, now = 0;
};
std::optional<IdTimes> id_times(const Stream& stream, Instant now) {
  if (!stream.first_id || !stream.last_id) return std::nullopt;
  const IdTimes times{static_cast<double>(stream.first_id->ms),
                      static_cast<double>(stream.last_id->ms),
                      Milliseconds{now.time_since_epoch()}.count()};
  if (times.first < times.now - kYears || times.last > times.now + kDay) return std::nullopt;
  if (times.last < times.first) return std::nullopt;
  return times;
}

std::optional<GrowthRate> by_two_looks(const Stream& stream, std::optional<std::int64_t> entries,
                                       Milliseconds between) {
  if (!entries || between.count() <= 0) return std::nullopt;
  return rate(stream, static_cast<double>(*entries) / between.count(), between,
              GrowthSource::two_samples);
}

/// More went than single deletions: a percent of all that ever came.
bool was_trimmed(const Stream& stream) {
  return stream.entries_added && *stream.entries_added - stream.length >
                                     std::max<std::int64_t>(10, *stream.entries_added / 100);
}

}  // namespace

void compare_looks(Stream& stream, const Stream& later) {
  stream.length_between_samples = later.length - stream.length;
  if (stream.entries_added && later.entries_added) {
    stream.added_between_samples = *later.entries_added - *stream.entries_added;
  } else if (stream.last_generated == later.last_generated) {
    stream.added_between_samples = 0;  // 6.2 counts none, but an id that stands still says it too
  }
}

std::optional<GrowthRate> stream_writes(const Stream& stream, Instant now,
                                        std::chrono::milliseconds between_looks) {
  const auto times = id_times(stream, now);
  const Milliseconds between{between_looks};
  if (!times || times->last <= times->first || stream.length < 2) {
    auto seen = by_two_looks(stream, stream.added_between_samples, between);
    // Two or three hundred milliseconds without an entry say nothing of a slow stream.
    const bool quiet_long = times && times->now - times->last > kQuietFor;
    if (quiet_long && seen && *seen->items_per_day == 0)
      return rate(stream, 0, Milliseconds{times->now - times->last}, GrowthSource::stream_ids);
    return seen;
  }
  const double span = times->last - times->first;
  const double per_ms = static_cast<double>(stream.length - 1) / span;
  const double age = times->now - times->last;
  const bool came = stream.added_between_samples.value_or(0) > 0;
  const bool missed = stream.added_between_samples == 0 && per_ms * between.count() >= 10;
  const bool silent = !came && (missed || age > std::max(kQuietFor, 20 / per_ms));
  if (silent) return rate(stream, 0, Milliseconds{std::max(age, 0.0)}, GrowthSource::stream_ids);
  return rate(stream, per_ms, Milliseconds{span}, GrowthSource::stream_ids);
}

std::optional<GrowthRate> stream_growth(const Stream& stream, Instant now,
                                        std::chrono::milliseconds between_looks,
                                        int node_max_entries) {
  auto writes = stream_writes(stream, now, between_looks);
  const bool idle = writes && writes->items_per_day == 0.0;
  const auto added = stream.added_between_samples;
  const bool many_came = added && *added >= 2 * node_max_entries;
  // 6.2 does not count what came; a length that stands still while ids move is a cap at work.
  const bool held = !stream.entries_added && !added && stream.length_between_samples == 0;
  if (idle ||
      (!was_trimmed(stream) && !held && !(many_came && *stream.length_between_samples <= 0)))
    return writes;
  if (many_came || held)
    return by_two_looks(stream, stream.length_between_samples, Milliseconds{between_looks});
  return std::nullopt;
}

}  // namespace plimsoll
