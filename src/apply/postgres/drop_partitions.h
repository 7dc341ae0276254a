#pragma once

#include <string>

#include "apply/postgres/partition_facts.h"
#include "apply/postgres/patience.h"
#include "plan/outcome.h"

namespace plimsoll {

/// DropPartitions: oldest first, each detached and dropped in a transaction of its own under ACCESS
/// EXCLUSIVE on the parent, asked for shortly. Where that lock is not to be had, the server is 14
/// or later and there is no default partition: DETACH … CONCURRENTLY, then DROP. A detach that an
/// earlier run left pending is finished first. One that cannot go does not stop the others.
/// Facts: "oid" of the parent; each partition's bounds against the plan and its cut, again inside
/// the transaction. Phases: "finalize", "drop", "detach".
class DropPartitionsExecutor final : public Executor {
 public:
  explicit DropPartitionsExecutor(PostgresServer& server, Patience patience = {},
                                  std::chrono::milliseconds concurrently = std::chrono::minutes{5})
      : server_{server}, patience_{patience}, concurrently_{concurrently} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  struct Tally;
  Result<void> finalize_pending(const DropPartitions& change, const ParentFacts& parent,
                                StepWatch& watch);
  Result<void> finalize(const DropPartitions& change, const PartitionFacts& partition,
                        StepWatch& watch);
  Result<bool> drop_detached(const TableName& name, const ParentFacts& parent, StepWatch& watch,
                             Bytes& freed);
  std::optional<Text> objection(const DropPartitions& change, const NamedRange& planned,
                                const PartitionFacts& found, bool& stale);
  Result<void> drop(const DropPartitions& change, const PartitionFacts& partition,
                    const ParentFacts& parent, StepWatch& watch, Bytes& freed);
  Result<void> drop_concurrently(const DropPartitions& change, const PartitionFacts& partition,
                                 const ParentFacts& parent, StepWatch& watch, Bytes& freed);
  Result<void> drop_next(const DropPartitions& change, const NamedRange& planned, StepWatch& watch,
                         Tally& tally);

  PostgresServer& server_;
  Patience patience_;
  std::chrono::milliseconds concurrently_;
};

}  // namespace plimsoll
