#pragma once

#include "apply/postgres/patience.h"
#include "apply/postgres/server.h"
#include "plan/outcome.h"

namespace plimsoll {

/// Carries out SetRetentionPolicy, SetCompressionPolicy, SetChunkInterval, DropChunks and
/// ReplaceHypertable; any other change is refused. The server must outlive it; one thread.
class TimescaleExecutor final : public Executor {
 public:
  explicit TimescaleExecutor(PostgresServer& server, Patience patience = {})
      : server_{server}, patience_{patience} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  PostgresServer& server_;
  Patience patience_;
};

}  // namespace plimsoll
