#pragma once

#include <atomic>
#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "history/journal.h"
#include "plan/outcome.h"
#include "plan/plan.h"
#include "policy/maintenance.h"

namespace plimsoll {

/// Whose work a step is. The Compose file of an engine has an executor of its own.
struct TargetKey {
  TargetKind kind{};
  std::string name;
  bool compose = false;
  friend auto operator<=>(const TargetKey&, const TargetKey&) = default;
};
TargetKey key_of(const Step& step);
using Executors = std::map<TargetKey, Executor*>;

struct RunOptions {
  std::function<Instant()> now;
  Actor actor;
  Maintenance maintenance;
  bool ignore_window = false;     ///< --now
  std::set<int> only_steps;       ///< --step; empty: all
  std::vector<std::string> only;  ///< --only: globs on a change's name or a resource; empty: all
  const std::atomic<bool>* stop = nullptr;  ///< Ctrl-C sets it
};

/// For the screen; called on the caller's thread, between the journal's writes.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void step_begins(const Step& /*step*/) {}
  virtual void step_progress(const Step& /*step*/, const Text& /*what*/,
                             std::optional<double> /*share*/) {}
  virtual void step_ends(const Step& /*step*/, const Outcome& /*outcome*/) {}

 protected:
  RunObserver() = default;
  RunObserver(const RunObserver&) = default;
  RunObserver& operator=(const RunObserver&) = default;
};

struct RunResult {
  std::map<int, Outcome> outcomes;  ///< by number; without the steps that were not asked for
  bool stale = false;               ///< the plan as a whole: applied already
  std::optional<Error> error;  ///< of the plan or its journal: why nothing, or no more, was done
};

/// Whether the plan fits this moment and these servers: not expired, not from the future (a clock
/// is wrong), not made for another server under the same name. `present`: the targets that
/// answered; a step of one that did not fails by itself. Pure. Errors: conflict.
Result<void> check_applicable(const Plan& plan, Instant now,
                              const std::vector<PlanTarget>& present);

/// Carries out the steps in their order, each after the steps it waits for, and writes to the
/// journal before and after every one. One that fails stops only those that wait for it. Steps the
/// journal says are done are not done again: a plan whose process was killed is applied again to
/// finish it. Heavy steps outside their window are held, with the instant at which they may run.
/// What cannot be written to the journal is not begun. check_applicable() comes before.
RunResult run_plan(const Plan& plan, const Executors& executors, Journal& journal,
                   const RunOptions& options, RunObserver& observer);

/// 0 all done, or nothing to do; 1 failed and nothing done; 3 some done and some not, or all held;
/// 4 stale.
int exit_status_of(const RunResult& result);

}  // namespace plimsoll
