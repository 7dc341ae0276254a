#include "link/postgres/connection.h"

#include <libpq-fe.h>

#include <cassert>

#include "base/text.h"

namespace plimsoll::postgres {
namespace {

constexpr std::chrono::milliseconds kCancelPatience{250};
constexpr std::chrono::milliseconds kDrainPatience{250};

Rows rows_of(const pg_result* result) {
  const int columns = PQnfields(result);
  const int rows = PQntuples(result);
  std::vector<std::string> names;
  for (int c = 0; c < columns; ++c) names.emplace_back(PQfname(result, c));
  Rows copied{std::move(names)};
  std::size_t characters = 0;
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      characters += static_cast<std::size_t>(PQgetlength(result, r, c));
    }
  }
  copied.reserve(static_cast<std::size_t>(rows), characters);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      if (PQgetisnull(result, r, c) != 0) {
        copied.add_cell(std::nullopt);
      } else {
        copied.add_cell(std::string_view{PQgetvalue(result, r, c),
                                         static_cast<std::size_t>(PQgetlength(result, r, c))});
      }
    }
  }
  return copied;
}

bool is_success(const pg_result* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

Text statement_text() { return say("statement", "sentencia"); }

}  // namespace

Connection::Wait Connection::flush(Deadline deadline) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return Wait::ready;
    if (left < 0) return Wait::lost;
    // Reading meanwhile: a server that writes while we do must not wait for us.
    const auto ready = wait_for_socket(connection_.get(), true, true, deadline);
    if (ready == Readiness::timed_out) return Wait::timed_out;
    if (ready == Readiness::failed || PQconsumeInput(connection_.get()) == 0) return Wait::lost;
  }
}

Connection::Wait Connection::wait_result(Deadline deadline) {
  if (const auto flushed = flush(deadline); flushed == Wait::timed_out) return flushed;
  while (PQisBusy(connection_.get()) != 0) {
    const auto ready = wait_for_socket(connection_.get(), true, false, deadline);
    if (ready == Readiness::timed_out) return Wait::timed_out;
    if (ready == Readiness::failed || PQconsumeInput(connection_.get()) == 0) return Wait::lost;
  }
  return Wait::ready;
}

/// Takes and forgets results until the connection is idle.
Connection::Wait Connection::drain(Deadline deadline) {
  while (PQtransactionStatus(connection_.get()) == PQTRANS_ACTIVE ||
         PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF) {
    if (const auto wait = wait_result(deadline); wait != Wait::ready) return wait;
    const PgResult result{PQgetResult(connection_.get())};
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return Wait::lost;
    const auto status = result ? PQresultStatus(result.get()) : PGRES_EMPTY_QUERY;
    if (status == PGRES_COPY_IN) PQputCopyEnd(connection_.get(), "given up");
    // Leaves the pipeline as soon as everything sent has been answered.
    if (!result || status == PGRES_PIPELINE_SYNC) PQexitPipelineMode(connection_.get());
  }
  return Wait::ready;
}

void Connection::cancel_and_drain() {
  cancel_within(connection_.get(), kCancelPatience);
  broken_ = drain(deadline_in(kDrainPatience)) != Wait::ready;
  if (!broken_) abandon_transaction();
}

void Connection::abandon_transaction() {
  const auto status = PQtransactionStatus(connection_.get());
  if (status != PQTRANS_INERROR && status != PQTRANS_INTRANS) return;
  broken_ = PQsendQuery(connection_.get(), "ROLLBACK") == 0 ||
            drain(deadline_in(kDrainPatience)) != Wait::ready;
}

std::optional<Error> Connection::refusal(const Text& what) const {
  if (!broken_) return std::nullopt;
  return Error{ErrorCode::unreachable,
               say("{}: the connection to {} was lost", "{}: se perdió la conexión con {}",
                   {what, printable(facts_.server)}),
               {}};
}

Error Connection::error_after(Wait wait, const Text& what) {
  if (wait == Wait::timed_out) {
    cancel_and_drain();
    return {ErrorCode::timed_out,
            say("{}: no answer from {} in time", "{}: {} no respondió a tiempo",
                {what, printable(facts_.server)}),
            {}};
  }
  broken_ = true;
  auto complaint = complaint_of(connection_.get(), secrets_);
  return statement_error(complaint, what, Grant::none, facts_);
}

Error Connection::error_of(const pg_result* result, const Text& what, Grant grant) const {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string text = message != nullptr ? message : PQresultErrorMessage(result);
  for (const auto& secret : secrets_) text = redact(text, secret);
  Complaint complaint = parse_complaint(text);
  complaint.sqlstate = state != nullptr ? state : "";
  return statement_error(complaint, what, grant, facts_);
}

Result<Rows> Connection::pipeline(const std::vector<Query>& queries, std::size_t wanted,
                                  Deadline deadline, const Text& what, Grant grant) {
  assert(wanted < queries.size());
  if (auto refused = refusal(what)) return failure(std::move(*refused));
  if (PQenterPipelineMode(connection_.get()) == 0) return failure(error_after(Wait::lost, what));
  for (const auto& query : queries) {
    std::vector<const char*> values;
    for (const auto& value : query.values) values.push_back(value ? value->c_str() : nullptr);
    if (PQsendQueryParams(connection_.get(), query.sql.c_str(), static_cast<int>(values.size()),
                          nullptr, values.data(), nullptr, nullptr, 0) == 0) {
      return failure(error_after(Wait::lost, what));
    }
  }
  if (PQpipelineSync(connection_.get()) == 0) return failure(error_after(Wait::lost, what));
  auto rows = collect_pipeline(queries.size(), wanted, deadline, what, grant);
  if (!broken_) abandon_transaction();
  return rows;
}

Result<Rows> Connection::collect_pipeline(std::size_t count, std::size_t wanted, Deadline deadline,
                                          const Text& what, Grant grant) {
  Result<Rows> rows = failure(ErrorCode::unreachable, what);
  std::optional<Error> first_error;
  std::size_t query = 0;
  for (;;) {
    if (const auto wait = wait_result(deadline); wait != Wait::ready) {
      return failure(first_error ? std::move(*first_error) : error_after(wait, what));
    }
    const PgResult result{PQgetResult(connection_.get())};
    if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) break;
    if (!result) {
      ++query;
    } else if (is_success(result.get())) {
      if (query == wanted) rows = rows_of(result.get());
    } else if (!first_error) {
      first_error = error_of(result.get(), what, grant);
    }
    if (PQstatus(connection_.get()) == CONNECTION_BAD || query > count) {
      broken_ = true;
      return failure(first_error ? std::move(*first_error) : error_after(Wait::lost, what));
    }
  }
  if (PQexitPipelineMode(connection_.get()) == 0) broken_ = true;
  if (first_error) return failure(std::move(*first_error));
  return rows;
}

/// The last result of a simple query, or the first error; leaves the connection idle unless that
/// result is a COPY that wants data.
Result<PgResult> Connection::collect_script(Deadline deadline) {
  PgResult last;
  std::optional<Error> first_error;
  for (;;) {
    if (const auto wait = wait_result(deadline); wait != Wait::ready) {
      return failure(error_after(wait, statement_text()));
    }
    PgResult result{PQgetResult(connection_.get())};
    if (!result) break;
    const bool copying = PQresultStatus(result.get()) == PGRES_COPY_IN;
    if (!copying && !is_success(result.get()) && !first_error) {
      first_error = error_of(result.get(), statement_text(), Grant::none);
    }
    last = std::move(result);
    if (copying) break;
    if (PQstatus(connection_.get()) == CONNECTION_BAD) {
      broken_ = true;
      break;
    }
  }
  if (first_error) return failure(std::move(*first_error));
  return last;
}

Result<Rows> Connection::script(const std::string& sql, Deadline deadline) {
  assert(scripted_);
  if (auto refused = refusal(statement_text())) return failure(std::move(*refused));
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    return failure(error_after(Wait::lost, statement_text()));
  }
  auto last = collect_script(deadline);
  if (!last) {
    if (!broken_) abandon_transaction();
    return failure(std::move(last.error()));
  }
  return *last ? rows_of(last->get()) : Rows{std::vector<std::string>{}};
}

Result<std::int64_t> Connection::copy_in(const std::string& sql,
                                         const std::function<bool(std::string&)>& next,
                                         Deadline deadline) {
  assert(scripted_);
  if (auto refused = refusal(statement_text())) return failure(std::move(*refused));
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
    return failure(error_after(Wait::lost, statement_text()));
  }
  const auto begun = collect_script(deadline);
  if (!begun) return failure(begun.error());
  if (!*begun || PQresultStatus(begun->get()) != PGRES_COPY_IN) {
    return failure(ErrorCode::malformed,
                   say("not a COPY … FROM STDIN", "no es un COPY … FROM STDIN"));
  }
  return feed_copy(next, deadline);
}

Result<std::int64_t> Connection::feed_copy(const std::function<bool(std::string&)>& next,
                                           Deadline deadline) {
  std::string buffer;
  while (next(buffer)) {
    if (PQputCopyData(connection_.get(), buffer.data(), static_cast<int>(buffer.size())) < 0) {
      return failure(error_after(Wait::lost, statement_text()));
    }
    if (const auto wait = flush(deadline); wait != Wait::ready) {
      return failure(error_after(wait, statement_text()));
    }
  }
  if (PQputCopyEnd(connection_.get(), nullptr) < 0) {
    return failure(error_after(Wait::lost, statement_text()));
  }
  const auto done = collect_script(deadline);
  if (!done) return failure(done.error());
  return *done ? parse_int(PQcmdTuples(done->get())).value_or(0) : 0;
}

}  // namespace plimsoll::postgres
