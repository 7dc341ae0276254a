#include "link/postgres/batch_copy.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cassert>

#include "base/text.h"
#include "link/postgres/connection.h"

namespace plimsoll::postgres {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kPiece = 65'536;
constexpr std::chrono::milliseconds kCopyGrace{2000};
/// Signature, flags, no header extension; and the count of fields that ends it.
constexpr auto kCopyHeader = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;
constexpr auto kCopyTrailer = "\377\377"sv;

}  // namespace

Result<void> BatchCopy::start(CopyJob job, std::string_view rows) {
  assert(phase_ == Phase::idle);
  auto& connection = link_->connection();
  if (auto refusal = connection.refusal(job.what)) return failure(std::move(*refusal));
  job_ = std::move(job);
  pieces_ = {kCopyHeader, rows, kCopyTrailer};
  piece_ = offset_ = 0;
  copying_ = committed_ = false;
  sqlstate_.clear();
  deadline_ = deadline_in(job_.statement_timeout * 2 + kCopyGrace);
  const std::string opening =
      "BEGIN; SET LOCAL lock_timeout = " + std::to_string(job_.lock_timeout.count()) +
      "; SET LOCAL statement_timeout = " + std::to_string(job_.statement_timeout.count()) +
      "; COPY " + job_.table + " (" + job_.columns + ") FROM STDIN (FORMAT binary)";
  if (PQsendQuery(connection.connection_.get(), opening.c_str()) == 0) return lost();
  phase_ = Phase::opening;
  return {};
}

Result<BatchCopy::Progress> BatchCopy::step() {
  auto* const raw = link_->connection().connection_.get();
  if (std::chrono::steady_clock::now() > deadline_) {
    phase_ = Phase::idle;
    auto error = link_->connection().error_after(Connection::Wait::timed_out, job_.what);
    link_->connection().broken_ = true;  // whatever the server did with it is read from there
    return failure(std::move(error));
  }
  for (;;) {
    if (phase_ == Phase::feeding) {
      const auto fed = feed();
      if (!fed) return failure(fed.error());
      if (!*fed) return Progress::working;
      phase_ = Phase::ending;
    }
    if (PQflush(raw) < 0) return lost();
    if (PQconsumeInput(raw) == 0) return lost();
    const auto ended = take_results();
    if (!ended) return failure(ended.error());
    if (!*ended) return Progress::working;
    if (phase_ == Phase::opening) {
      phase_ = Phase::feeding;
    } else if (phase_ == Phase::ending) {
      std::string closing;
      for (const auto& statement : job_.after) closing += statement + "; ";
      if (PQsendQuery(raw, (closing + "COMMIT").c_str()) == 0) return lost();
      phase_ = Phase::closing;
    } else {
      phase_ = Phase::idle;
      return Progress::committed;
    }
  }
}

/// True: the phase is over.
Result<bool> BatchCopy::take_results() {
  auto* const raw = link_->connection().connection_.get();
  while (PQisBusy(raw) == 0) {
    const PgResult result{PQgetResult(raw)};
    if (!result) {
      if (phase_ == Phase::closing && !committed_) return lost();
      return true;
    }
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN) return true;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      if (PQstatus(raw) == CONNECTION_BAD) return lost();
      return refused(result.get());
    }
    committed_ = std::string_view{PQcmdStatus(result.get())} == "COMMIT";
  }
  return false;
}

/// True: all of it has been handed over.
Result<bool> BatchCopy::feed() {
  auto* const raw = link_->connection().connection_.get();
  for (; piece_ < pieces_.size(); ++piece_, offset_ = 0) {
    const auto bytes = pieces_[piece_];
    while (offset_ < bytes.size()) {
      const int left = PQflush(raw);
      if (left < 0) return lost();
      if (left > 0) return false;
      const auto size = std::min(kPiece, bytes.size() - offset_);
      if (PQputCopyData(raw, bytes.data() + offset_, static_cast<int>(size)) <= 0) return lost();
      offset_ += size;
    }
  }
  if (PQputCopyEnd(raw, nullptr) <= 0) return lost();
  return true;
}

tl::unexpected<Error> BatchCopy::lost() {
  phase_ = Phase::idle;
  return failure(link_->connection().error_after(Connection::Wait::lost, job_.what));
}

tl::unexpected<Error> BatchCopy::refused(const pg_result* result) {
  auto& connection = link_->connection();
  phase_ = Phase::idle;
  if (const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE)) sqlstate_ = state;
  auto error = connection.error_of(result, job_.what, Grant::none);
  if (connection.drain(deadline_in(std::chrono::milliseconds{250})) != Connection::Wait::ready) {
    connection.broken_ = true;
  } else {
    connection.abandon_transaction();
  }
  if (connection.broken_) error.code = ErrorCode::unreachable;
  return failure(std::move(error));
}

void BatchCopy::wait(Deadline deadline) const {
  auto* const raw = link_->connection().connection_.get();
  const bool writing = phase_ == Phase::feeding || PQflush(raw) > 0;
  wait_for_socket(raw, true, writing, deadline);
}

int BatchCopy::socket() const { return PQsocket(link_->connection().connection_.get()); }

}  // namespace plimsoll::postgres
