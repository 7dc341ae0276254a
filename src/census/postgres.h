#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "census/store.h"

namespace plimsoll {

/// timescaledb.license: `community` runs policies and compression, `apache` has only drop_chunks.
enum class TimescaleEdition { unknown, apache, community };

struct Timescale {
  std::string version;
  TimescaleEdition edition = TimescaleEdition::unknown;
  std::optional<bool>
      scheduler_running;  ///< its launcher's worker for this database is in pg_stat_activity
  bool restoring = false;
  std::optional<int> max_background_workers;
};

/// A point or a length on a time axis that is either time or an integer the application defines.
using RangeValue = std::variant<std::monostate, Instant, std::int64_t>;

struct Chunk {
  std::string name;  ///< schema-qualified
  RangeValue range_start;
  RangeValue range_end;
  std::optional<Bytes> bytes;  ///< heap, indexes and TOAST
  bool compressed = false;
  std::optional<std::int64_t> rows;  ///< estimated; empty where compressed
};

struct Partition {
  std::string name;
  RangeValue range_start;  ///< monostate: MINVALUE, DEFAULT, or not a range of time or integers
  RangeValue range_end;
  std::optional<Bytes> bytes;
  std::optional<std::int64_t> rows;  ///< reltuples
  bool is_default = false;
  bool detach_pending = false;
};

/// A TimescaleDB background job, whatever its procedure.
struct Job {
  int id = 0;
  std::string procedure;              ///< "policy_retention", "policy_compression",
                                      ///< "policy_refresh_continuous_aggregate", …
  std::string hypertable;             ///< schema-qualified; empty for jobs of none
  std::optional<std::string> window;  ///< drop_after, compress_after or start_offset, as configured
  std::optional<Seconds>
      window_length;  ///< `window` when it is an interval (a month counts 30 days)
  std::optional<std::int64_t> window_integer;  ///< `window` when it is an integer
  std::optional<Seconds> schedule_interval;
  bool scheduled = true;                          ///< false: paused
  std::optional<std::string> last_run_status;     ///< "Success", "Failed"
  std::optional<Instant> last_successful_finish;  ///< empty also for -infinity: never
  std::optional<std::int64_t> total_runs;
  std::optional<std::int64_t> total_failures;
  std::optional<Instant> next_start;
  std::optional<std::string> last_error;  ///< where visible to the role
};

/// One unit of growth in time: a chunk interval, a partition width. Seconds for time, a number for
/// integer axes.
using RangeLength = std::variant<std::monostate, Seconds, std::int64_t>;

struct Hypertable {
  std::string time_column;
  bool integer_time = false;
  bool has_integer_now = false;
  RangeLength chunk_interval;
  bool compression_enabled = false;
  std::vector<Chunk> chunks;  ///< by range_start
};

struct PartitionedTable {
  std::string strategy;  ///< "range", "list", "hash"
  std::string key;       ///< the partition key as the server prints it
  std::vector<Partition> partitions;
};

struct PlainTable {};

/// What holds a table's rows. A continuous aggregate's materialization is a Hypertable with
/// `aggregate_view` set.
using TableShape = std::variant<PlainTable, Hypertable, PartitionedTable>;

/// A column that says when a row is from: timestamps, dates, and integers whose values read as an
/// epoch.
struct TimeColumn {
  std::string name;
  std::string type;      ///< "timestamptz", "date", "bigint (epoch ms)", …
  bool indexed = false;  ///< leading column of a usable b-tree: min and max are cheap
  std::optional<Instant> oldest;
  std::optional<Instant> newest;
  bool range_exact = false;  ///< read from the table or its index; false: the histogram's ends
};

struct ColumnShare {
  std::string name;
  double bytes_per_row = 0;  ///< avg_width × (1 − null_frac), from pg_stats
};

/// A table of the operator's: plain, partitioned (its partitions inside), hypertable (its chunks
/// inside), materialized view or continuous aggregate. Children are never listed by themselves.
struct Table {
  std::string schema;
  std::string name;
  std::string kind;  ///< "table", "hypertable", "partitioned_table", "continuous_aggregate",
                     ///< "materialized_view"
  TableShape shape;
  std::optional<std::string>
      aggregate_view;          ///< the continuous aggregate's own name, schema-qualified
  std::optional<Bytes> bytes;  ///< heap + indexes + TOAST, of all children
  bool bytes_stale =
      false;  ///< locked by somebody: relpages × block size instead of the files' size
  std::optional<Bytes> heap_bytes;
  std::optional<Bytes> index_bytes;
  std::optional<Bytes> toast_bytes;
  std::optional<std::int64_t> rows;
  bool rows_exact = false;
  std::optional<TimeColumn> time;
  std::optional<GrowthRate> growth;
  std::vector<ColumnShare> widest_columns;  ///< at most five, widest first
  // Activity since stats_since, summed over children.
  std::optional<std::int64_t> inserted, updated, deleted, live_tuples, dead_tuples;
  std::optional<std::int64_t> sequential_scans, index_scans;
  std::optional<Instant> last_vacuum;  ///< the later of vacuum and autovacuum
  bool autovacuum_disabled = false;    ///< by reloption
  int index_count = 0;
  bool readable = true;  ///< the role may SELECT from it

  std::string qualified() const { return schema + "." + name; }
};

struct Index {
  std::string name;   ///< schema-qualified
  std::string table;  ///< schema-qualified; of a chunk or partition: its parent
  std::optional<Bytes> bytes;
  bool valid = true;
  bool constraint = false;  ///< backs a primary key, unique or exclusion constraint
  std::optional<std::int64_t> scans;
};

/// Something a tool left behind: repack tables and triggers, _ccnew and _ccold indexes, detached
/// partitions.
struct Leftover {
  std::string what;  ///< schema-qualified name
  std::string tool;  ///< "pg_repack", "create index concurrently", "detach partition", …
  std::optional<Bytes> bytes;
};

struct ReplicationSlot {
  std::string name;
  std::string kind;  ///< "physical", "logical"
  bool active = false;
  std::optional<Bytes> retained_wal;
  std::optional<std::string> wal_status;  ///< "reserved", "extended", "unreserved", "lost"
  std::optional<Instant> inactive_since;  ///< PostgreSQL 17 and newer
};

struct WriteAheadLog {
  std::optional<Bytes> bytes;  ///< sum of pg_ls_waldir
  std::optional<Bytes> max_wal_size;
  SizeBound slot_cap = Unknown{};             ///< max_slot_wal_keep_size; -1 is Unbounded
  std::optional<bool> archiving;              ///< archive_mode
  std::optional<std::int64_t> archive_ready;  ///< segments waiting for the archiver
  std::optional<std::int64_t> archive_failed_count;
  std::optional<Instant> archive_last_failed, archive_last_archived;
};

/// Who keeps dead rows from being removed.
struct XminHolder {
  std::string kind;  ///< "session", "prepared transaction", "replication slot", "standby"
  std::string who;   ///< pid and application, gid, slot name
  std::int64_t transactions_held = 0;  ///< age of its xmin
  std::optional<Instant> since;
};

/// From pg_stat_statements, the costliest first; text is normalised by the server (no literals).
struct Statement {
  std::string text;
  std::int64_t calls = 0;
  double total_seconds = 0;
  double mean_milliseconds = 0;
  std::int64_t rows = 0;
  double share = 0;  ///< of all execution time seen, 0…1
};

struct DirectoryUse {
  std::string what;  ///< "temp", "log"
  std::optional<Bytes> bytes;
  std::optional<std::int64_t> files;
};

/// One database of one server, as its census found it.
struct PostgresCensus {
  std::string target;  ///< "main"
  Instant taken_at{};
  int version_num = 0;  ///< 150020
  std::string database;
  std::string system_identifier;  ///< and its timeline, another one after each failover
  std::string data_directory;     ///< empty where the role may not see it
  bool in_recovery = false;
  std::optional<Instant> started_at, stats_since;
  std::optional<Bytes> database_bytes;         ///< pg_database_size of this one
  std::optional<Bytes> other_databases_bytes;  ///< of all others
  std::optional<Bytes>
      unexplained_bytes;               ///< database_bytes less everything listed and the catalogs
  std::optional<Bytes> catalog_bytes;  ///< system catalogs and information schema
  std::optional<Timescale> timescale;
  std::vector<Table> tables;           ///< largest first
  std::vector<Index> notable_indexes;  ///< invalid, or large and never scanned
  std::vector<Leftover> leftovers;
  std::vector<Job> jobs;
  std::vector<ReplicationSlot> slots;
  WriteAheadLog wal;
  std::vector<XminHolder> xmin_holders;  ///< oldest first
  std::vector<Statement> statements;
  bool statements_visible = false;
  std::vector<DirectoryUse> directories;
  std::optional<bool>
      password_required;  ///< for connections as the one we made; empty where it can't be told
  std::optional<Bytes>
      free_disk;  ///< of the data directory's file system, where that is on this host
  std::optional<Bytes> disk_size;
};

}  // namespace plimsoll
