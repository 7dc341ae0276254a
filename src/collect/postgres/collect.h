#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "census/postgres.h"
#include "census/store.h"
#include "link/postgres/link.h"

namespace plimsoll {

struct PostgresOptions {
  std::string target = "main";  ///< the target's name in ids and gaps
  bool exact = false;           ///< count(*) and min/max of every readable table, however long
  std::chrono::milliseconds budget{2500};  ///< for everything but exact counts
};

struct PostgresCollection {
  PostgresCensus census;
  std::vector<Gap> gaps;
  Target target;
};

/// One database and what its server holds beside it. Read-only, some 30 queries for any number of
/// tables, and one more for each table whose time column has an index (largest first, at most
/// kRangedTables). PostgreSQL 13–18; TimescaleDB where installed, through its public views and
/// functions only. A query that fails is a gap and the others go on; a table that somebody has
/// locked is sized from the catalog and marked stale.
/// Errors: those of the first query only, without which nothing is known.
Result<PostgresCollection> collect_postgres(postgres::ProbeReader& reader,
                                            const PostgresOptions& options);

}  // namespace plimsoll
