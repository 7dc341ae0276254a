#include "collect/redis/server_facts.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll {
namespace {

class Facts {
 public:
  explicit Facts(const InfoFields& info) : info_{info} {}

  std::string text(std::string_view name) const {
    const auto field = info_.find(name);
    return field == info_.end() ? std::string{} : field->second;
  }
  std::optional<std::string> word(std::string_view name) const {
    const auto field = info_.find(name);
    if (field == info_.end()) return std::nullopt;
    return field->second;
  }
  std::optional<std::int64_t> number(std::string_view name) const { return parse_int(text(name)); }
  std::optional<Bytes> bytes(std::string_view name) const {
    const auto value = number(name);
    return value ? std::optional{Bytes{*value}} : std::nullopt;
  }
  std::optional<double> decimal(std::string_view name) const { return parse_double(text(name)); }

 private:
  const InfoFields& info_;
};

void read_memory(const Facts& facts, RedisCensus& census) {
  census.used_memory = facts.bytes("used_memory");
  census.used_memory_peak = facts.bytes("used_memory_peak");
  census.used_memory_rss = facts.bytes("used_memory_rss");
  census.used_memory_dataset = facts.bytes("used_memory_dataset");
  census.total_system_memory = facts.bytes("total_system_memory");
  if (const auto line = facts.bytes("maxmemory")) {
    census.maxmemory = line->count() == 0 ? SizeBound{Unbounded{}} : SizeBound{*line};
  }
  census.maxmemory_policy = facts.text("maxmemory_policy");
  census.allocator_frag_ratio = facts.decimal("allocator_frag_ratio");
  census.allocator_frag_bytes = facts.bytes("allocator_frag_bytes");
  census.clients_memory = facts.bytes("mem_clients_normal");
  census.replication_buffers = facts.bytes("mem_total_replication_buffers");
  if (!census.replication_buffers) {  // 6.2 names the two parts only
    const auto slaves = facts.bytes("mem_clients_slaves");
    const auto backlog = facts.bytes("mem_replication_backlog");
    if (slaves && backlog) census.replication_buffers = *slaves + *backlog;
  }
  census.aof_buffer = facts.bytes("mem_aof_buffer");
  census.scripts_memory = facts.bytes("used_memory_scripts");
  census.lua_memory = facts.bytes("used_memory_lua");
}

void read_activity(const Facts& facts, RedisCensus& census) {
  census.evicted_keys = facts.number("evicted_keys");
  census.expired_keys = facts.number("expired_keys");
  census.connected_clients = facts.number("connected_clients");
  census.rejected_connections = facts.number("rejected_connections");
  census.ops_per_second = facts.decimal("instantaneous_ops_per_sec");
  // "calls=3,usec=…": a command that was never called has no line.
  std::int64_t flushes = 0;
  for (const auto* name : {"cmdstat_flushall", "cmdstat_flushdb"}) {
    const std::string line = facts.text(name);
    if (line.starts_with("calls="))
      flushes += parse_int(line.substr(6, line.find(',') - 6)).value_or(0);
  }
  // Without any cmdstat line the section was hidden, and none seen is not none done.
  const bool counted = facts.word("cmdstat_info") || facts.word("cmdstat_ping");
  if (counted || flushes > 0) census.flush_calls = flushes;
}

void read_persistence(const Facts& facts, RedisCensus& census) {
  if (const auto on = facts.number("aof_enabled")) census.aof_enabled = *on == 1;
  census.aof_current_size = facts.bytes("aof_current_size");
  census.aof_base_size = facts.bytes("aof_base_size");
  census.rdb_last_bgsave_status = facts.word("rdb_last_bgsave_status");
  census.aof_last_write_status = facts.word("aof_last_write_status");
  census.last_cow_size = facts.bytes("rdb_last_cow_size");
}

/// More keys than a server can hold: a count beyond it is not one, and sums of what is below cannot overflow.
constexpr std::int64_t kMostKeys = std::int64_t{1} << 40;

/// "keys=12,expires=3,avg_ttl=0": its number named so; empty where there is none, or it is no count.
std::optional<std::int64_t> counted(std::string_view line, std::string_view name) {
  for (const auto part : split(line, ',')) {
    if (!part.starts_with(name) || part.size() <= name.size() || part[name.size()] != '=') continue;
    const auto count = parse_int(part.substr(name.size() + 1));
    return count && *count >= 0 && *count <= kMostKeys ? count : std::nullopt;
  }
  return std::nullopt;
}

/// A hash table's slots are a power of two, one pointer each.
std::int64_t table_bytes(std::int64_t keys) {
  if (keys <= 0) return 0;
  std::int64_t slots = 4;
  while (slots < keys && slots < kMostKeys) slots *= 2;
  return slots * 8;
}

}  // namespace

void read_server_facts(const InfoFields& info, RedisCensus& census) {
  const Facts facts{info};
  const auto valkey = facts.word("valkey_version");
  census.server_name = valkey ? "valkey" : facts.word("server_name").value_or("redis");
  // Valkey goes on saying redis_version:7.2.4 for its clients' sake.
  census.version = valkey ? *valkey : facts.text("redis_version");
  census.run_id = facts.text("run_id");
  census.role = facts.text("role");
  census.cluster = facts.text("cluster_enabled") == "1";
  if (const auto up = facts.number("uptime_in_seconds")) census.uptime = Seconds{*up};
  read_memory(facts, census);
  read_activity(facts, census);
  read_persistence(facts, census);
  for (const auto& [name, value] : info) {
    if (!name.starts_with("db")) continue;
    const auto number = parse_int(std::string_view{name}.substr(2));
    if (!number || *number < 0 || *number > 1'000'000) continue;
    const auto keys = counted(value, "keys");
    const auto expires = counted(value, "expires");
    if (keys && expires)
      census.keyspaces.push_back(Keyspace{static_cast<int>(*number), *keys, *expires});
  }
  std::sort(census.keyspaces.begin(), census.keyspaces.end(),
            [](const Keyspace& a, const Keyspace& b) { return a.database < b.database; });
}

std::optional<Bytes> server_overhead(const InfoFields& info,
                                     const std::vector<Keyspace>& keyspaces) {
  const Facts facts{info};
  const auto startup = facts.bytes("used_memory_startup");
  if (!startup) return std::nullopt;
  Bytes sum = *startup;
  for (const auto* name : {"mem_clients_normal", "mem_aof_buffer", "used_memory_scripts",
                           "mem_total_replication_buffers", "mem_cluster_links"}) {
    sum += facts.bytes(name).value_or(Bytes{});
  }
  for (const auto& keyspace : keyspaces) {
    // An expiring key has an entry in a second table, which MEMORY USAGE leaves out: 24 to 32 B.
    sum +=
        Bytes{table_bytes(keyspace.keys) + table_bytes(keyspace.expires) + 32 * keyspace.expires};
  }
  return sum;
}

bool is_loading(const InfoFields& info) {
  const auto loading = info.find("loading");
  return loading != info.end() && loading->second == "1";
}

}  // namespace plimsoll
