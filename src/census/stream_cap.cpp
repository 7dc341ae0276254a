#include <algorithm>

#include "census/census.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kSmallestMark = 1000;  ///< below it, every length is near some round number

/// The largest number of the form d × 10^k or (10d + 5) × 10^(k−1) that is ≤ length and at most
/// `slack` below it; 0 where there is none. 50,003 → 50,000; 10,042 → 10,000; 13,700 → 0.
std::int64_t round_mark_below(std::int64_t length, std::int64_t slack) {
  for (std::int64_t step = kSmallestMark / 2; step <= length; step *= 10) {
    const std::int64_t mark = length / step * step;
    // "Round" is one digit, or one digit and a half: 20 half steps reach the next decade.
    const bool round = mark >= kSmallestMark && mark / step <= 20;
    if (round && length - mark <= slack) return mark;
    if (step > length / 10) break;
  }
  return 0;
}

bool had_deletions(const Stream& stream) {
  return stream.max_deleted && *stream.max_deleted != StreamId{};
}

/// Entries came and the length followed them over more than two nodes: an approximate trim would
/// have bitten by now.
bool grows_unhindered(const Stream& stream, std::int64_t slack) {
  return stream.added_between_samples && stream.length_between_samples &&
         *stream.added_between_samples > slack &&
         *stream.length_between_samples >= *stream.added_between_samples;
}

}  // namespace

std::optional<StreamCap> stream_cap(const Stream& stream, int node_max_entries) {
  if (stream.length <= 0) return std::nullopt;
  const std::int64_t slack = 2 * std::max<std::int64_t>(node_max_entries, 1);
  if (grows_unhindered(stream, slack)) return std::nullopt;
  const std::int64_t mark = round_mark_below(stream.length, slack);
  const std::int64_t entries = mark > 0 ? mark : stream.length;
  if (stream.entries_added) {
    const bool trimmed = *stream.entries_added > stream.length && !had_deletions(stream);
    if (trimmed) return StreamCap{entries, true};
    // Never trimmed: a length near a round number is then a coincidence. Deleted from: its readers
    // may keep it short, and a mark says nothing either.
    if (*stream.entries_added == stream.length) return std::nullopt;
  }
  const bool held = stream.added_between_samples && stream.length_between_samples &&
                    *stream.added_between_samples > 0 && *stream.length_between_samples <= 0;
  if (held) return StreamCap{entries, !had_deletions(stream)};
  // Servers before 7.0 do not count what was added; a narrow window keeps chance matches rare.
  const std::int64_t narrow = std::min(slack, stream.length / 20);
  if (mark > 0 && stream.length - mark <= narrow) return StreamCap{mark, false};
  return std::nullopt;
}

}  // namespace plimsoll
