#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/postgres/link.h"

struct pg_result;

namespace plimsoll::postgres {

/// A batch of rows for one table: COPY … (FORMAT binary) and the statements that go with it, in one
/// transaction.
struct CopyJob {
  Text what;                       ///< for messages: "write table 'scan_results'"
  std::string table;               ///< quoted
  std::string columns;             ///< quoted, with commas between
  std::vector<std::string> after;  ///< statements after the COPY
  std::chrono::milliseconds lock_timeout{500};
  std::chrono::milliseconds statement_timeout{30'000};
};

/// Sends batches without waiting: the server takes in one while its client makes the next. The link
/// must have been made with Session::acting (or script), and does nothing else meanwhile.
class BatchCopy {
 public:
  explicit BatchCopy(Link& link) : link_{&link} {}

  /// `rows` are tuples in the binary format, without header and trailer; they stay where they are
  /// until step() has said how it ended.
  Result<void> start(CopyJob job, std::string_view rows);

  enum class Progress { working, committed };
  /// As far as it goes without waiting. After an error the transaction is rolled back and another
  /// batch may be started, unless the error is `unreachable` or `timed_out`: then the link is of no
  /// more use, and whether the batch was committed is not known.
  Result<Progress> step();
  bool running() const { return phase_ != Phase::idle; }
  /// Until the socket is ready for what comes next.
  void wait(Deadline deadline) const;
  int socket() const;

  /// Of the last error of the server, five characters; empty for one of the connection.
  const std::string& sqlstate() const { return sqlstate_; }

 private:
  enum class Phase { idle, opening, feeding, ending, closing };
  Result<bool> take_results();
  Result<bool> feed();
  tl::unexpected<Error> lost();
  tl::unexpected<Error> refused(const pg_result* result);

  Link* link_;
  CopyJob job_;
  std::array<std::string_view, 3> pieces_;
  std::size_t piece_ = 0;
  std::size_t offset_ = 0;
  Phase phase_ = Phase::idle;
  bool copying_ = false;
  bool committed_ = false;
  Deadline deadline_;
  std::string sqlstate_;
};

}  // namespace plimsoll::postgres
