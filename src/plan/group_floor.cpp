#include "plan/group_floor.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace plimsoll {
namespace {

/// Milliseconds of a clock of this century: a producer's own counter, seconds or microseconds are
/// not, and say nothing of an age.
bool is_clock(StreamId id) { return id.ms > 1'000'000'000'000 && id.ms < 4'200'000'000'000; }

StreamId last_id_of(const Stream& stream) {
  return std::max(stream.last_generated, stream.last_id.value_or(StreamId{}));
}

std::optional<Seconds> silence_of(const Consumer& consumer) {
  if (consumer.idle && consumer.inactive) return std::min(*consumer.idle, *consumer.inactive);
  return consumer.idle ? consumer.idle : consumer.inactive;
}

bool is_abandoned(const Stream& stream, const ConsumerGroup& group, Seconds after) {
  const StreamId last = last_id_of(stream);
  if (group.last_delivered >= last) return false;
  const auto listed = static_cast<std::int64_t>(group.consumers.size());
  if (group.consumer_count > listed) return false;
  if (group.consumers.empty()) {
    if (!is_clock(last) || !is_clock(group.last_delivered)) return false;
    const auto behind = last.ms - std::min(last.ms, group.last_delivered.ms);
    return behind / 1000 > static_cast<std::uint64_t>(std::max<std::int64_t>(after.count(), 0));
  }
  return std::all_of(group.consumers.begin(), group.consumers.end(), [&](const Consumer& one) {
    const auto silence = silence_of(one);
    return silence && *silence > after;
  });
}

StreamId floor_of(const Stream& stream, const ConsumerGroup& group) {
  const StreamId unread = next_id(group.last_delivered);
  const bool owes = group.pending_entries > 0 && group.oldest_pending && stream.first_id;
  if (!owes) {
    const bool unseen = group.pending_entries > 0 && stream.first_id;
    return unseen ? std::min(unread, *stream.first_id) : unread;
  }
  const bool all_dangling =
      group.dangling_exact && group.dangling_pending.value_or(0) >= group.pending_entries;
  if (all_dangling) return unread;
  return std::min(unread, std::max(*group.oldest_pending, *stream.first_id));
}

}  // namespace

StreamId next_id(StreamId id) {
  constexpr auto kLast = std::numeric_limits<std::uint64_t>::max();
  if (id.sequence < kLast) return {id.ms, id.sequence + 1};
  return id.ms < kLast ? StreamId{id.ms + 1, 0} : id;
}

GroupFloor group_floor(const Stream& stream, Seconds abandoned_after) {
  GroupFloor result;
  std::vector<std::pair<StreamId, std::string>> holding;
  for (const ConsumerGroup& group : stream.groups) {
    if (is_abandoned(stream, group, abandoned_after)) {
      result.abandoned.push_back(group.name);
      continue;
    }
    const StreamId own = floor_of(stream, group);
    result.floor = std::min(result.floor.value_or(own), own);
    if (stream.last_id && own <= *stream.last_id) holding.emplace_back(own, group.name);
  }
  std::sort(holding.begin(), holding.end());
  for (auto& [own, name] : holding) result.holding.push_back(std::move(name));
  return result;
}

}  // namespace plimsoll
