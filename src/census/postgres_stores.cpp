#include "census/stores.h"

namespace plimsoll {
namespace {

bool keeps(const Job& job, const Table& table) {
  return job.procedure == "policy_retention" &&
         (job.hypertable == table.qualified() ||
          (table.aggregate_view && job.hypertable == *table.aggregate_view));
}

/// Rows come and none go: by the measured slope, else by the counters.
std::optional<bool> grows(const Table& table) {
  if (table.growth && table.growth->bytes_per_day) return *table.growth->bytes_per_day > 0;
  if (table.growth && table.growth->items_per_day) return *table.growth->items_per_day > 0;
  if (table.inserted) return *table.inserted > table.deleted.value_or(0);
  return std::nullopt;
}

Bound bound_of(const PostgresCensus& server, const Table& table) {
  const bool can_run = !server.timescale || server.timescale->edition != TimescaleEdition::apache;
  for (const Job& job : server.jobs) {
    if (!keeps(job, table) || !job.scheduled || !can_run) continue;
    return {BoundKind::retention, job.window.value_or(""),
            "timescaledb job " + std::to_string(job.id)};
  }
  if (std::holds_alternative<Hypertable>(table.shape)) return {BoundKind::none, "", ""};
  const std::optional<bool> growing = grows(table);
  if (!growing) return {};
  return {*growing ? BoundKind::none : BoundKind::by_nature, "", ""};
}

/// What the disk still takes on top of what the store holds.
SizeBound disk_line(const PostgresCensus& server, const std::optional<Bytes>& bytes) {
  if (!server.free_disk || !bytes) return Unknown{};
  return *bytes + *server.free_disk;
}

void add_tables(const PostgresCensus& server, std::vector<Store>& stores) {
  for (const Table& table : server.tables) {
    Store store;
    store.id = id_of(server, table);
    store.kind = table.kind;
    store.bytes = table.bytes;
    store.items = table.rows;
    store.items_exact = table.rows_exact;
    if (table.time) {
      store.oldest = table.time->oldest;
      store.newest = table.time->newest;
    }
    store.growth = table.growth;
    store.bound = bound_of(server, table);
    store.line = disk_line(server, table.bytes);
    stores.push_back(std::move(store));
  }
}

Store part_of(const PostgresCensus& server, const std::string& kind, const std::string& name,
              std::optional<Bytes> bytes) {
  Store store;
  store.id = "postgres/" + server.target + "/" + kind + "/" + name;
  store.kind = kind;
  store.bytes = bytes;
  store.line = disk_line(server, bytes);
  return store;
}

void add_wal(const PostgresCensus& server, std::vector<Store>& stores) {
  Bound cap;
  if (std::holds_alternative<Unbounded>(server.wal.slot_cap)) cap.kind = BoundKind::none;
  if (const auto* bytes = std::get_if<Bytes>(&server.wal.slot_cap)) {
    cap = {BoundKind::retained_wal_cap, std::to_string(bytes->count()), "max_slot_wal_keep_size"};
  }
  if (server.wal.bytes) stores.push_back(part_of(server, "wal", "pg_wal", server.wal.bytes));
  for (const ReplicationSlot& slot : server.slots) {
    Store store = part_of(server, "replication_slot", slot.name, slot.retained_wal);
    store.bound = cap;
    stores.push_back(std::move(store));
  }
}

}  // namespace

void add_postgres_stores(const PostgresCensus& server, std::vector<Store>& stores) {
  add_tables(server, stores);
  add_wal(server, stores);
  for (const DirectoryUse& directory : server.directories) {
    Store store = part_of(server, "directory", directory.what, directory.bytes);
    store.items = directory.files;
    store.items_exact = directory.files.has_value();
    stores.push_back(std::move(store));
  }
  const auto add_known = [&](const char* kind, const std::optional<Bytes>& bytes) {
    if (bytes) stores.push_back(part_of(server, kind, server.database, bytes));
  };
  add_known("catalog", server.catalog_bytes);
  add_known("other_databases", server.other_databases_bytes);
  add_known("unexplained", server.unexplained_bytes);
}

}  // namespace plimsoll
