#pragma once

#include <optional>

#include "apply/postgres/partition_facts.h"
#include "apply/postgres/patience.h"
#include "plan/outcome.h"

namespace plimsoll {

struct DeleteOptions {
  std::optional<double> max_rows_per_second;
  std::chrono::milliseconds batch_takes{100};  ///< what a batch is sized to
  Bytes max_replica_lag = Bytes{std::int64_t{64} << 20};
  Bytes max_wal_per_second = Bytes{std::int64_t{64} << 20};  ///< of the whole server
  std::chrono::milliseconds longest_pause{
      std::chrono::minutes{10}};                ///< for a replica; then it ends
  Bytes small = Bytes{std::int64_t{64} << 20};  ///< a table this size needs no index
};

/// DeleteRows: the oldest rows first, along the index on the time column, in batches of about a
/// tenth of a second, each a transaction of its own. It waits while a replica lags or too much WAL
/// is written, and makes smaller batches when somebody waits for it. Then VACUUM; whether the file
/// became smaller is measured, and said. To go on after a stop it is just applied again; where a
/// tenth of the rows are dead then, VACUUM runs even if none was left to delete.
/// Facts: "oid". Refused: a large table without such an index. Phases: "delete", "vacuum".
class DeleteRowsExecutor final : public Executor {
 public:
  explicit DeleteRowsExecutor(PostgresServer& server, DeleteOptions options = {},
                              Patience patience = {})
      : server_{server}, options_{options}, patience_{patience} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  struct Progress;
  std::optional<Outcome> objection(const DeleteRows& change, const std::string& oid,
                                   Progress& progress);
  Result<void> delete_all(const DeleteRows& change, StepWatch& watch, Progress& progress);
  Result<void> give_way(StepWatch& watch, Progress& progress);
  Result<void> vacuum(const DeleteRows& change, const std::string& oid, StepWatch& watch,
                      Progress& progress);

  PostgresServer& server_;
  DeleteOptions options_;
  Patience patience_;
};

}  // namespace plimsoll
