#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/instant.h"
#include "plan/outcome.h"

namespace plimsoll {

/// Carries out PatchCompose. Step::before holds "sha256", the file's when it was planned, and,
/// where earlier steps of the plan write to it too, "sha256_after_earlier_steps": another run may
/// have done those. Any other file is stale, unless the wish is fulfilled already or the difference
/// is what this executor wrote itself.
///
/// A copy of the file is kept beside it; the new text takes its place in one rename. A disk that is
/// full, a read-only folder, a kill at any point: the file is the old one or the new one.
/// Nothing changes in a running container until `docker compose up -d SERVICE`; the outcome says
/// so.
class ComposeExecutor final : public Executor {
 public:
  /// `now` names the copy.
  explicit ComposeExecutor(std::function<Instant()> now) : now_{std::move(now)} {}

  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  bool is_as_planned(const Step& step, const std::string& path, const std::string& found) const;

  std::function<Instant()> now_;
  /// By path: what a file was when the first step came to it, and what it is since the last one.
  struct Written {
    std::string planned, now;
  };
  std::map<std::string, Written> written_;
};

}  // namespace plimsoll
