#include "collect/redis/key_collector.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "collect/redis/key_family.h"
#include "collect/redis/scan_pace.h"
#include "link/redis/key_scan.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

// Small enough that a page's keys are still in the server's cache when the questions about them
// come: with 700 keys a page the same questions cost it three times as much.
constexpr int kKeysOfAPage = 100;

bool larger(const BigKey& a, const BigKey& b) { return b.bytes < a.bytes; }

/// The largest seen so far: a heap with the smallest of them on top.
class Biggest {
 public:
  explicit Biggest(std::size_t most) : most_{most} {}
  bool wants(Bytes bytes) const {
    return most_ > 0 && (keys_.size() < most_ || keys_.front().bytes < bytes);
  }
  void add(BigKey key) {
    keys_.push_back(std::move(key));
    std::push_heap(keys_.begin(), keys_.end(), larger);
    if (keys_.size() <= most_) return;
    std::pop_heap(keys_.begin(), keys_.end(), larger);
    keys_.pop_back();
  }
  std::vector<BigKey> take() { return std::move(keys_); }

 private:
  std::size_t most_;
  std::vector<BigKey> keys_;
};

struct Totals {
  KeyFamilies families;
  Biggest biggest;
};

/// A refused question is one gap, however many keys it was asked of.
bool refused(const redis::Reply& reply, const Text& what, std::string_view command, GapList& gaps) {
  if (!reply.is_error()) return false;
  gaps.add(what, redis::server_error(reply.text, command));
  return true;
}

void add_key(Totals& totals, KeyLook& look, int database, redis::ScannedKey& key, GapList& gaps) {
  ++look.seen;
  if (key.type.text == "none") return;  // deleted or expired since SCAN named it
  if (key.type.text == "stream" && key.type.is_string()) {
    totals.families.add_stream(key.key);
    look.streams.push_back(std::move(key.key));
    return;
  }
  const bool untyped = refused(key.type, say("types of keys", "tipos de las claves"), "TYPE", gaps);
  refused(key.memory, say("memory of keys", "memoria de las claves"), "MEMORY USAGE", gaps);
  refused(key.ttl, say("time to live of keys", "caducidad de las claves"), "PTTL", gaps);
  KeyFacts one{key.key, untyped ? std::string_view{} : std::string_view{key.type.text}, {}, {}};
  if (key.memory.is_integer()) one.bytes = Bytes{key.memory.integer};
  if (key.ttl.is_integer()) one.has_ttl = key.ttl.integer >= 0;
  totals.families.add(one);
  if (!one.bytes || !totals.biggest.wants(*one.bytes)) return;
  totals.biggest.add({std::move(key.key), database, std::move(key.type.text), *one.bytes, {}, {}});
}

Result<void> walk(redis::KeyScan& scan, Totals& totals, KeyLook& look, int database, Deadline end,
                  bool exhaustive, GapList& gaps) {
  ScanPace pace{kKeysOfAPage, 25, kKeysOfAPage};
  while (!scan.finished()) {
    auto page = scan.next();
    if (!page) return failure(std::move(page.error()));
    for (auto& key : *page) add_key(totals, look, database, key, gaps);
    scan.set_count(pace.after(scan.last_step()));
    if (!exhaustive && std::chrono::steady_clock::now() >= end) scan.stop();
  }
  look.cursor = scan.cursor();
  look.complete = look.cursor == "0";
  return {};
}

}  // namespace

KeyLook collect_keys(redis::Link& link, const Keyspace& keyspace, double share,
                     const RedisOptions& options, GapList& gaps, RedisCensus& census) {
  const auto budget = std::chrono::duration_cast<std::chrono::milliseconds>(
      options.key_budget * std::clamp(share, 0.05, 1.0));
  KeyLook look;
  Totals totals{KeyFamilies{options.most_families}, Biggest{options.most_biggest_keys}};
  redis::KeyScan scan{link, kKeysOfAPage, [&](const std::string& key) {
                        const auto family = totals.families.expect(key);
                        // One key in eight of a family goes on telling whether it expires.
                        const bool sampled = std::hash<std::string>{}(key) % 8 == 0;
                        return redis::KeyQuestions{!family.ttl_known || sampled, family.known};
                      }};
  const auto walked =
      walk(scan, totals, look, keyspace.database, deadline_in(budget), options.exhaustive, gaps);
  if (!walked)
    gaps.add(say("keys of database {}", "claves de la base de datos {}",
                 {std::int64_t{keyspace.database}}),
             walked.error());
  double scale = 1;
  if (!look.complete && look.seen > 0 && keyspace.keys > look.seen)
    scale = static_cast<double>(keyspace.keys) / static_cast<double>(look.seen);
  for (auto& family : totals.families.finish(keyspace.database, scale))
    census.families.push_back(std::move(family));
  for (auto& key : totals.biggest.take()) census.biggest_keys.push_back(std::move(key));
  std::sort(census.biggest_keys.begin(), census.biggest_keys.end(), larger);
  if (census.biggest_keys.size() > options.most_biggest_keys)
    census.biggest_keys.resize(options.most_biggest_keys);
  return look;
}

void describe_biggest(redis::Link& link, GapList& gaps, RedisCensus& census) {
  for (const auto& keyspace : census.keyspaces) {
    std::vector<redis::Link::TypedKey> keys;
    std::vector<BigKey*> owners;
    for (auto& big : census.biggest_keys) {
      if (big.database != keyspace.database) continue;
      keys.push_back({big.key, big.type});
      owners.push_back(&big);
    }
    if (keys.empty()) continue;
    const auto selected =
        link.database() == keyspace.database ? Result<void>{} : link.select(keyspace.database);
    const auto counts = selected ? link.element_counts(keys)
                                 : Result<std::vector<redis::Reply>>{failure(selected.error())};
    if (!counts) {
      gaps.add(say("elements of the biggest keys", "elementos de las claves más grandes"),
               counts.error());
      return;
    }
    std::vector<std::string> names;
    for (const auto& key : keys) names.push_back(key.key);
    const auto ttls = link.time_to_live(names);
    for (std::size_t i = 0; i < owners.size(); ++i) {
      if ((*counts)[i].is_integer()) owners[i]->elements = (*counts)[i].integer;
      if (ttls && (*ttls)[i].is_integer() && (*ttls)[i].integer >= 0)
        owners[i]->ttl = Seconds{(*ttls)[i].integer / 1000};
    }
  }
}

}  // namespace plimsoll
