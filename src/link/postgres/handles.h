#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/secret.h"
#include "link/postgres/complaint.h"

struct pg_conn;
struct pg_result;

namespace plimsoll::postgres {

struct PgFinish {
  void operator()(pg_conn* connection) const;
};
struct PgClear {
  void operator()(pg_result* result) const;
};
using PgConnection = std::unique_ptr<pg_conn, PgFinish>;
using PgResult = std::unique_ptr<pg_result, PgClear>;

enum class Readiness { ready, timed_out, failed };
/// poll() on the connection's socket; a past deadline still looks once.
Readiness wait_for_socket(const pg_conn* connection, bool readable, bool writable,
                          Deadline deadline);

/// The connection's last complaint, with the secrets and the password libpq found by itself
/// (PGPASSWORD, ~/.pgpass) taken out.
Complaint complaint_of(const pg_conn* connection, const std::vector<Secret>& secrets);

/// Asks the server to cancel what the connection runs, and waits for that at most `patience`.
void cancel_within(pg_conn* connection, std::chrono::milliseconds patience);

}  // namespace plimsoll::postgres
