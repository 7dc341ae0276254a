#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "census/store.h"

namespace plimsoll {

/// "1700000000000-5". The first half is milliseconds only when the producer let the server make the
/// id.
struct StreamId {
  std::uint64_t ms = 0;
  std::uint64_t sequence = 0;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

struct Consumer {
  std::string name;
  std::int64_t pending_entries = 0;
  std::optional<Seconds> idle;  ///< since its last attempt (7.2+) or last successful read (before)
  std::optional<Seconds> inactive;  ///< since its last successful read; 7.2 and newer
};

struct ConsumerGroup {
  std::string name;
  StreamId last_delivered;
  std::int64_t pending_entries = 0;
  std::optional<std::int64_t> entries_read;
  std::optional<std::int64_t>
      lag;  ///< what the server says; nil is empty; after a trim it can read too high
  std::optional<StreamId> oldest_pending;
  std::optional<std::int64_t>
      dangling_pending;  ///< delivered ids whose entry is gone: counted where it was affordable
  bool dangling_exact = false;  ///< false: a lower bound
  std::int64_t consumer_count = 0;
  std::vector<Consumer> consumers;  ///< at most 1000, those with the longest idle first
};

/// What a stream's memory is made of, by our own model (REDIS_DOCKER §1.1): MEMORY USAGE overstates
/// the pending entries six times and more.
struct StreamMemory {
  Bytes live;
  Bytes pending;
  Bytes consumers;
  Bytes total() const { return live + pending + consumers; }
};

struct Stream {
  std::string key;
  int database = 0;
  std::int64_t length = 0;
  std::optional<std::int64_t> entries_added;  ///< since its creation; 7.0 and newer
  std::optional<StreamId> first_id, last_id;  ///< of entries present; empty when there is none
  StreamId last_generated;
  std::optional<StreamId> max_deleted;  ///< 7.0 and newer
  std::int64_t radix_tree_keys = 0;     ///< nodes of entries (listpacks)
  std::int64_t radix_tree_nodes = 0;
  std::optional<Bytes> entry_bytes;  ///< mean of one entry in memory, sampled
  std::optional<StreamMemory> memory;
  std::optional<GrowthRate> growth;  ///< of the stream itself: zero where a cap holds it
  std::optional<GrowthRate> writes;  ///< of what is written to it, whatever is trimmed meanwhile
  std::vector<ConsumerGroup> groups;
  std::optional<Seconds> ttl;                          ///< empty: none
  std::optional<std::int64_t> added_between_samples;   ///< entries-added now less a moment ago
  std::optional<std::int64_t> length_between_samples;  ///< length now less a moment ago
};

/// Keys that share a prefix up to the first variable part: "metadata:ticker:*". From a sample when
/// `scale` > 1.
struct KeyFamily {
  std::string pattern;
  int database = 0;
  std::string type;       ///< "string", "hash", …; "mixed"
  std::int64_t keys = 0;  ///< estimated for the whole database
  Bytes bytes;            ///< likewise
  std::int64_t without_ttl = 0;
  std::int64_t sampled = 0;  ///< keys really looked at
  bool bytes_known = true;   ///< false: MEMORY USAGE was refused, and `bytes` says nothing
};

struct BigKey {
  std::string key;
  int database = 0;
  std::string type;
  Bytes bytes;
  std::optional<std::int64_t> elements;
  std::optional<Seconds> ttl;
};

struct Keyspace {
  int database = 0;
  std::int64_t keys = 0;
  std::int64_t expires = 0;
};

struct RedisCensus {
  std::string target;
  Instant taken_at{};
  std::string server_name;  ///< "redis" or "valkey"
  std::string version;      ///< of that server: Valkey's own, not the redis_version it also reports
  std::string run_id;
  std::string role;  ///< "master", "slave"
  bool cluster = false;
  std::optional<Seconds> uptime;
  std::optional<Bytes> used_memory, used_memory_peak, used_memory_rss, used_memory_dataset,
      total_system_memory;
  SizeBound maxmemory = Unknown{};
  std::string maxmemory_policy;  ///< empty: not visible
  std::optional<double> allocator_frag_ratio;
  std::optional<Bytes> allocator_frag_bytes;
  std::optional<Bytes> clients_memory, replication_buffers, aof_buffer, scripts_memory, lua_memory;
  std::optional<std::int64_t> evicted_keys, expired_keys, flush_calls, connected_clients,
      rejected_connections;
  std::optional<double> ops_per_second;
  std::optional<bool> aof_enabled;
  std::optional<Bytes> aof_current_size, aof_base_size;
  std::optional<std::string> rdb_last_bgsave_status, aof_last_write_status;
  std::optional<Bytes> last_cow_size;
  std::optional<bool> password_required;  ///< false: we were let in without one
  std::optional<bool> protected_mode;     ///< CONFIG's answer, where visible
  std::string bind;                       ///< CONFIG's answer, where visible
  int node_max_entries = 100;  ///< stream-node-max-entries; the default where CONFIG is hidden
  std::vector<Keyspace> keyspaces;
  std::vector<Stream> streams;       ///< largest first
  std::vector<KeyFamily> families;   ///< largest first
  std::vector<BigKey> biggest_keys;  ///< largest first
  double scanned_share = 0;          ///< of all keys, 0…1
  std::optional<Bytes>
      overhead_bytes;  ///< the server's own: start-up, hash tables, clients, buffers, scripts
  std::optional<Bytes>
      unexplained_bytes;  ///< used_memory less streams, families and overhead_bytes; below zero
                          ///< where a sample overestimated
};

}  // namespace plimsoll
