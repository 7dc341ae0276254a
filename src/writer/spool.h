#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "writer/row_batch.h"

namespace plimsoll {

/// Batches on disk, first in, first out: files of numbered segments in a folder, each batch with
/// its length and a checksum, on the disk before append() returns. A segment is deleted when its
/// last batch is popped; which of its batches had been popped already is not written down, and
/// after a restart the database says it (skip_through).
class Spool {
 public:
  /// Reads and checks what is there. What follows the last whole batch of a segment is cut off and
  /// counted: the end of a write that a crash interrupted.
  /// Errors: denied, conflict (another process has the folder; rows of another shape lie there).
  static Result<std::unique_ptr<Spool>> open(const std::filesystem::path& folder, Bytes most,
                                             std::uint64_t shape);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  bool empty() const { return batches_ == 0; }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t torn_bytes() const { return torn_bytes_; }
  const BatchFacts& front() const { return front_.facts; }
  std::uint64_t last_id() const { return last_id_; }  ///< of this process' own batches; 0: none

  /// Errors: conflict (it would be larger than it may be), denied (the disk is full, …). After an
  /// error nothing of it is there.
  Result<void> append(const BatchFacts& facts, std::string_view rows);
  /// The first batch's rows, in a buffer of the spool's own. Errors: malformed (the disk gives
  /// other bytes than were written); pop_front() goes past it.
  Result<std::string_view> read_front();
  void pop_front();
  /// The oldest segment with all that is in it; its rows.
  std::uint64_t drop_oldest();
  /// Pops what the database has: everything up to the last batch of `epoch` whose id is not above
  /// `id`; nothing where the spool holds none of that epoch. Returns rows.
  std::uint64_t skip_through(std::uint64_t epoch, std::uint64_t id);

 private:
  struct Segment {
    std::uint64_t number = 0;
    int fd = -1;
    std::uint64_t size = 0;
    std::uint64_t batches = 0;  ///< not popped
    std::uint64_t rows = 0;     ///< of these
  };
  struct Record {
    BatchFacts facts;
    std::uint32_t length = 0;
    std::uint64_t checksum = 0;
  };

  Spool(std::filesystem::path folder, Bytes most, std::uint64_t shape);
  Result<void> take_over();
  Result<void> read_segment(std::uint64_t number);
  Result<void> begin_segment();
  void remove_front_segment();
  void look_at_front();
  bool read_record(const Segment& segment, std::uint64_t at, Record& record) const;
  std::filesystem::path path_of(std::uint64_t number) const;
  tl::unexpected<Error> refused(const char* doing) const;

  std::filesystem::path folder_;
  std::uint64_t most_;
  std::uint64_t shape_;
  int lock_ = -1;
  int folder_fd_ = -1;
  std::deque<Segment> segments_;
  std::uint64_t at_ = 0;  ///< of the first batch, in the first segment
  Record front_;
  std::vector<std::uint64_t> epochs_;
  std::vector<char> buffer_;
  std::uint64_t batches_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t torn_bytes_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace plimsoll
