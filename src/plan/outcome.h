#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/language.h"
#include "base/result.h"
#include "plan/step.h"

namespace plimsoll {

enum class StepState {
  done,           ///< carried out, and its effect read back
  nothing_to_do,  ///< its effect was there already
  stale,          ///< a fact it rests on is another now; nothing was changed
  refused,        ///< it would have hurt or lost something it must not; nothing was changed
  held,           ///< waits for its window or for a step before it
  stopped,        ///< ended at a safe point because somebody asked; goes on when applied again
  failed,         ///< what was begun was undone, or is sound as it is; `what` says
};
std::string_view name_of(StepState state);

struct Outcome {
  StepState state{};
  Text what;                   ///< one line: what was done, or why not
  Text hint;                   ///< may be empty
  std::optional<Bytes> freed;  ///< measured, not computed; empty: could not be, and `what` says so
  std::map<std::string, std::string> after;  ///< what was read back
};

/// What an executor tells while it works, and asks.
class StepWatch {
 public:
  virtual ~StepWatch() = default;
  /// For people; may come often. `share` of the work, 0…1, where known.
  virtual void progress(const Text& what, std::optional<double> share) = 0;
  /// True: end at the next safe point with StepState::stopped. Ctrl-C, or the window closed.
  virtual bool stop_wanted() const = 0;
  /// Called before each irreversible or lasting act of a step, and written to the journal before it
  /// returns. `phase` is a word of the executor's ("copy", "swap", "drop"). A failure to write it
  /// is a reason to stop: the act is not done.
  virtual Result<void> begin_phase(const std::string& phase, const std::string& detail) = 0;

 protected:
  StepWatch() = default;
  StepWatch(const StepWatch&) = default;
  StepWatch& operator=(const StepWatch&) = default;
};

/// Carries out the steps of one kind of target. Whatever happened before (killed between any two
/// phases included), apply() on the same step brings it to its end or says why it cannot: it looks
/// at the server, not at the journal, to see how far it got. It never does anything twice.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual Outcome apply(const Step& step, StepWatch& watch) = 0;

 protected:
  Executor() = default;
  Executor(const Executor&) = default;
  Executor& operator=(const Executor&) = default;
};

}  // namespace plimsoll
