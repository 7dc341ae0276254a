#include "link/postgres/act.h"

#include <cassert>

#include "link/postgres/connection.h"

namespace plimsoll::postgres {
namespace {

constexpr std::chrono::milliseconds kActGrace{250};

/// jit: compiling a question about dependents took six times as long as answering it.
constexpr const char* kActSettings =
    "select pg_catalog.set_config(name, value, true) from (values"
    " ('statement_timeout', $1), ('lock_timeout', $2), ('search_path', 'pg_catalog'),"
    " ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('IntervalStyle', 'postgres'),"
    " ('jit', 'off')) as wanted(name, value)";

}  // namespace

Result<Rows> act(Link& link, const Act& act) {
  assert(!act.statements.empty());
  std::vector<Connection::Query> queries{
      {"begin", {}},
      {kActSettings,
       {std::to_string(act.statement_timeout.count()), std::to_string(act.lock_timeout.count())}}};
  for (const auto& statement : act.statements) queries.push_back({statement, {}});
  queries.back().values = act.values;
  const std::size_t wanted = queries.size() - 1;
  queries.push_back({"commit", {}});
  const auto budget = act.statement_timeout * static_cast<int>(act.statements.size()) + kActGrace;
  return link.connection().pipeline(queries, wanted, deadline_in(budget), act.what, Grant::none);
}

Result<Rows> act_alone(Link& link, const Act& act) {
  assert(act.statements.size() == 1 && act.values.empty());
  const auto set = link.connection().script(
      "SET statement_timeout = " + std::to_string(act.statement_timeout.count()) +
          "; SET lock_timeout = " + std::to_string(act.lock_timeout.count()) +
          "; SET search_path = pg_catalog; SET TimeZone = 'UTC'",
      deadline_in(std::chrono::seconds{5}));
  if (!set) return failure(set.error());
  auto rows = link.connection().script(act.statements.front(),
                                       deadline_in(act.statement_timeout + kActGrace));
  const auto reset = link.connection().script(
      "RESET statement_timeout; RESET lock_timeout; RESET search_path; RESET TimeZone",
      deadline_in(std::chrono::seconds{5}));
  if (rows && !reset) return failure(reset.error());
  return rows;
}

}  // namespace plimsoll::postgres
