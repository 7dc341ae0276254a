#pragma once

#include "apply/postgres/patience.h"
#include "apply/postgres/server.h"
#include "link/postgres/probe.h"
#include "plan/outcome.h"

namespace plimsoll {

/// PartitionTable: a plain table becomes a partitioned one without copying. Facts: "oid" and
/// "definition" (fingerprint_of), read again at the beginning and right before the swap. Phases:
/// "prepare" (the new parent, under another name), "bound" (the CHECK), "validate", "swap", "tidy"
/// (ANALYZE), and "undo". Writers wait for "bound" and "swap" only, each at most `lock_timeout` an
/// attempt and then some milliseconds of the server's own.
///
/// From "bound" to "swap" the table refuses rows beyond `attach_until`: whatever ends the step
/// early takes the CHECK away again, and a guard that was killed in between does so, or goes on,
/// when the step is applied again.
class PartitionTableExecutor final : public Executor {
 public:
  /// `reader` asks the same server, in the same database. Both must outlive it.
  PartitionTableExecutor(PostgresServer& server, postgres::ProbeReader& reader,
                         Patience patience = kPatience)
      : server_{server}, reader_{reader}, patience_{patience} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  static constexpr Patience kPatience{std::chrono::milliseconds{60}, 20,
                                      std::chrono::milliseconds{100},
                                      std::chrono::milliseconds{3000}};
  PostgresServer& server_;
  postgres::ProbeReader& reader_;
  Patience patience_;
};

}  // namespace plimsoll
