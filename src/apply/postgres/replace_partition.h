#pragma once

#include "apply/postgres/patience.h"
#include "plan/outcome.h"

namespace plimsoll {

/// ReplacePartition: the rows from `cut` on are copied out of the old partition into new tables,
/// indexed there, and these take its place in one short transaction; the old one is dropped. What
/// is written to it meanwhile goes to a log by a row trigger and is replayed, change by change, in
/// the order it was made in; with or without a primary key.
///
/// Parts do not depend on each other: with a second connection from `another`, two are under work
/// at a time, on one core of the server each.
///
/// Whatever is begun and cannot be ended is undone (trigger, log, copies), also when it stops on a
/// wish. After a kill the trigger and the log are there until the step is applied again: parts that
/// were copied are then not copied again.
///
/// Facts, as far as the step names them: "oid" of the parent, "bound" of the old partition as the
/// server prints it; always its range. Locks: SHARE ROW EXCLUSIVE on the old partition for the
/// trigger, ACCESS EXCLUSIVE on parent and old one for the swap; both asked for shortly.
/// Phases: "log", "copy" and "index" of each part, "swap", "drop"; "undo".
class ReplacePartitionExecutor final : public Executor {
 public:
  static constexpr Patience kPatience{.lock_timeout = std::chrono::milliseconds{40},
                                      .attempts = 100};
  explicit ReplacePartitionExecutor(PostgresServer& server, Patience patience = kPatience,
                                    AnotherServer another = {})
      : server_{server}, patience_{patience}, another_{std::move(another)} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  PostgresServer& server_;
  Patience patience_;
  AnotherServer another_;
};

}  // namespace plimsoll
