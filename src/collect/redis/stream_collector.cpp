#include "collect/redis/stream_collector.h"

#include <algorithm>
#include <map>
#include <thread>
#include <unordered_set>

#include "base/text.h"
#include "collect/redis/parse.h"
#include "collect/redis/scan_pace.h"
#include "collect/redis/stream_group_collector.h"
#include "collect/redis/stream_growth.h"
#include "collect/redis/stream_memory.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

constexpr std::size_t kAtATime = 200;  // streams described together: bounds our own memory

Text the_streams(int database) {
  return say("streams of database {}", "streams de la base de datos {}", {std::int64_t{database}});
}

/// Where in the stream to look, and how much: five places, 6 entries each, fewer where the two ends
/// show that entries are large.
std::vector<redis::EntryRange> sample_ranges(const StreamDescription& description) {
  const Stream& stream = description.stream;
  std::size_t largest = 1;
  for (const auto& edge : description.edges) {
    std::size_t size = 0;
    for (const auto& value : edge.values) size += value.size();
    largest = std::max(largest, size);
  }
  constexpr std::size_t kTogether = 128 * 1024;
  if (stream.length <= 2 || !stream.first_id || !stream.last_id || largest > kTogether) return {};
  const int count = static_cast<int>(std::clamp<std::size_t>(kTogether / largest / 5, 1, 6));
  std::vector<redis::EntryRange> ranges{{stream.key, "-", "+", count, false},
                                        {stream.key, "-", "+", count, true}};
  const std::uint64_t span = stream.last_id->ms - std::min(stream.last_id->ms, stream.first_id->ms);
  for (std::uint64_t quarter = 1; quarter <= 3 && span >= 4; ++quarter) {
    ranges.push_back(
        {stream.key, std::to_string(stream.first_id->ms + span / 4 * quarter), "+", count, false});
  }
  return ranges;
}

struct Sampled {
  StreamDescription description;
  std::vector<StreamEntry> entries;
};

/// A sample that fails leaves the two ends to estimate by.
void sample_entries(redis::Link& link, std::vector<Sampled>& streams, GapList& gaps) {
  std::vector<redis::EntryRange> ranges;
  std::vector<Sampled*> owners;
  for (auto& one : streams) {
    one.entries = one.description.edges;
    for (auto& range : sample_ranges(one.description)) {
      ranges.push_back(std::move(range));
      owners.push_back(&one);
    }
  }
  const auto replies = link.xrange(ranges);
  if (!replies) {
    gaps.add(say("size of stream entries", "tamaño de las entradas de los streams"),
             replies.error());
    return;
  }
  for (std::size_t i = 0; i < owners.size(); ++i) {
    auto entries = parse_entries((*replies)[i]);
    if (!entries) continue;
    std::move(entries->begin(), entries->end(), std::back_inserter(owners[i]->entries));
  }
}

void read_time_to_live(redis::Link& link, const std::vector<std::string>& keys,
                       std::vector<Stream*>& streams, GapList& gaps) {
  const auto replies = link.time_to_live(keys);
  if (!replies) {
    gaps.add(say("time to live of streams", "caducidad de los streams"), replies.error());
    return;
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    if (reply.is_integer() && reply.integer >= 0) streams[i]->ttl = Seconds{reply.integer / 1000};
  }
}

}  // namespace

/// All streams' keys, by SCAN TYPE in steps that keep below 2 ms.
std::vector<std::string> StreamCollector::find(const KeyLook& look, double share) {
  const auto budget = std::chrono::duration_cast<std::chrono::milliseconds>(
      options_.search_budget * std::clamp(share, 0.1, 1.0));
  const Deadline end = deadline_in(budget);
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;  // SCAN may name a key twice
  for (const auto& key : look.streams) {
    if (seen.insert(key).second) keys.push_back(key);
  }
  // 1.2 µs a key; beyond 400 keys a step they fall out of the server's cache and cost it half more.
  ScanPace pace{400, 100, 400};
  redis::ScanStep step{look.cursor, pace.count(), "stream"};
  if (look.complete) return keys;
  const auto incomplete = [&](Text why) {
    gaps_.add(the_streams(link_.database()), std::move(why),
              say("an exhaustive census (--exact) looks at all",
                  "un censo exhaustivo (--exact) los mira todos"));
  };
  do {
    const auto begun = std::chrono::steady_clock::now();
    const auto reply = link_.scan(step);
    if (!reply) {
      gaps_.add(the_streams(link_.database()), reply.error());
      return keys;
    }
    step.count = pace.after(std::chrono::steady_clock::now() - begun);
    if (reply->elements.size() != 2) break;
    step.cursor = reply->elements[0].text;
    for (const auto& key : reply->elements[1].elements) {
      if (seen.insert(key.text).second) keys.push_back(key.text);
    }
    if (options_.exhaustive) continue;
    if (keys.size() >= options_.most_streams) {
      incomplete(say("there are more than {}", "hay más de {}",
                     {static_cast<std::int64_t>(options_.most_streams)}));
      break;
    }
    if (std::chrono::steady_clock::now() >= end && step.cursor != "0") {
      incomplete(say("the search stopped after {}", "la búsqueda se detuvo tras {}",
                     {std::chrono::ceil<Seconds>(budget)}));
      break;
    }
  } while (step.cursor != "0");
  return keys;
}

void StreamCollector::collect(int database, const KeyLook& look, double share,
                              int node_max_entries) {
  const auto keys = find(look, share);
  for (std::size_t done = 0; done < keys.size(); done += kAtATime) {
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(done);
    const auto count = std::min(kAtATime, keys.size() - done);
    describe({begin, begin + static_cast<std::ptrdiff_t>(count)}, database, node_max_entries);
  }
  looked_at_ = std::chrono::steady_clock::now();
}

void StreamCollector::describe(const std::vector<std::string>& keys, int database,
                               int node_max_entries) {
  const auto replies = link_.xinfo_stream(keys);
  if (!replies) {
    gaps_.add(the_streams(database), replies.error());
    return;
  }
  std::vector<Sampled> sampled;
  std::vector<std::string> present;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const redis::Reply& reply = (*replies)[i];
    if (reply.is_error()) {
      auto error = redis::server_error(reply.text, "XINFO STREAM");
      // Deleted or replaced between SCAN and now: it is no stream any more.
      if (error.code != ErrorCode::conflict) gaps_.add(the_streams(database), error);
      continue;
    }
    auto description = parse_stream(reply);
    if (!description) {
      gaps_.add(say("stream '{}'", "stream '{}'", {printable(keys[i])}), description.error());
      continue;
    }
    description->stream.key = keys[i];
    description->stream.database = database;
    present.push_back(keys[i]);
    sampled.push_back({std::move(*description), {}});
  }
  sample_entries(link_, sampled, gaps_);

  const std::size_t first = streams_.size();
  for (auto& one : sampled) {
    Stream& stream = one.description.stream;
    stream.entry_bytes = mean_entry_bytes(stream, one.entries, node_max_entries);
    stream.memory = StreamMemory{live_bytes(stream, one.entries, node_max_entries), {}, {}};
    streams_.push_back(std::move(stream));
  }
  std::vector<Stream*> added;
  std::vector<Stream*> with_groups;
  for (std::size_t i = first; i < streams_.size(); ++i) {
    added.push_back(&streams_[i]);
    if (sampled[i - first].description.group_count > 0) with_groups.push_back(&streams_[i]);
  }
  read_time_to_live(link_, present, added, gaps_);
  collect_groups(link_, with_groups, options_, gaps_, pending_spent_);
}

void StreamCollector::look_again_at(int database, std::vector<Stream*>& streams, Instant now,
                                    int node_max_entries) {
  const auto between = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - looked_at_);
  std::vector<std::string> keys;
  for (const auto* stream : streams) keys.push_back(stream->key);
  const Text what =
      say("second look at the streams of database {}",
          "segunda mirada a los streams de la base de datos {}", {std::int64_t{database}});
  std::vector<redis::Reply> replies(keys.size());
  const auto selected = link_.database() == database ? Result<void>{} : link_.select(database);
  if (!selected) {
    gaps_.add(what, selected.error());
  } else if (auto answers = link_.xinfo_stream(keys)) {
    replies = std::move(*answers);
  } else {
    gaps_.add(what, answers.error());
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (const auto later = parse_stream(replies[i])) compare_looks(*streams[i], later->stream);
    streams[i]->writes = stream_writes(*streams[i], now, between);
    streams[i]->growth = stream_growth(*streams[i], now, between, node_max_entries);
  }
}

void StreamCollector::look_again(Instant now, int node_max_entries) {
  if (streams_.empty()) return;
  std::this_thread::sleep_until(looked_at_ + options_.sample_interval);
  std::map<int, std::vector<Stream*>> by_database;
  for (auto& stream : streams_) by_database[stream.database].push_back(&stream);
  for (auto& [database, streams] : by_database)
    look_again_at(database, streams, now, node_max_entries);
}

std::vector<Stream> StreamCollector::take() {
  std::sort(streams_.begin(), streams_.end(), [](const Stream& a, const Stream& b) {
    const auto size = [](const Stream& s) { return s.memory ? s.memory->total() : Bytes{}; };
    return size(a) != size(b) ? size(b) < size(a) : a.key < b.key;
  });
  return std::move(streams_);
}

}  // namespace plimsoll
