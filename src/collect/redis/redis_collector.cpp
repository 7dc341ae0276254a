#include "collect/redis/redis_collector.h"

#include <algorithm>

#include "base/text.h"
#include "collect/redis/gap_list.h"
#include "collect/redis/key_collector.h"
#include "collect/redis/server_facts.h"
#include "collect/redis/stream_collector.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

Instant local_now() {
  return std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
}

/// The server's clock: stream ids are made by it. Ours where TIME is refused.
Instant server_now(redis::Link& link) {
  const auto reply = link.time();
  if (!reply || reply->elements.size() != 2) return local_now();
  const auto seconds = parse_int(reply->elements[0].text);
  const auto micros = parse_int(reply->elements[1].text);
  if (!seconds || !micros) return local_now();
  return instant_of_unix_seconds(*seconds) + std::chrono::microseconds{*micros};
}

bool is_transport(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::timed_out ||
         code == ErrorCode::malformed;
}

/// CONFIG is renamed or forbidden on many servers; what matters is in INFO too.
void read_config(redis::Link& link, GapList& gaps, RedisCensus& census) {
  const Text what = say("protected-mode, bind and stream-node-max-entries",
                        "protected-mode, bind y stream-node-max-entries");
  const auto replies = link.config_get({"protected-mode", "bind", "stream-node-max-entries"});
  if (!replies) return gaps.add(what, replies.error());
  for (const auto& reply : *replies) {
    if (reply.is_error()) return gaps.add(what, redis::server_error(reply.text, "CONFIG GET"));
    if (reply.elements.size() != 2) continue;  // this server has no such parameter
    const std::string& name = reply.elements[0].text;
    const std::string& value = reply.elements[1].text;
    if (name == "protected-mode") census.protected_mode = value == "yes";
    if (name == "bind") census.bind = value;
    if (name == "stream-node-max-entries") {
      const auto entries = parse_int(value);
      // 0 is no limit: a node closes by its bytes then.
      if (entries && *entries >= 0 && *entries <= 1'000'000)
        census.node_max_entries = *entries == 0 ? 1'000'000 : static_cast<int>(*entries);
    }
  }
}

/// What the parts add up to, and what is left of used_memory.
void balance(const InfoFields& info, RedisCensus& census) {
  census.overhead_bytes = server_overhead(info, census.keyspaces);
  if (!census.used_memory || !census.overhead_bytes) return;
  Bytes explained = *census.overhead_bytes;
  for (const auto& stream : census.streams) {
    if (!stream.memory) return;
    explained += stream.memory->total();
  }
  for (const auto& family : census.families) {
    if (!family.bytes_known) return;
    explained += family.bytes;
  }
  std::int64_t keys = 0;
  for (const auto& keyspace : census.keyspaces) keys += keyspace.keys;
  if (keys > 0 && census.scanned_share == 0) return;
  census.unexplained_bytes = *census.used_memory - explained;
}

class Collector {
 public:
  Collector(redis::Link& link, const RedisOptions& options)
      : link_{link}, options_{options}, gaps_{"redis/" + options.target} {}

  Result<RedisCollection> run() {
    RedisCensus& census = collection_.census;
    census.target = options_.target;
    census.taken_at = local_now();
    census.password_required = link_.password_required();
    auto text = link_.info();
    if (!text && is_transport(text.error().code)) return failure(std::move(text.error()));
    if (!text)
      gaps_.add(
          say("INFO: memory, keyspaces and version", "INFO: memoria, bases de datos y versión"),
          text.error());
    const InfoFields info = text ? parse_info(*text) : InfoFields{};
    read_server_facts(info, census);
    if (is_loading(info)) {
      gaps_.add(say("streams and keys", "streams y claves"),
                say("the server is loading its data from disk",
                    "el servidor está cargando sus datos del disco"),
                say("try again when it has finished", "inténtalo de nuevo cuando termine"));
    } else {
      read_config(link_, gaps_, census);
      if (!text) census.keyspaces = {{link_.database(), 0, 0}};  // at least the one we are in
      read_databases();
    }
    balance(info, census);
    collection_.target = Target{options_.target, TargetKind::redis, link_.address().shown(),
                                version(),       census.role,       true};
    collection_.gaps = gaps_.take();
    return std::move(collection_);
  }

 private:
  std::string version() const {
    const RedisCensus& census = collection_.census;
    return census.server_name == "valkey" ? "valkey " + census.version : census.version;
  }

  void read_databases() {
    RedisCensus& census = collection_.census;
    const int home = link_.database();
    std::int64_t all = 0;
    for (const auto& keyspace : census.keyspaces) all += keyspace.keys;
    std::int64_t seen = 0;
    StreamCollector streams{link_, options_, gaps_};
    for (const auto& keyspace : census.keyspaces) {
      if (auto there = enter(keyspace.database); !there) continue;
      const double share =
          all == 0 ? 1 : static_cast<double>(keyspace.keys) / static_cast<double>(all);
      const KeyLook look = collect_keys(link_, keyspace, share, options_, gaps_, census);
      seen += look.complete ? std::max(look.seen, keyspace.keys) : look.seen;
      streams.collect(keyspace.database, look, share, census.node_max_entries);
    }
    if (all > 0)
      census.scanned_share = std::min(1.0, static_cast<double>(seen) / static_cast<double>(all));
    std::sort(census.families.begin(), census.families.end(),
              [](const KeyFamily& a, const KeyFamily& b) { return b.bytes < a.bytes; });
    describe_biggest(link_, gaps_, census);
    streams.look_again(server_now(link_), census.node_max_entries);
    census.streams = streams.take();
    if (link_.database() != home) static_cast<void>(enter(home));
  }

  Result<void> enter(int database) {
    if (link_.database() == database) return {};
    auto selected = link_.select(database);
    if (!selected)
      gaps_.add(say("database {}", "base de datos {}", {std::int64_t{database}}), selected.error());
    return selected;
  }

  redis::Link& link_;
  const RedisOptions& options_;
  GapList gaps_;
  RedisCollection collection_;
};

}  // namespace

Result<RedisCollection> collect_redis(redis::Link& link, const RedisOptions& options) {
  return Collector{link, options}.run();
}

}  // namespace plimsoll
