#include <algorithm>

#include "base/text.h"
#include "census/stores.h"

namespace plimsoll {
namespace {

/// The size of the server's memory at which something gives way: its own maxmemory, else the limit
/// of its container, else the machine.
SizeBound memory_line(const Census& census, const RedisCensus& server) {
  if (!std::holds_alternative<Unbounded>(server.maxmemory)) return server.maxmemory;
  const Container* container = container_of(census, server);
  if (container != nullptr && !std::holds_alternative<Unbounded>(container->memory_limit)) {
    return container->memory_limit;
  }
  if (server.total_system_memory) return *server.total_system_memory;
  return Unbounded{};
}

/// The part of that line which one key may fill: what it holds and what nobody holds yet.
SizeBound key_line(const SizeBound& server_line, const RedisCensus& server,
                   const std::optional<Bytes>& bytes) {
  const Bytes* line = std::get_if<Bytes>(&server_line);
  if (line == nullptr) return server_line;
  if (!server.used_memory || !bytes) return Unknown{};
  return *bytes + std::max(Bytes{}, *line - *server.used_memory);
}

Bound bound_of(const RedisCensus& server, const Stream& stream) {
  if (stream.ttl) return {BoundKind::ttl, std::to_string(stream.ttl->count()) + " seconds", ""};
  const auto cap = stream_cap(stream, server.node_max_entries);
  if (cap) {
    return {BoundKind::stream_cap, std::to_string(cap->entries) + " entries",
            cap->certain ? "the writer (trimming seen)" : "the writer (inferred)"};
  }
  const bool never_trimmed = stream.entries_added && *stream.entries_added == stream.length;
  return {never_trimmed ? BoundKind::none : BoundKind::unknown, "", ""};
}

Store store_of(const RedisCensus& server, const Stream& stream, const SizeBound& line) {
  Store store;
  store.id = id_of(server, stream);
  store.kind = "stream";
  if (stream.memory) store.bytes = stream.memory->total();
  store.items = stream.length;
  store.items_exact = true;
  if (stream.first_id) store.oldest = instant_of_stream_id(*stream.first_id, server.taken_at);
  if (stream.last_id) store.newest = instant_of_stream_id(*stream.last_id, server.taken_at);
  store.growth = stream.growth;
  store.bound = bound_of(server, stream);
  store.line = key_line(line, server, store.bytes);
  return store;
}

Store store_of(const RedisCensus& server, const KeyFamily& family, const SizeBound& line) {
  Store store;
  store.id = redis_store_id(server, "key_family", family.database, family.pattern);
  store.kind = "key_family";
  store.bytes = family.bytes;
  store.items = family.keys;
  store.items_exact = family.keys == family.sampled;
  if (family.without_ttl == 0) store.bound = {BoundKind::ttl, "", "the writer"};
  store.line = key_line(line, server, store.bytes);
  return store;
}

Store store_of(const RedisCensus& server, const BigKey& key, const SizeBound& line) {
  Store store;
  store.id = redis_store_id(server, "key", key.database, key.key);
  store.kind = "key";
  store.bytes = key.bytes;
  store.items = key.elements;
  store.items_exact = key.elements.has_value();
  if (key.ttl) {
    store.bound = {BoundKind::ttl, std::to_string(key.ttl->count()) + " seconds", "the writer"};
  }
  store.line = key_line(line, server, store.bytes);
  return store;
}

/// A big key is a line of its own only where no stream and no family already counts it.
bool counted_elsewhere(const RedisCensus& server, const BigKey& key) {
  return key.type == "stream" ||
         std::any_of(server.families.begin(), server.families.end(), [&](const KeyFamily& family) {
           return family.database == key.database && matches_glob(family.pattern, key.key);
         });
}

Store memory_store(const RedisCensus& server, const SizeBound& line) {
  Store store;
  store.id = "redis/" + server.target + "/memory/used_memory";
  store.kind = "redis_memory";
  store.bytes = server.used_memory;
  if (std::holds_alternative<Unbounded>(server.maxmemory)) store.bound.kind = BoundKind::none;
  if (const auto* limit = std::get_if<Bytes>(&server.maxmemory)) {
    store.bound = {BoundKind::maxmemory, std::to_string(limit->count()), server.maxmemory_policy};
  }
  store.line = line;
  return store;
}

}  // namespace

void add_redis_stores(const Census& census, const RedisCensus& server, std::vector<Store>& stores) {
  const SizeBound line = memory_line(census, server);
  stores.push_back(memory_store(server, line));
  for (const Stream& stream : server.streams) stores.push_back(store_of(server, stream, line));
  for (const KeyFamily& family : server.families) {
    if (family.type != "stream") stores.push_back(store_of(server, family, line));
  }
  for (const BigKey& key : server.biggest_keys) {
    if (!counted_elsewhere(server, key)) stores.push_back(store_of(server, key, line));
  }
  if (server.unexplained_bytes) {
    Store rest;
    rest.id = "redis/" + server.target + "/unexplained/used_memory";
    rest.kind = "unexplained";
    rest.bytes = server.unexplained_bytes;
    stores.push_back(std::move(rest));
  }
}

}  // namespace plimsoll
