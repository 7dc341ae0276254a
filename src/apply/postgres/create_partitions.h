#pragma once

#include "apply/postgres/partition_facts.h"
#include "apply/postgres/patience.h"
#include "plan/outcome.h"

namespace plimsoll {

/// CreatePartitions: each missing partition is made as a table of its own and attached, in one
/// transaction, under SHARE UPDATE EXCLUSIVE on the parent: readers and writers go on. One that
/// another partition covers already is there; one whose rows lie in the default partition is
/// refused, since attaching would fail.
/// Facts: "oid" of the parent. Phase: "create", one a partition.
class CreatePartitionsExecutor final : public Executor {
 public:
  explicit CreatePartitionsExecutor(PostgresServer& server, Patience patience = {})
      : server_{server}, patience_{patience} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  Outcome create(const CreatePartitions& change, const ParentFacts& parent, StepWatch& watch);

  PostgresServer& server_;
  Patience patience_;
};

}  // namespace plimsoll
