#pragma once

namespace plimsoll {

/// The exit status is an interface: scripts and CI branch on it.
enum class ExitStatus : int {
  done = 0,  ///< nothing to do, or done
  failed = 1,
  findings = 2,  ///< findings, or pending steps
  partly = 3,    ///< applied in part
  stale = 4,     ///< the plan no longer fits what is there
  usage = 64,
};

}  // namespace plimsoll
