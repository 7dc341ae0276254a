#include <algorithm>

#include "tests/testing/census_builders.h"

namespace plimsoll {

StreamBuilder a_stream(std::string key) { return StreamBuilder{std::move(key)}; }
GroupBuilder a_group(std::string name) { return GroupBuilder{std::move(name)}; }
TableBuilder a_table(std::string name) { return TableBuilder{std::move(name)}; }
ContainerBuilder a_container(std::string name) { return ContainerBuilder{std::move(name)}; }

StreamBuilder::StreamBuilder(std::string key) {
  stream_.key = std::move(key);
  stream_.max_deleted = StreamId{};
  stream_.entry_bytes = Bytes{200};
  between(noon() - std::chrono::hours{1}, noon() - std::chrono::seconds{1});
  with_length(10);
}

StreamBuilder& StreamBuilder::with_length(std::int64_t length) {
  stream_.length = length;
  stream_.entries_added = length;
  stream_.radix_tree_nodes = length / 100 + 1;
  return with_bytes(Bytes{length * 200});
}

StreamBuilder& StreamBuilder::with_entries_added(std::int64_t count) {
  stream_.entries_added = count;
  return *this;
}

StreamBuilder& StreamBuilder::with_unknown_entries_added() {
  stream_.entries_added.reset();
  stream_.max_deleted.reset();
  return *this;
}

StreamBuilder& StreamBuilder::with_deleted_up_to(StreamId id) {
  stream_.max_deleted = id;
  return *this;
}

StreamBuilder& StreamBuilder::with_bytes(Bytes live, Bytes pending) {
  stream_.memory = StreamMemory{live, pending, {}};
  if (stream_.length > 0) stream_.entry_bytes = Bytes{live.count() / stream_.length};
  return *this;
}

StreamBuilder& StreamBuilder::with_unknown_bytes() {
  stream_.memory.reset();
  stream_.entry_bytes.reset();
  return *this;
}

StreamBuilder& StreamBuilder::with_growth(double bytes_per_day, double items_per_day) {
  stream_.growth = GrowthRate{bytes_per_day, items_per_day, Days{1}, GrowthSource::stream_ids};
  return *this;
}

StreamBuilder& StreamBuilder::between(Instant first, Instant last) {
  stream_.first_id = id_at(first);
  stream_.last_id = id_at(last);
  stream_.last_generated = id_at(last);
  return *this;
}

StreamBuilder& StreamBuilder::between_samples(std::int64_t added, std::int64_t longer) {
  stream_.added_between_samples = added;
  stream_.length_between_samples = longer;
  return *this;
}

StreamBuilder& StreamBuilder::with_nodes(std::int64_t nodes) {
  stream_.radix_tree_nodes = nodes;
  return *this;
}

StreamBuilder& StreamBuilder::with_ttl(Seconds ttl) {
  stream_.ttl = ttl;
  return *this;
}

StreamBuilder& StreamBuilder::with_group(ConsumerGroup group) {
  stream_.groups.push_back(std::move(group));
  return *this;
}

GroupBuilder::GroupBuilder(std::string name) {
  group_.name = std::move(name);
  group_.last_delivered = id_at(noon() - std::chrono::seconds{1});
  group_.entries_read = 10;
  group_.lag = 0;
  group_.dangling_pending = 0;
  group_.dangling_exact = true;
}

GroupBuilder& GroupBuilder::delivered_up_to(StreamId id) {
  group_.last_delivered = id;
  return *this;
}

GroupBuilder& GroupBuilder::with_read(std::int64_t entries) {
  group_.entries_read = entries;
  return *this;
}

GroupBuilder& GroupBuilder::with_lag(std::optional<std::int64_t> lag) {
  group_.lag = lag;
  return *this;
}

GroupBuilder& GroupBuilder::with_pending(std::int64_t entries, std::optional<StreamId> oldest) {
  group_.pending_entries = entries;
  group_.oldest_pending = oldest;
  return *this;
}

GroupBuilder& GroupBuilder::with_dangling(std::int64_t entries, bool exact) {
  group_.dangling_pending = entries;
  group_.dangling_exact = exact;
  return *this;
}

GroupBuilder& GroupBuilder::with_consumer(std::string name, Seconds idle, std::int64_t pending) {
  group_.consumers.push_back({std::move(name), pending, idle, std::nullopt});
  ++group_.consumer_count;
  return *this;
}

TableBuilder::TableBuilder(std::string name) {
  table_.schema = "public";
  table_.name = std::move(name);
  table_.kind = "table";
  table_.bytes = 16_KiB;
  table_.rows = 10;
  table_.growth = GrowthRate{0.0, 0.0, Days{30}, GrowthSource::tuple_counters};
  table_.index_count = 1;
  written(0);
  scanned(100, 100);
  with_dead_tuples(0, 10);
}

TableBuilder& TableBuilder::in_schema(std::string schema) {
  table_.schema = std::move(schema);
  return *this;
}

TableBuilder& TableBuilder::with_bytes(Bytes bytes) {
  table_.bytes = bytes;
  return *this;
}

TableBuilder& TableBuilder::with_unknown_bytes() {
  table_.bytes.reset();
  return *this;
}

TableBuilder& TableBuilder::with_rows(std::int64_t rows, bool exact) {
  table_.rows = rows;
  table_.rows_exact = exact;
  return *this;
}

TableBuilder& TableBuilder::with_time(std::string column, Instant oldest, Instant newest,
                                      std::string type, bool indexed) {
  table_.time = TimeColumn{std::move(column), std::move(type), indexed, oldest, newest, indexed};
  return *this;
}

TableBuilder& TableBuilder::with_growth(double bytes_per_day, double items_per_day,
                                        GrowthSource source) {
  table_.growth = GrowthRate{bytes_per_day, items_per_day, Days{13}, source};
  return *this;
}

TableBuilder& TableBuilder::with_unknown_growth() {
  table_.growth.reset();
  return *this;
}

TableBuilder& TableBuilder::written(std::int64_t inserted, std::int64_t updated,
                                    std::int64_t deleted) {
  table_.inserted = inserted;
  table_.updated = updated;
  table_.deleted = deleted;
  return *this;
}

TableBuilder& TableBuilder::with_unknown_activity() {
  table_.inserted.reset();
  table_.updated.reset();
  table_.deleted.reset();
  table_.sequential_scans.reset();
  table_.index_scans.reset();
  table_.live_tuples.reset();
  table_.dead_tuples.reset();
  return *this;
}

TableBuilder& TableBuilder::scanned(std::int64_t sequential, std::int64_t by_index) {
  table_.sequential_scans = sequential;
  table_.index_scans = by_index;
  return *this;
}

TableBuilder& TableBuilder::with_dead_tuples(std::int64_t dead, std::int64_t live) {
  table_.dead_tuples = dead;
  table_.live_tuples = live;
  return *this;
}

TableBuilder& TableBuilder::as_hypertable(Seconds interval, Instant oldest, Instant newest) {
  Hypertable hypertable;
  hypertable.time_column = "time";
  hypertable.chunk_interval = interval;
  const auto aligned = [&](Instant instant) {
    const auto since = std::chrono::duration_cast<Seconds>(instant.time_since_epoch());
    return Instant{since / interval * interval};
  };
  for (Instant start = aligned(oldest); start <= newest; start += interval) {
    Chunk chunk;
    chunk.name =
        "_timescaledb_internal._hyper_1_" + std::to_string(hypertable.chunks.size() + 1) + "_chunk";
    chunk.range_start = start;
    chunk.range_end = start + interval;
    hypertable.chunks.push_back(std::move(chunk));
  }
  // Each chunk holds its share of the stretch that has rows: the first and last are partial.
  const double stretch = std::chrono::duration<double>(newest - oldest).count();
  for (Chunk& chunk : hypertable.chunks) {
    const Instant first = std::max(oldest, std::get<Instant>(chunk.range_start));
    const Instant last = std::min(newest, std::get<Instant>(chunk.range_end));
    const double share =
        stretch > 0 ? std::chrono::duration<double>(last - first).count() / stretch : 1;
    if (table_.bytes) {
      chunk.bytes =
          Bytes{static_cast<std::int64_t>(static_cast<double>(table_.bytes->count()) * share)};
    }
  }
  with_time("time", oldest, newest);
  return with_hypertable(std::move(hypertable));
}

TableBuilder& TableBuilder::with_hypertable(Hypertable hypertable) {
  table_.kind = "hypertable";
  table_.shape = std::move(hypertable);
  return *this;
}

TableBuilder& TableBuilder::with_partitions(PartitionedTable partitions) {
  table_.kind = "partitioned_table";
  table_.shape = std::move(partitions);
  return *this;
}

ContainerBuilder::ContainerBuilder(std::string name) {
  container_.id = name + "-0123456789abcdef";
  container_.image = name + ":latest";
  container_.name = std::move(name);
  container_.state = "running";
  container_.pid = 4242;
  container_.started_at = noon() - Days{10};
  container_.restart_policy = "unless-stopped";
  container_.memory_reservation = Unbounded{};
  container_.oom_kills = 0;
  with_limit(4_GiB);
  with_working_set(100_MiB);
  with_log("json-file", {{"max-size", "10m"}, {"max-file", "3"}}, 5_MiB);
}

ContainerBuilder& ContainerBuilder::from_image(std::string image) {
  container_.image = std::move(image);
  return *this;
}

ContainerBuilder& ContainerBuilder::with_limit(SizeBound limit) {
  container_.memory_limit = limit;
  return *this;
}

ContainerBuilder& ContainerBuilder::with_working_set(std::optional<Bytes> bytes) {
  container_.memory.working_set = bytes;
  container_.memory.usage = bytes;
  return *this;
}

ContainerBuilder& ContainerBuilder::with_log(std::string driver,
                                             std::map<std::string, std::string> options,
                                             std::optional<Bytes> bytes) {
  container_.log_driver = std::move(driver);
  container_.log_options = std::move(options);
  container_.log_bytes = bytes;
  return *this;
}

ContainerBuilder& ContainerBuilder::with_cpu(double share) {
  container_.cpu_share = share;
  return *this;
}

ContainerBuilder& ContainerBuilder::publishing(std::string address) {
  container_.published_addresses.push_back(std::move(address));
  return *this;
}

ContainerBuilder& ContainerBuilder::restarted(std::int64_t times, std::string state) {
  container_.restart_count = times;
  container_.state = std::move(state);
  return *this;
}

ContainerBuilder& ContainerBuilder::oom_killed(std::optional<std::int64_t> times) {
  container_.oom_killed = true;
  container_.oom_kills = times;
  return *this;
}

}  // namespace plimsoll
