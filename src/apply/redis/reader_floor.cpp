#include "apply/redis/reader_floor.h"

#include <algorithm>

#include "collect/redis/parse.h"
#include "link/redis/server_error.h"
#include "plan/group_floor.h"

namespace plimsoll {
namespace {

constexpr int kFloorPage = 100;
constexpr int kPages = 10;
constexpr std::int64_t kListedConsumers = 1000;
constexpr Seconds kJustNow{60};

bool is_gone(const redis::Reply& reply) {
  return redis::server_error(reply.text, "").code == ErrorCode::conflict;
}

/// Entries inside the present range may be missing.
bool may_have_holes(const Stream& stream) {
  return !stream.max_deleted || (stream.first_id && *stream.max_deleted >= *stream.first_id);
}

}  // namespace

Result<std::vector<StreamId>> ids_gone(redis::Link& link, const std::string& key,
                                       const std::vector<StreamId>& ids) {
  std::vector<redis::EntryRange> ranges;
  ranges.reserve(ids.size());
  for (const StreamId id : ids) {
    const std::string text = format_stream_id(id);
    ranges.push_back({key, text, text, 1, false});
  }
  const auto replies = link.xrange(ranges);
  if (!replies) return failure(replies.error());
  std::vector<StreamId> gone;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    if (reply.is_error()) return failure(redis::server_error(reply.text, "XRANGE"));
    if (reply.is_array() && reply.elements.empty()) gone.push_back(ids[i]);
  }
  return gone;
}

ReaderFloor::ReaderFloor(redis::Link& link, std::string key,
                         const std::vector<std::string>& abandoned)
    : link_{link}, key_{std::move(key)} {
  for (const auto& name : abandoned) abandoned_.emplace(name, std::nullopt);
}

bool ReaderFloor::is_left_out(const ConsumerGroup& group) {
  const auto named = abandoned_.find(group.name);
  if (named == abandoned_.end()) return false;
  if (!named->second) named->second = group.last_delivered;
  if (*named->second == group.last_delivered) return true;
  returned_.push_back(group.name);
  abandoned_.erase(named);
  return false;
}

/// Since the plan was made somebody may have started that reader again.
Result<void> ReaderFloor::look_for_returned(const std::vector<ConsumerGroup>& groups) {
  looked_ = true;
  std::vector<redis::GroupName> asked;
  for (const auto& group : groups) {
    if (abandoned_.count(group.name) > 0 && group.consumer_count > 0 &&
        group.consumer_count <= kListedConsumers)
      asked.push_back({key_, group.name});
  }
  if (asked.empty()) return {};
  const auto replies = link_.xinfo_consumers(asked);
  if (!replies) return failure(replies.error());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    if (reply.is_error() && is_gone(reply)) continue;
    if (reply.is_error()) return failure(redis::server_error(reply.text, "XINFO CONSUMERS"));
    const auto consumers = parse_consumers(reply);
    if (!consumers) return failure(consumers.error());
    const bool back = std::any_of(consumers->begin(), consumers->end(), [](const Consumer& one) {
      return one.idle && *one.idle < kJustNow;
    });
    if (!back) continue;
    returned_.push_back(asked[i].group);
    abandoned_.erase(asked[i].group);
  }
  return {};
}

Result<std::optional<StreamId>> ReaderFloor::lowest_pending(const ConsumerGroup& group,
                                                            const Stream& now) {
  const bool holes = may_have_holes(now);
  std::string from = format_stream_id(*now.first_id);
  StreamId checked{};
  for (int page = 0; page < kPages; ++page) {
    const int count = holes ? kFloorPage : 1;
    const auto replies = link_.xpending({{{key_, group.name}, from, "+", count}});
    if (!replies) return failure(replies.error());
    const redis::Reply& reply = replies->front();
    if (reply.is_error() && is_gone(reply)) return std::optional<StreamId>{};
    if (reply.is_error()) return failure(redis::server_error(reply.text, "XPENDING"));
    const auto pending = parse_pending(reply);
    if (!pending) return failure(pending.error());
    if (pending->empty()) return std::optional<StreamId>{};
    if (!holes) return std::optional{pending->front().id};
    std::vector<StreamId> ids;
    for (const auto& entry : *pending) ids.push_back(entry.id);
    const auto gone = ids_gone(link_, key_, ids);
    if (!gone) return failure(gone.error());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i >= gone->size() || (*gone)[i] != ids[i]) return std::optional{ids[i]};
    }
    if (ids.size() < static_cast<std::size_t>(count)) return std::optional<StreamId>{};
    checked = ids.back();
    from = "(" + format_stream_id(checked);
  }
  return std::optional{next_id(checked)};
}

Result<HeldFloor> ReaderFloor::read(const Stream& now) {
  const auto replies = link_.xinfo_groups({key_});
  if (!replies) return failure(replies.error());
  if (replies->front().is_error())
    return failure(redis::server_error(replies->front().text, "XINFO GROUPS"));
  const auto groups = parse_groups(replies->front());
  if (!groups) return failure(groups.error());
  if (!looked_ && !abandoned_.empty()) {
    if (auto looked = look_for_returned(*groups); !looked) return failure(looked.error());
  }
  HeldFloor floor;
  for (const ConsumerGroup& group : *groups) {
    if (is_left_out(group)) continue;
    StreamId own = next_id(group.last_delivered);
    if (group.pending_entries > 0 && now.first_id) {
      const auto pending = lowest_pending(group, now);
      if (!pending) return failure(pending.error());
      if (*pending) own = std::min(own, **pending);
    }
    if (!floor.id || own < *floor.id) floor = {own, {}};
    if (own == *floor.id) floor.groups.push_back(group.name);
  }
  return floor;
}

}  // namespace plimsoll
