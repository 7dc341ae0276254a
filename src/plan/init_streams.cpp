#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "diagnose/stream_facts.h"
#include "diagnose/wording.h"
#include "plan/group_floor.h"
#include "plan/init_rules.h"
#include "policy/policy.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kLeast = 1000;
constexpr std::int64_t kMost = 10'000;  ///< of what is suggested without a reader that needs more
constexpr Seconds kAbandonedAfter{Days{7}};
constexpr Bytes kAnyOther = 64_MiB;

struct StreamDraft {
  std::int64_t maxlen = 0;
  bool orphan = false;
  bool dead_consumers = false;
  bool active = true;
  std::vector<Text> reasons;
};

/// Entries of the present ones at or after `id`, taking ids as spread evenly.
std::int64_t entries_from(const Stream& stream, StreamId id) {
  if (!stream.first_id || !stream.last_id || id <= *stream.first_id) return stream.length;
  if (id > *stream.last_id) return 0;
  const auto span = static_cast<double>(stream.last_id->ms - stream.first_id->ms);
  if (span <= 0) return stream.length;
  const double share = static_cast<double>(stream.last_id->ms - id.ms) / span;
  return std::min(stream.length, 1 + static_cast<std::int64_t>(
                                         std::ceil(share * static_cast<double>(stream.length))));
}

/// What the slowest live group has still to read or acknowledge; `holds_all`: the oldest entry is
/// among it.
struct Owed {
  std::int64_t entries = 0;
  bool holds_all = false;
};
Owed owed_by_readers(const Stream& stream) {
  const GroupFloor floor = group_floor(stream, kAbandonedAfter);
  Owed owed;
  if (!floor.floor) return owed;
  owed.holds_all = stream.first_id && *floor.floor <= *stream.first_id && stream.length > 0;
  owed.entries = entries_from(stream, *floor.floor);
  for (const ConsumerGroup& group : stream.groups) {
    const bool abandoned = std::find(floor.abandoned.begin(), floor.abandoned.end(), group.name) !=
                           floor.abandoned.end();
    // A lag can read too high after a trim: no more than what is there can still be read.
    if (!abandoned)
      owed.entries = std::max(owed.entries, std::min(group.lag.value_or(0), stream.length));
  }
  return owed;
}

std::int64_t doubled(std::int64_t count) { return count > INT64_MAX / 4 ? count : count * 2; }

/// About a day's entries, in round numbers.
std::int64_t of_a_day(const Stream& stream) {
  const auto& rate = stream.writes && stream.writes->items_per_day ? stream.writes : stream.growth;
  if (!rate || !rate->items_per_day || *rate->items_per_day >= 1e9) return kMost;
  const auto day = std::llround(std::max(1.0, *rate->items_per_day));
  return std::clamp(rounded_up(day), kLeast, kMost);
}

/// The number its trim leaves, where its length shows one.
void keep_cap(StreamDraft& draft, const Stream& stream, const StreamCap& cap) {
  const bool round = cap.entries >= kLeast &&
                     (cap.entries != stream.length || rounded_up(cap.entries) == cap.entries);
  draft.maxlen = round ? cap.entries : std::max(kLeast, rounded_up(doubled(stream.length)));
  draft.reasons.push_back(
      round ? say("it is held at this now", "ahora se mantiene en esto")
            : say("something trims it, by no round number: twice what it holds",
                  "algo lo recorta, sin un número redondo: el doble de lo que tiene"));
}

void suggest_cap(StreamDraft& draft, const Stream& stream, const Owed& owed) {
  const std::int64_t day = of_a_day(stream);
  const std::int64_t readers = owed.entries > 0 ? rounded_up(doubled(owed.entries)) : 0;
  draft.maxlen = std::max({kLeast, day, readers});
  draft.reasons.push_back(
      readers > day
          ? say("nothing bounds it; twice the {} its slowest group has still to read or "
                "acknowledge",
                "nada lo limita; el doble de las {} que a su grupo más lento le quedan por "
                "leer o confirmar",
                {counted(owed.entries, kEntries)})
          : say("nothing bounds it; about a day of entries, 1,000 to 10,000",
                "nada lo limita; las entradas de un día, entre 1.000 y 10.000"));
}

Text held_now(const Stream& stream, std::int64_t maxlen) {
  const auto bytes = bytes_of(stream);
  const Text now = bytes ? say("{}, {}", "{}, {}", {counted(stream.length, kEntries), *bytes})
                         : counted(stream.length, kEntries);
  if (!stream.entry_bytes || stream.entry_bytes->count() <= 0) return now;
  const double then =
      static_cast<double>(maxlen) * static_cast<double>(stream.entry_bytes->count());
  if (then >= 9e18) return now;
  return say("{} now; at most about {}", "{} ahora; como mucho, unos {}",
             {now, Bytes{std::llround(then)}});
}

StreamDraft draft_of(const InitScene& scene, const RedisCensus& server, const Stream& stream) {
  const ResourceId id = id_of(server, stream);
  StreamDraft draft;
  const Owed owed = owed_by_readers(stream);
  if (const auto cap = stream_cap(stream, server.node_max_entries)) {
    keep_cap(draft, stream, *cap);
  } else {
    suggest_cap(draft, stream, owed);
  }
  if (owed.holds_all && stream.length > draft.maxlen + server.node_max_entries) {
    draft.maxlen = rounded_up(stream.length);
    draft.reasons.push_back(
        say("its oldest entry is still owed to a reader, so it may hold all it has",
            "un lector aún debe su entrada más antigua, así que puede tenerlas todas"));
  }
  draft.reasons.push_back(held_now(stream, draft.maxlen));
  draft.orphan = scene.found(Rule::stream_orphan, id);
  draft.dead_consumers = scene.found(Rule::consumers_dead, id);
  if (draft.orphan)
    draft.reasons.push_back(
        say("nobody writes it any more: it goes in a day. orphan: keep leaves it",
            "ya nadie lo escribe: se irá en un día. orphan: keep lo deja"));
  if (server.role == "slave") {
    draft.active = false;
    draft.reasons.push_back(say("this server is a replica: its master keeps the bound",
                                "este servidor es una réplica: el límite lo pone su maestro"));
  }
  return draft;
}

std::string value_of(const StreamDraft& draft) {
  std::string value = "{ maxlen: " + std::to_string(draft.maxlen);
  if (draft.orphan) value += ", orphan: { expire: 1d }";
  if (draft.dead_consumers) value += ", dead_consumers: 1d";
  return value + " }";
}

/// Keys of one name in several databases or servers share their rule: the wider one.
void merge(StreamDraft& into, const StreamDraft& other) {
  into.orphan = into.orphan || other.orphan;
  into.dead_consumers = into.dead_consumers || other.dead_consumers;
  into.active = into.active && other.active;
  into.maxlen = std::max(into.maxlen, other.maxlen);
  into.reasons.insert(into.reasons.end(), other.reasons.begin(), other.reasons.end());
}

/// For those to come, and for those that have no rule of their own.
DraftedRule any_other(const InitScene& scene, const std::map<std::string, StreamDraft>& drafts) {
  Bytes largest;
  for (const auto& server : scene.census.redis) {
    for (const Stream& stream : server.streams) {
      const auto at = drafts.find(pattern_of(stream.key));
      if (at != drafts.end() && at->second.active) continue;
      largest = std::max(largest, bytes_of(stream).value_or(Bytes{}));
    }
  }
  const Bytes most =
      largest <= kAnyOther ? kAnyOther : rounded_up(largest, 2, kAnyOther).value_or(largest);
  return {"*",
          "{ max_bytes: " + size_text(most) + " }",
          {say("all others, and those to come", "los demás, y los que vengan")},
          true};
}

bool means_another(const std::string& pattern, const InitScene& scene,
                   const std::map<std::string, StreamDraft>& drafts) {
  if (pattern.find_first_of("*?") == std::string::npos) return false;
  if (pattern.find_first_not_of('*') == std::string::npos) return true;
  return std::any_of(
      scene.census.redis.begin(), scene.census.redis.end(), [&](const RedisCensus& server) {
        return std::any_of(server.streams.begin(), server.streams.end(), [&](const Stream& other) {
          return drafts.count(pattern_of(other.key)) == 0 && matches_glob(pattern, other.key);
        });
      });
}

}  // namespace

std::vector<DraftedRule> draft_streams(const InitScene& scene) {
  std::vector<std::string> order;
  std::map<std::string, StreamDraft> drafts;
  for (const auto& server : scene.census.redis) {
    for (const Stream& stream : server.streams) {
      if (stream.ttl || stream.key.empty()) continue;  // one goes by itself, the other has no name
      const std::string pattern = pattern_of(stream.key);
      const auto [at, is_new] = drafts.emplace(pattern, draft_of(scene, server, stream));
      if (is_new) {
        order.push_back(pattern);
      } else {
        merge(at->second, draft_of(scene, server, stream));
      }
    }
  }
  std::vector<DraftedRule> rules;
  for (const std::string& pattern : order) {
    StreamDraft& draft = drafts.at(pattern);
    if (rules.size() >= kMostRules || pattern.size() > kLongestName) draft.active = false;
    if (draft.active && means_another(pattern, scene, drafts)) {
      draft.active = false;
      draft.reasons.push_back(say("as a pattern its name means others too",
                                  "como patrón, su nombre vale también para otros"));
    }
    rules.push_back({pattern, value_of(draft), draft.reasons, draft.active});
  }
  const bool replica =
      std::any_of(scene.census.redis.begin(), scene.census.redis.end(),
                  [](const RedisCensus& server) { return server.role == "slave"; });
  if (!scene.census.redis.empty() && !replica) rules.push_back(any_other(scene, drafts));
  return rules;
}

std::vector<DraftedRule> draft_keys(const InitScene& scene) {
  std::map<std::string, DraftedRule> rules;
  for (const auto& server : scene.census.redis) {
    for (const KeyFamily& family : server.families) {
      const ResourceId id = redis_store_id(server, "key_family", family.database, family.pattern);
      if (!scene.found(Rule::keys_without_ttl, id)) continue;
      const std::string pattern = pattern_of(family.pattern);
      rules[pattern] = {pattern,
                        "{ ttl: 24h }",
                        {say("{} keys that never expire, {}; or {{ keep: forever }}",
                             "{} claves que no caducan nunca, {}; o {{ keep: forever }}",
                             {family.without_ttl, family.bytes})},
                        false};
    }
  }
  std::vector<DraftedRule> listed;
  for (auto& [pattern, rule] : rules) listed.push_back(std::move(rule));
  return listed;
}

}  // namespace plimsoll
