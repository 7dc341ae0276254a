#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apply/postgres/server.h"
#include "plan/outcome.h"

// What the executors read again of a partitioned table before they touch it.
namespace plimsoll {

struct PartitionFacts {
  std::string oid;
  TableName name;
  std::string kind;                ///< relkind
  std::string bound;               ///< pg_get_expr(relpartbound), in UTC
  std::optional<TimeRange> range;  ///< empty: DEFAULT, or up to MAXVALUE
  bool is_default = false;
  bool detach_pending = false;
  Bytes bytes;  ///< of a sub-partitioned one: of its own leaves
};

struct ParentFacts {
  std::string oid;
  std::string kind;        ///< relkind: "p" when partitioned
  std::string strategy;    ///< "r" by range
  std::string key_column;  ///< empty where the key is an expression or has several columns
  std::string owner;
  bool row_security = false;
  bool in_recovery = false;
  int version = 0;                  ///< server_version_num
  std::vector<std::string> grants;  ///< "GRANT … ON TABLE {table} TO …"; none with row security
  std::vector<PartitionFacts> partitions;

  const PartitionFacts* find(const TableName& name) const;
  const PartitionFacts* default_partition() const;
};

std::string quoted(const TableName& name);

/// `what` it is about, then one line.
postgres::Act question(Text what, std::string sql,
                       std::vector<std::optional<std::string>> values = {});

/// Empty: there is no such table.
Result<std::optional<ParentFacts>> read_parent(PostgresServer& server, const TableName& table,
                                               const TimeAxis& axis);

/// The primary acts; what it does comes to its replicas.
Outcome refused_by_replica();

/// Why a step on this table cannot begin; empty when it can. Facts the step does not name (the oid
/// of a parent that a step before it makes) are not compared.
std::optional<Outcome> objection_to(const Step& step, const std::optional<ParentFacts>& parent,
                                    const TableName& table, const TimeAxis& axis);

/// "FOR VALUES FROM ('2025-11-01') TO ('2025-11-02')" on this axis.
std::optional<TimeRange> range_of_bound(std::string_view bound, const TimeAxis& axis);
/// FROM (MINVALUE) TO ('…')
std::string bound_of(const TimeRange& range, const TimeAxis& axis);
/// column >= … AND column < …; from `cut` on where that is given.
std::string rows_within(const TimeRange& range, const TimeAxis& axis, std::string_view column,
                        std::optional<Instant> cut = std::nullopt);

/// What hangs on a partition and would be lost or stop its drop: foreign keys of it and to it,
/// views, functions, and with `also_own` its own triggers, policies and publications. Empty: none.
Result<std::string> dependents_of(PostgresServer& server, const std::string& oid, bool also_own);

/// Fails its transaction with `message` unless `condition` (SQL) holds.
std::string assertion(const std::string& condition, std::string_view message);

Outcome outcome_of(const Error& error);
Outcome ended(StepState state, Text what, Text hint = {});

}  // namespace plimsoll
