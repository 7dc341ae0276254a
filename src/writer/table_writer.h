#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "link/postgres/batch_copy.h"
#include "link/postgres/link.h"
#include "writer/bounded_table.h"
#include "writer/partitions.h"
#include "writer/row_batch.h"
#include "writer/spool.h"
#include "writer/table_bound.h"
#include "writer/table_keeper.h"

namespace plimsoll {

/// What BoundedTable is inside. A batch is filled, sealed with a number, and sent: from memory, or
/// by way of the spool. The order in which batches are committed is that of their numbers.
class BoundedTable::Writer {
 public:
  Writer(TableShape shape, TableBound bound, TableOptions options);
  Result<void> open_spool();

  Row* begin_row();
  RowEnd end_row();
  void poll();
  bool flush(Deadline deadline);
  bool put_away(Deadline deadline);
  Result<int> drop_overdue(Instant now);

  TableStats stats() const;
  TableKind kind() const { return found_.kind; }
  const std::optional<Error>& trouble() const { return trouble_; }
  const std::vector<Text>& warnings() const { return found_.warnings; }
  int socket() const { return link_ && copy_ ? copy_->socket() : -1; }

 private:
  using Steady = std::chrono::steady_clock;
  using BatchPointer = std::unique_ptr<RowBatch>;

  /// What the database says of this writer: its last batch, and how many rows of it are settled
  /// where it goes in parts because some were refused; 0: all of it.
  struct Settled {
    std::uint64_t epoch = 0;
    std::uint64_t id = 0;
    std::uint64_t rows = 0;
  };
  enum class Source { none, memory, spool };

  // table_writer.cpp: rows and batches in memory
  bool find_batch();
  bool make_room();
  bool drop_oldest();
  void seal();
  void refresh_window();
  void wait(Deadline deadline);
  bool idle() const;

  // table_sending.cpp: batches to the server
  void connect_if_due();
  Result<void> connect();
  Result<void> take_name();
  Result<void> read_settled();
  void skip_settled();
  void lose(Error error);
  void advance();
  bool start_next();
  Result<void> make_partitions(const BatchFacts& facts);
  postgres::CopyJob job_for(const Settled& after) const;
  void committed();
  void end_batch();
  void failed(Error error);
  void pause(Error error);

  // table_spooling.cpp: batches on disk, and batches the server refuses
  bool stow_front();
  bool may_stow(const BatchFacts& facts) const;
  void stow_all();
  void settle_in_parts();
  Result<bool> send_part(std::string_view rows, const Settled& after);

  TableShape shape_;
  TableBound bound_;
  TableOptions options_;
  Partitions partitions_;
  FoundTable found_;
  std::unique_ptr<Spool> spool_;

  std::vector<BatchPointer> free_;
  BatchPointer filling_;
  std::deque<BatchPointer> sealed_;
  Steady::time_point filling_since_;
  Instant oldest_{};
  Instant newest_{};
  std::uint64_t epoch_;
  std::uint64_t next_id_ = 1;

  std::optional<postgres::Link> link_;
  std::optional<postgres::BatchCopy> copy_;
  Source source_ = Source::none;  ///< of what is being sent
  BatchFacts sending_;
  std::string_view sending_rows_;
  Settled settled_;
  std::uint64_t refused_rows_ = 0;  ///< of the batch that is being sent
  bool partitions_reloaded_ = false;
  bool was_connected_ = false;
  std::optional<Error> trouble_;
  std::chrono::milliseconds backoff_{0};
  Steady::time_point retry_at_;
  Steady::time_point ahead_at_;
  TableStats stats_;
};

}  // namespace plimsoll
