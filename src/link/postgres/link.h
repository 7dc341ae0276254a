#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "link/postgres/address.h"
#include "link/postgres/probe.h"

namespace plimsoll::postgres {

class Connection;

enum class Session {
  reading,  ///< every probe runs in a read-only transaction of its own
  acting,   ///< act.h too: what a plan says
  script    ///< for script.h: the demo's and the tests' own private servers
};

/// One connection to one database. One thread at a time.
///
/// A probe is sent as BEGIN READ ONLY, its settings (statement_timeout, lock_timeout, search_path =
/// pg_catalog, UTC, ISO dates, no parallel workers), the query and COMMIT in one round trip. The
/// settings end with the transaction, so a pooler that lends the connection on is left as it was.
class Link final : public ProbeReader {
 public:
  /// Costs at most `budget`, however silent the server is; only the look-up of a host's name is
  /// outside of it, since the system's resolver cannot be given a deadline (a numeric address needs
  /// none). Errors: unreachable, denied, timed_out, unsupported (no such database), malformed.
  static Result<Link> connect(const Address& address, std::chrono::milliseconds budget,
                              Session session = Session::reading);

  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() override;

  /// Costs at most the probe's timeout and half a second. After a call that timed out on the
  /// client's side and could not be cancelled, the link is broken and each call says so at once.
  Result<Rows> read(const Probe& probe, const Arguments& arguments = {}) override;
  const ConnectionFacts& facts() const override;

  Connection& connection() { return *connection_; }  ///< for act.h and script.h

 private:
  explicit Link(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace plimsoll::postgres
