#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/postgres/address.h"
#include "link/postgres/complaint.h"
#include "link/postgres/handles.h"
#include "link/postgres/probe.h"
#include "link/postgres/rows.h"

namespace plimsoll::postgres {

/// libpq's connection, driven without blocking: every wait is a poll() with a deadline.
class Connection {
 public:
  /// `scripted`: script() and copy_in() are allowed.
  static Result<std::unique_ptr<Connection>> open(const Address& address,
                                                  std::chrono::milliseconds budget, bool scripted);

  struct Query {
    std::string sql;
    std::vector<std::optional<std::string>> values;
  };
  /// The queries in one round trip; the rows of the one at `wanted`. A transaction left open by a
  /// failure is rolled back. `what` and `grant` are for the error.
  Result<Rows> pipeline(const std::vector<Query>& queries, std::size_t wanted, Deadline deadline,
                        const Text& what, Grant grant);

  /// The simple protocol: one string, perhaps of several statements; the last one's rows.
  Result<Rows> script(const std::string& sql, Deadline deadline);

  /// COPY … FROM STDIN. `next` fills the buffer and says whether there was anything.
  Result<std::int64_t> copy_in(const std::string& sql,
                               const std::function<bool(std::string&)>& next, Deadline deadline);

  const ConnectionFacts& facts() const { return facts_; }

 private:
  friend class BatchCopy;
  Connection(PgConnection connection, ConnectionFacts facts, std::vector<Secret> secrets,
             bool scripted)
      : connection_{std::move(connection)},
        facts_{std::move(facts)},
        secrets_{std::move(secrets)},
        scripted_{scripted} {}

  enum class Wait { ready, timed_out, lost };
  Wait wait_result(Deadline deadline);
  Wait flush(Deadline deadline);
  Wait drain(Deadline deadline);
  Result<Rows> collect_pipeline(std::size_t count, std::size_t wanted, Deadline deadline,
                                const Text& what, Grant grant);
  Result<PgResult> collect_script(Deadline deadline);
  Result<std::int64_t> feed_copy(const std::function<bool(std::string&)>& next, Deadline deadline);
  std::optional<Error> refusal(const Text& what) const;
  void abandon_transaction();
  void cancel_and_drain();
  Error error_after(Wait wait, const Text& what);
  Error error_of(const pg_result* result, const Text& what, Grant grant) const;

  PgConnection connection_;
  ConnectionFacts facts_;
  std::vector<Secret> secrets_;
  bool scripted_ = false;
  bool broken_ = false;
};

}  // namespace plimsoll::postgres
