#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/postgres/address.h"
#include "policy/policy.h"
#include "writer/table_row.h"
#include "writer/table_shape.h"
#include "writer/when_full.h"

namespace plimsoll {

/// Of two rows with one primary key.
enum class OnConflict { overwrite, keep_first };

struct TableOptions {
  postgres::Address address;
  /// Who writes: "scanner-0". One process at a time may write a table under one name; that is what
  /// makes a batch count once. Not through a pooler that lends connections by transaction.
  std::string writer;
  OnConflict on_conflict = OnConflict::overwrite;

  /// A batch is one COPY in one transaction; the first of these that is reached ends it.
  std::size_t batch_bytes = std::size_t{4} << 20;
  std::size_t batch_rows = 100'000;
  std::chrono::milliseconds batch_age{1000};

  /// Batches in memory: all that this writer holds, allocated at the beginning (three batches at
  /// least). What happens when the server does not keep up and there is no spool, or it is full:
  std::size_t buffer_bytes = std::size_t{16} << 20;
  WhenFull when_full = WhenFull::block;
  std::chrono::milliseconds block_for{1000};

  /// A folder for batches that cannot be sent now; empty: none, they wait in memory. Never more
  /// than spool_bytes on disk; when it is full (or the disk is), batches stay in memory and
  /// when_full decides, drop_oldest taking the oldest of the spool.
  std::filesystem::path spool;
  Bytes spool_bytes = Bytes{std::int64_t{256} << 20};
  /// Every batch goes through the spool, so that one that is full outlives this process too.
  bool spool_first = false;

  /// Rows whose time is older than keep, or further ahead than this, are not written: the first
  /// would be dropped at once, the second would never be.
  Seconds furthest_ahead{Seconds{2 * 86'400}};
  std::function<Instant()> now;  ///< empty: the system's clock

  std::chrono::milliseconds connect_for{1000};  ///< a call may take that long, once a back-off
  std::chrono::milliseconds lock_timeout{500};
  std::chrono::milliseconds statement_timeout{30'000};
  std::chrono::milliseconds longest_backoff{5000};
};

/// Plain numbers since the beginning, for /metrics. All but the last block count rows:
/// accepted = committed + dropped_oldest + rejected_by_server + in memory + in the spool − found in
/// the spool at the beginning.
struct TableStats {
  std::uint64_t accepted = 0;   ///< taken by add()
  std::uint64_t committed = 0;  ///< in the table (or there already, with a primary key)
  std::uint64_t dropped_oldest = 0;
  std::uint64_t dropped_newest = 0;  ///< not taken: no room
  std::uint64_t outside = 0;         ///< not taken: older than keep, or too far ahead
  std::uint64_t rejected = 0;        ///< not taken: not what the shape says
  std::uint64_t rejected_by_server = 0;
  std::uint64_t spooled = 0;       ///< written to the spool
  std::uint64_t replayed = 0;      ///< of these, committed from there
  std::uint64_t found_stored = 0;  ///< of committed: the COMMIT's answer had been lost
  std::uint64_t rows_in_memory = 0;
  std::uint64_t rows_in_spool = 0;

  std::uint64_t batches = 0;
  std::uint64_t bytes = 0;  ///< of committed batches
  std::uint64_t failures = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t partitions_made = 0;
  std::uint64_t partitions_dropped = 0;
  std::uint64_t torn_bytes = 0;  ///< cut off the spool's end at the beginning: half a batch
  std::uint64_t spool_bytes = 0;
  std::size_t memory_bytes = 0;  ///< what was allocated for rows; does not change
  bool connected = false;
};

/// How the table is kept.
enum class TableKind {
  unknown,      ///< the server has not been seen yet
  hypertable,   ///< TimescaleDB
  partitioned,  ///< declaratively, by range of the time column; partitions are made here
  plain         ///< was there already; `plimsoll plan` says how it becomes partitioned
};

/// Writes one table within its rule in plimsoll.yaml, in batches of binary COPY. The table is made
/// if it is missing, with its retention: as a hypertable where TimescaleDB is installed (with a
/// retention policy under the community licence), else partitioned by `chunk` of the time column (a
/// seventh of `keep` where the policy gives none, in whole days or hours, as the guard does). Its
/// partitions are made as rows need them, named as the guard names them; drop_overdue() drops those
/// wholly older than `keep`, so that the bound holds without a guard too.
///
/// A row is committed exactly once, though connections, the server or this process end at any
/// moment: each batch has a number, and the last number of each writer is a row of
/// plimsoll_writer_batches (in the table's schema) that changes in the same transaction. What is in
/// the spool is not lost with the process; rows still in memory are.
///
/// One thread at a time; no thread of its own. Whoever writes calls poll() from its loop.
class BoundedTable {
 public:
  /// Errors: malformed (no rule, or no keep in it; a shape that is none; no writer), unsupported
  /// (the table is there with other columns), denied, conflict (the spool is another process's). A
  /// server that is away is no error.
  static Result<std::unique_ptr<BoundedTable>> open(const Policy& policy, TableShape shape,
                                                    TableOptions options);
  ~BoundedTable();
  BoundedTable(const BoundedTable&) = delete;
  BoundedTable& operator=(const BoundedTable&) = delete;

  /// table.add([&](Row& row) { row.timestamptz(at).text(symbol).numeric(price, 4); });
  /// True: taken. `fill` may be called twice for one row (when a batch is full): it only reads.
  template <typename Fill>
  bool add(const Fill& fill) {
    while (Row* row = begin_row()) {
      fill(*row);
      const auto ended = end_row();
      if (ended != RowEnd::again) return ended == RowEnd::taken;
    }
    return false;
  }

  /// Connects where it is due, sends, reads. Waits for a connection (connect_for) and for a
  /// partition that has to be made (lock_timeout), for nothing else.
  void poll();
  /// Until all is committed, what is in the spool included. False: the deadline came first.
  bool flush(Deadline deadline);
  /// Until no row is in memory any more: committed or in the spool. For a clean stop.
  bool put_away(Deadline deadline);

  /// Drops partitions (chunks) that end at or before now − keep, oldest first, each in a
  /// transaction of its own under a short lock; how many. One whose lock is not to be had is left
  /// for the next call. Nothing for keep: forever, and where TimescaleDB's own job does it.
  Result<int> drop_overdue(Instant now);

  TableStats stats() const;
  TableKind kind() const;
  const std::optional<Error>& trouble() const;  ///< what stands in the way at present
  const std::vector<Text>& warnings() const;    ///< what the operator should know
  int socket() const;                           ///< to poll() on; -1 without a connection

 private:
  enum class RowEnd { taken, again, refused };
  class Writer;
  explicit BoundedTable(std::unique_ptr<Writer> writer);
  Row* begin_row();
  RowEnd end_row();
  std::unique_ptr<Writer> writer_;
};

}  // namespace plimsoll
