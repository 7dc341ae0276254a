#include "apply/run/run_plan.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll {
namespace {

bool is_done(StepState state) {
  return state == StepState::done || state == StepState::nothing_to_do;
}

Outcome outcome_of(StepState state, Text what, Text hint = {}) {
  return {
      .state = state, .what = std::move(what), .hint = std::move(hint), .freed = {}, .after = {}};
}
Outcome failed_with(const Error& error) {
  return outcome_of(StepState::failed, error.what, error.hint);
}

/// One step while it is at work: what its executor says goes to the screen and to the journal.
class Watch final : public StepWatch {
 public:
  Watch(const Plan& plan, const Step& step, Journal& journal, const RunOptions& options,
        RunObserver& observer)
      : plan_{plan}, step_{step}, journal_{journal}, options_{options}, observer_{observer} {}

  void progress(const Text& what, std::optional<double> share) override {
    observer_.step_progress(step_, what, share);
  }

  bool stop_wanted() const override {
    if (options_.stop != nullptr && options_.stop->load()) return true;
    return step_.heavy && !options_.ignore_window && window_closed();
  }

  Result<void> begin_phase(const std::string& phase, const std::string& detail) override {
    return journal_.begin_phase(plan_.hash, step_.number, {phase, detail, options_.now()});
  }

 private:
  /// Executors ask often, and a calendar takes a moment to read: once in five seconds will do.
  bool window_closed() const {
    const Instant now = options_.now();
    if (!looked_at_ || now - *looked_at_ >= Seconds{5} || now < *looked_at_) {
      closed_ = !may_run_heavy(options_.maintenance, now);
      looked_at_ = now;
    }
    return closed_;
  }

  const Plan& plan_;
  const Step& step_;
  Journal& journal_;
  const RunOptions& options_;
  RunObserver& observer_;
  mutable std::optional<Instant> looked_at_;
  mutable bool closed_ = false;
};

class Run {
 public:
  Run(const Plan& plan, const Executors& executors, Journal& journal, const RunOptions& options,
      RunObserver& observer)
      : plan_{plan},
        executors_{executors},
        journal_{journal},
        options_{options},
        observer_{observer} {}

  RunResult result() {
    const auto lock = journal_.lock(options_.actor);
    if (!lock) return ended_by(lock.error());
    if (!begin()) return std::move(result_);
    for (const Step& step : plan_.steps) {
      if (const auto done = done_before_.find(step.number); done != done_before_.end()) {
        result_.outcomes[step.number] = done->second;
      } else if (is_asked_for(step)) {
        take(step);
      }
    }
    const bool all = std::all_of(plan_.steps.begin(), plan_.steps.end(),
                                 [&](const Step& step) { return has_been_done(step.number); });
    note(journal_.end_plan(plan_.hash, all ? PlanState::applied : PlanState::partly,
                           options_.now()));
    return std::move(result_);
  }

 private:
  RunResult ended_by(Error error) {
    result_.error = std::move(error);
    return std::move(result_);
  }

  bool begin() {
    const auto state = journal_.state_of(plan_.hash);
    if (state && *state == PlanState::applied) result_.stale = true;
    auto begun = journal_.begin_plan(plan_, options_.actor, options_.now());
    if (!begun) {
      ended_by(std::move(begun.error()));
      return false;
    }
    auto steps = journal_.steps_of(plan_.hash);
    if (!steps) {
      ended_by(std::move(steps.error()));
      return false;
    }
    for (JournalStep& step : *steps) {
      if (!step.state || !is_done(*step.state)) continue;
      done_before_[step.number] = {*step.state, std::move(step.what), std::move(step.hint),
                                   step.freed, std::move(step.after)};
    }
    return true;
  }

  /// The first thing that went wrong with the journal is the one to tell.
  void note(const Result<void>& written) {
    if (!written && !result_.error) result_.error = written.error();
  }

  bool is_asked_for(const Step& step) const {
    if (!options_.only_steps.empty() && !options_.only_steps.contains(step.number)) return false;
    if (options_.only.empty()) return true;
    return std::any_of(options_.only.begin(), options_.only.end(), [&](const auto& glob) {
      return matches_glob(glob, name_of(step.change)) || matches_glob(glob, step.resource);
    });
  }

  bool has_been_done(int number) const {
    const auto outcome = result_.outcomes.find(number);
    return outcome != result_.outcomes.end() && is_done(outcome->second.state);
  }

  void take(const Step& step) {
    if (auto reason = reason_to_wait(step)) {
      note(journal_.end_step(plan_.hash, step, *reason, options_.now()));
      result_.outcomes[step.number] = *reason;
      observer_.step_ends(step, *reason);
      return;
    }
    observer_.step_begins(step);
    Outcome outcome = carried_out(step);
    result_.outcomes[step.number] = outcome;
    observer_.step_ends(step, outcome);
  }

  Outcome carried_out(const Step& step) {
    const auto executor = executors_.find(key_of(step));
    if (executor == executors_.end() || executor->second == nullptr) {
      Outcome outcome =
          outcome_of(StepState::failed,
                     say("there is no connection to {}", "no hay conexión con {}",
                         {std::string{name_of(step.target_kind)} + "/" + printable(step.target)}),
                     say("plimsoll diagnose says why", "plimsoll diagnose dice por qué"));
      note(journal_.end_step(plan_.hash, step, outcome, options_.now()));
      return outcome;
    }
    if (auto begun = journal_.begin_step(plan_.hash, step, options_.now()); !begun) {
      note(begun);
      return failed_with(begun.error());
    }
    Watch watch{plan_, step, journal_, options_, observer_};
    Outcome outcome = executor->second->apply(step, watch);
    note(journal_.end_step(plan_.hash, step, outcome, options_.now()));
    return outcome;
  }

  /// Why the step is not even begun; empty: it is its turn.
  std::optional<Outcome> reason_to_wait(const Step& step) const {
    if (options_.stop != nullptr && options_.stop->load()) {
      return outcome_of(
          StepState::stopped, say("not begun: a stop was asked for", "sin empezar: se pidió parar"),
          say("apply the plan again to go on", "aplique el plan de nuevo para seguir"));
    }
    for (const int before : step.after) {
      if (!has_been_done(before)) {
        return outcome_of(StepState::held,
                          say("waits for step {}, which is not done",
                              "espera al paso {}, que no está hecho", {std::int64_t{before}}));
      }
    }
    const Instant now = options_.now();
    if (!step.heavy || options_.ignore_window || may_run_heavy(options_.maintenance, now)) {
      return std::nullopt;
    }
    const auto next = next_heavy_instant(options_.maintenance, now);
    return outcome_of(
        StepState::held,
        next ? say("waits for its maintenance window: it may run from {}",
                   "espera su ventana de mantenimiento: puede ejecutarse desde el {}", {*next})
             : say("no maintenance window lies within 14 days",
                   "no hay ventana de mantenimiento en 14 días"),
        say("apply the plan again then, or with --now", "aplique el plan entonces, o con --now"));
  }

  const Plan& plan_;
  const Executors& executors_;
  Journal& journal_;
  const RunOptions& options_;
  RunObserver& observer_;
  std::map<int, Outcome> done_before_;
  RunResult result_;
};

}  // namespace

TargetKey key_of(const Step& step) {
  return {step.target_kind, step.target, std::holds_alternative<PatchCompose>(step.change)};
}

RunResult run_plan(const Plan& plan, const Executors& executors, Journal& journal,
                   const RunOptions& options, RunObserver& observer) {
  return Run{plan, executors, journal, options, observer}.result();
}

int exit_status_of(const RunResult& result) {
  constexpr int kDone = 0, kFailed = 1, kPartly = 3, kStale = 4;
  if (result.stale) return kStale;
  const auto count = [&](auto... states) {
    return std::count_if(result.outcomes.begin(), result.outcomes.end(),
                         [&](const auto& each) { return ((each.second.state == states) || ...); });
  };
  const auto size = static_cast<std::ptrdiff_t>(result.outcomes.size());
  const bool any_done = count(StepState::done) > 0;
  if (result.error) return any_done ? kPartly : kFailed;
  if (count(StepState::done, StepState::nothing_to_do) == size) return kDone;
  if (any_done) return kPartly;
  if (count(StepState::failed, StepState::refused) > 0) return kFailed;
  return count(StepState::stale) > 0 ? kStale : kPartly;
}

}  // namespace plimsoll
