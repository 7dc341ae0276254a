#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "census/postgres.h"
#include "census/redis.h"
#include "census/table_definition.h"

// What a step does, as values: one struct a kind of change. Every name is the server's own, raw;
// whoever writes SQL quotes it. `target` of the step says which server.
namespace plimsoll {

/// A value of the partition key's type, as an Instant whatever the type: `type` says how it is
/// written. An integer epoch has `units_per_second` (1, 1000, …); a date is cut to its day.
struct TimeAxis {
  std::string column;
  std::string type;                   ///< "timestamptz", "timestamp", "date", "bigint", "integer"
  std::int64_t units_per_second = 0;  ///< integers only
  friend bool operator==(const TimeAxis&, const TimeAxis&) = default;
};

/// [begin, end) of a partition or chunk.
struct TimeRange {
  std::optional<Instant> begin;  ///< empty: MINVALUE
  Instant end{};
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

struct NamedRange {
  TableName name;
  TimeRange range;
  std::optional<Bytes> bytes;
  friend bool operator==(const NamedRange&, const NamedRange&) = default;
};

// ---- PostgreSQL and TimescaleDB

/// Community licence: the retention job made equal to the policy. A job of another window is
/// replaced, in one transaction.
struct SetRetentionPolicy {
  TableName table;  ///< of a continuous aggregate: its own name
  Seconds drop_after{};
  std::optional<std::int64_t> integer_drop_after;  ///< where time is an integer
  std::optional<int> replaces_job;
  friend bool operator==(const SetRetentionPolicy&, const SetRetentionPolicy&) = default;
};
struct SetCompressionPolicy {
  TableName table;
  Seconds compress_after{};
  std::string segment_by, order_by;  ///< empty: as the table has it
  std::optional<int> replaces_job;
  friend bool operator==(const SetCompressionPolicy&, const SetCompressionPolicy&) = default;
};
/// Future chunks only.
struct SetChunkInterval {
  TableName table;
  Seconds interval{};
  std::int64_t integer_interval = 0;  ///< where time is an integer
  friend bool operator==(const SetChunkInterval&, const SetChunkInterval&) = default;
};
/// Whole chunks, oldest first, each in a transaction of its own.
struct DropChunks {
  TableName table;
  TimeAxis axis;
  Instant cut{};  ///< every chunk ends at or before it
  std::vector<NamedRange> chunks;
  friend bool operator==(const DropChunks&, const DropChunks&) = default;
};
/// A plain table becomes a partitioned one without copying: the old table is attached as one
/// partition up to `attach_until`; new rows go to partitions of `width`, made `ahead` of time.
struct PartitionTable {
  TableName table;
  TimeAxis axis;
  TableName old_partition;  ///< what the old table is called then
  Instant attach_until{};   ///< in the future when planned: rows up to it stay in the old table
  Seconds width{};
  std::vector<NamedRange> partitions;  ///< made at once, from attach_until on
  friend bool operator==(const PartitionTable&, const PartitionTable&) = default;
};
struct CreatePartitions {
  TableName table;
  TimeAxis axis;
  std::vector<NamedRange> partitions;
  friend bool operator==(const CreatePartitions&, const CreatePartitions&) = default;
};
/// Detached and dropped, oldest first, each in a transaction of its own.
struct DropPartitions {
  TableName table;
  TimeAxis axis;
  Instant cut{};
  std::vector<NamedRange> partitions;
  friend bool operator==(const DropPartitions&, const DropPartitions&) = default;
};
/// An attached old partition that holds mostly expired rows: the rows from `cut` on are copied into
/// partitions of `width`, concurrent writes included, and put in its place; the rest is dropped.
struct ReplacePartition {
  TableName table;  ///< the parent
  TimeAxis axis;
  TableName partition;  ///< the old one
  TimeRange range;      ///< of the old one
  Instant cut{};
  std::vector<NamedRange> partitions;  ///< that take its place; the first begins at or before `cut`
  friend bool operator==(const ReplacePartition&, const ReplacePartition&) = default;
};
/// The same for a hypertable whose chunks are larger than its window: a new hypertable of the same
/// definition with chunks of `interval` takes its name.
struct ReplaceHypertable {
  TableName table;
  TimeAxis axis;
  Instant cut{};
  Seconds interval{};
  friend bool operator==(const ReplaceHypertable&, const ReplaceHypertable&) = default;
};
/// A plain table that stays plain: rows before `cut` deleted in keyset batches.
struct DeleteRows {
  TableName table;
  TimeAxis axis;
  Instant cut{};
  std::optional<std::int64_t> rows;  ///< estimated
  friend bool operator==(const DeleteRows&, const DeleteRows&) = default;
};

// ---- Redis and Valkey

struct StreamName {
  int database = 0;
  std::string key;
  friend bool operator==(const StreamName&, const StreamName&) = default;
};
/// In steps. At most one of the three thresholds is set. `floor`: never beyond this entry (the
/// oldest some live group has still to read or acknowledge); empty: no group, or forced.
struct TrimStream {
  StreamName stream;
  std::optional<std::int64_t> maxlen;
  std::optional<StreamId> minid;
  std::optional<Bytes> max_bytes;
  bool exact = false;
  bool past_groups = false;            ///< the policy forces it
  std::vector<std::string> abandoned;  ///< groups left out of the floor, named
  friend bool operator==(const TrimStream&, const TrimStream&) = default;
};
/// Pending entries whose entry is gone: acknowledged by id, so nothing readable is lost.
struct AcknowledgeDangling {
  StreamName stream;
  std::string group;
  friend bool operator==(const AcknowledgeDangling&, const AcknowledgeDangling&) = default;
};
/// Consumers idle longer than `idle` with nothing pending; each check and delete is one script.
struct DeleteConsumers {
  StreamName stream;
  std::string group;
  std::vector<std::string> consumers;
  Seconds idle{};
  friend bool operator==(const DeleteConsumers&, const DeleteConsumers&) = default;
};
struct DeleteStream {
  StreamName stream;
  StreamId last_generated;  ///< another one: somebody writes to it again
  friend bool operator==(const DeleteStream&, const DeleteStream&) = default;
};
struct ExpireStream {
  StreamName stream;
  StreamId last_generated;
  Seconds after{};
  friend bool operator==(const ExpireStream&, const ExpireStream&) = default;
};
struct ExpireKeys {
  int database = 0;
  std::string pattern;
  Seconds ttl{};  ///< only keys that have none (NX)
  friend bool operator==(const ExpireKeys&, const ExpireKeys&) = default;
};
struct SetMaxmemory {
  std::optional<Bytes> maxmemory;
  std::string eviction;  ///< empty: as it is
  friend bool operator==(const SetMaxmemory&, const SetMaxmemory&) = default;
};

// ---- Containers

struct SetContainerMemory {
  std::string container_id, container;
  std::optional<Bytes> limit;
  std::optional<Bytes> reservation;
  friend bool operator==(const SetContainerMemory&, const SetContainerMemory&) = default;
};
/// The Compose file is edited in place, everything else in it byte for byte as it was.
struct PatchCompose {
  std::string file;
  std::string service;
  std::optional<Bytes> limit, reservation;
  std::optional<Bytes> log_max_size;
  std::optional<int> log_max_file;
  std::optional<Bytes> redis_maxmemory;  ///< into the service's command
  std::string redis_eviction;
  friend bool operator==(const PatchCompose&, const PatchCompose&) = default;
};

using Change = std::variant<SetRetentionPolicy, SetCompressionPolicy, SetChunkInterval, DropChunks,
                            PartitionTable, CreatePartitions, DropPartitions, ReplacePartition,
                            ReplaceHypertable, DeleteRows, TrimStream, AcknowledgeDangling,
                            DeleteConsumers, DeleteStream, ExpireStream, ExpireKeys, SetMaxmemory,
                            SetContainerMemory, PatchCompose>;

/// "drop_chunks", "partition_table", …: in JSON, in the journal, and for --only.
std::string_view name_of(const Change& change);

}  // namespace plimsoll
