#include "link/postgres/link.h"

#include <algorithm>

#include "link/postgres/connection.h"

namespace plimsoll::postgres {
namespace {

/// How much later than the server's own statement_timeout the client gives up: the server's error
/// is the better one, and leaves the connection usable.
constexpr std::chrono::milliseconds kGrace{250};

/// In force until the transaction ends. jit: compiling costs more than these queries. Parallel
/// workers: looking must not take them from anybody, nor space in a container's small /dev/shm.
/// track_counts: an index that only a census reads is still unused; only superusers may say so.
constexpr const char* kSettings =
    "select pg_catalog.set_config(name, value, true) from (values"
    " ('statement_timeout', $1), ('lock_timeout', $2), ('search_path', 'pg_catalog'),"
    " ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'),"
    " ('max_parallel_workers_per_gather', '0'), ('jit', 'off'), ('track_counts', 'off'))"
    " as wanted(name, value)"
    " where name <> 'track_counts' or pg_catalog.current_setting('is_superuser') = 'on'";

}  // namespace

Link::Link(std::unique_ptr<Connection> connection) : connection_{std::move(connection)} {}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

Result<Link> Link::connect(const Address& address, std::chrono::milliseconds budget,
                           Session session) {
  auto connection = Connection::open(address, budget, session != Session::reading);
  if (!connection) return failure(std::move(connection.error()));
  return Link{std::move(*connection)};
}

Result<Rows> Link::read(const Probe& probe, const Arguments& arguments) {
  const auto timeout = arguments.timeout.value_or(probe.timeout);
  const std::vector<Connection::Query> queries{
      {"begin read only", {}},
      {kSettings,
       {std::to_string(timeout.count()),
        std::to_string(std::min(timeout, probe.lock_timeout).count())}},
      {sql_of(probe, arguments), arguments.values},
      {"commit", {}}};
  return connection_->pipeline(queries, 2, deadline_in(timeout + kGrace), probe.what(),
                               probe.grant);
}

const ConnectionFacts& Link::facts() const { return connection_->facts(); }

}  // namespace plimsoll::postgres
