#pragma once

#include <string>

#include "apply/postgres/server.h"
#include "plan/change.h"

namespace plimsoll {

/// How far a plain table is on its way to a partitioned one, as the server shows it.
struct ConversionFacts {
  bool in_recovery = false;
  Instant now{};  ///< the server's clock
  std::string oid;
  std::string kind;          ///< relkind of what has the table's name; empty: nothing
  std::string waiting_kind;  ///< of the parent in waiting
  std::string old_kind;      ///< of what has the old partition's name
  bool attached = false;     ///< … and is a partition of the table
  bool bounded = false;      ///< the CHECK is there
  bool proved = false;       ///< … and validated
  std::string mark;          ///< … and its comment
  bool analyzed = false;     ///< the planner has statistics of all partitions together
  int partitions = 0;

  bool is_done() const { return kind == "p" && attached; }
  bool has_leftovers() const { return kind == "r" && (bounded || waiting_kind == "p"); }
};

Result<ConversionFacts> read_conversion(PostgresServer& server, const PartitionTable& change);

}  // namespace plimsoll
