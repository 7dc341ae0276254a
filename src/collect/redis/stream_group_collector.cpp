#include "collect/redis/stream_group_collector.h"

#include <algorithm>

#include "base/text.h"
#include "collect/redis/dangling_counter.h"
#include "collect/redis/parse.h"
#include "collect/redis/stream_memory.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

/// XINFO CONSUMERS takes the server 0.7 to 1.4 µs a consumer, in one step.
constexpr std::int64_t kListedConsumers = 1000;
constexpr std::int64_t kListedWhenExhaustive = 100'000;  // a reply of 11 MB
constexpr std::size_t kKeptConsumers = 1000;
constexpr int kFirstPage = 100;

struct GroupOfStream {
  Stream* stream;
  ConsumerGroup* group;
  redis::GroupName name() const { return {stream->key, group->name}; }
};

/// Errors that only say the key went away between two questions are no gap.
bool is_race(const redis::Reply& reply) {
  return reply.is_error() && redis::server_error(reply.text, "").code == ErrorCode::conflict;
}

Text groups_of(const Stream& stream) {
  return say("consumer groups of stream '{}'", "grupos de consumidores del stream '{}'",
             {printable(stream.key)});
}

bool list_groups(redis::Link& link, const std::vector<Stream*>& streams, GapList& gaps) {
  std::vector<std::string> keys;
  for (const auto* stream : streams) keys.push_back(stream->key);
  const auto replies = link.xinfo_groups(keys);
  if (!replies) {
    gaps.add(say("consumer groups", "grupos de consumidores"), replies.error());
    return false;
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    if (is_race(reply)) continue;
    if (reply.is_error()) {
      gaps.add(say("consumer groups", "grupos de consumidores"),
               redis::server_error(reply.text, "XINFO GROUPS"));
      continue;
    }
    auto groups = parse_groups(reply);
    if (groups) {
      streams[i]->groups = std::move(*groups);
    } else {
      gaps.add(groups_of(*streams[i]), groups.error());
    }
  }
  return true;
}

void keep_longest_idle(std::vector<Consumer>& consumers) {
  const auto idle = [](const Consumer& consumer) {
    return consumer.inactive.value_or(consumer.idle.value_or(Seconds{0}));
  };
  std::sort(consumers.begin(), consumers.end(), [&](const Consumer& a, const Consumer& b) {
    return idle(a) != idle(b) ? idle(a) > idle(b) : a.name < b.name;
  });
  if (consumers.size() > kKeptConsumers) consumers.resize(kKeptConsumers);
}

void note_unlisted(const GroupOfStream& of, GapList& gaps) {
  gaps.add(
      say("consumers of group '{}' of stream '{}'", "consumidores del grupo '{}' del stream '{}'",
          {printable(of.group->name), printable(of.stream->key)}),
      say("there are {}, and the server lists them in one step, blocking everybody for about "
          "{} ms",
          "hay {} y el servidor los lista de una vez, bloqueando a todos unos {} ms",
          {of.group->consumer_count, of.group->consumer_count / 1000}),
      say("an exhaustive census (--exact) lists them", "un censo exhaustivo (--exact) los lista"));
}

bool list_consumers(redis::Link& link, const std::vector<GroupOfStream>& groups,
                    const RedisOptions& options, GapList& gaps) {
  const std::int64_t most = options.exhaustive ? kListedWhenExhaustive : kListedConsumers;
  std::vector<GroupOfStream> asked;
  std::vector<redis::GroupName> names;
  for (const auto& of : groups) {
    if (of.group->consumer_count > most) note_unlisted(of, gaps);
    if (of.group->consumer_count == 0 || of.group->consumer_count > most) continue;
    asked.push_back(of);
    names.push_back(of.name());
  }
  const auto replies = link.xinfo_consumers(names);
  if (!replies) {
    gaps.add(say("consumers", "consumidores"), replies.error());
    return false;
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    if (is_race(reply)) continue;
    auto consumers = reply.is_error() ? failure(redis::server_error(reply.text, "XINFO CONSUMERS"))
                                      : parse_consumers(reply);
    if (!consumers) {
      gaps.add(say("consumers", "consumidores"), consumers.error());
      continue;
    }
    asked[i].group->consumers = std::move(*consumers);
    keep_longest_idle(asked[i].group->consumers);
  }
  return true;
}

/// The first page of each group's pending entries: the oldest, and how dense their ids are.
bool look_at_pending(redis::Link& link, const std::vector<GroupOfStream>& groups, GapList& gaps,
                     std::vector<Bytes>& pending_memory) {
  std::vector<redis::PendingRange> ranges;
  for (const auto& of : groups) ranges.push_back({of.name(), "-", "+", kFirstPage});
  const auto replies = link.xpending(ranges);
  if (!replies) {
    gaps.add(say("pending entries", "entradas pendientes"), replies.error());
    return false;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    ConsumerGroup& group = *groups[i].group;
    pending_memory[i] = pending_bytes(group.pending_entries, 1);
    if (is_race(reply)) continue;
    const auto pending = reply.is_error() ? failure(redis::server_error(reply.text, "XPENDING"))
                                          : parse_pending(reply);
    if (!pending) {
      gaps.add(say("pending entries", "entradas pendientes"), pending.error());
      continue;
    }
    if (pending->empty()) continue;
    group.oldest_pending = pending->front().id;
    pending_memory[i] = pending_bytes(group.pending_entries, distinct_ms_share(*pending));
  }
  return true;
}

}  // namespace

void collect_groups(redis::Link& link, const std::vector<Stream*>& streams,
                    const RedisOptions& options, GapList& gaps,
                    std::chrono::milliseconds& pending_spent) {
  if (streams.empty() || !list_groups(link, streams, gaps)) return;
  std::vector<GroupOfStream> all;
  std::vector<GroupOfStream> with_pending;
  for (auto* stream : streams) {
    for (auto& group : stream->groups) {
      all.push_back({stream, &group});
      if (group.pending_entries > 0) {
        with_pending.push_back(all.back());
      } else {
        group.dangling_pending = 0;
        group.dangling_exact = true;
      }
    }
  }
  const bool listed = list_consumers(link, all, options, gaps);
  for (const auto& [stream, group] : all) {
    if (stream->memory) stream->memory->consumers += consumers_bytes(*group);
  }
  std::vector<Bytes> pending_memory(with_pending.size());
  for (std::size_t i = 0; i < with_pending.size(); ++i)
    pending_memory[i] = pending_bytes(with_pending[i].group->pending_entries, 1);
  const bool seen = listed && look_at_pending(link, with_pending, gaps, pending_memory);
  for (std::size_t i = 0; i < with_pending.size(); ++i) {
    if (with_pending[i].stream->memory)
      with_pending[i].stream->memory->pending += pending_memory[i];
  }
  if (!seen) return;
  DanglingCounter counter{link, options, pending_spent};
  for (const auto& [stream, group] : with_pending) {
    if (auto counted = counter.count(*stream, *group); !counted) {
      gaps.add(say("dangling pending entries", "entradas pendientes colgantes"), counted.error());
      break;
    }
  }
}

}  // namespace plimsoll
