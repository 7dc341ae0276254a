#pragma once

#include <chrono>
#include <string>

#include "census/census.h"
#include "policy/targets.h"

namespace plimsoll {

struct CensusOptions {
  bool exact = false;       ///< count rows
  bool sizes = false;       ///< writable layers, volumes, build cache: slow on a large engine
  bool exhaustive = false;  ///< look at every Redis key rather than a sample
  std::chrono::milliseconds per_target{
      10'000};  ///< the most that one target may cost, however it fails
};

/// Reads every target, side by side; a target that fails becomes a gap. Never fails as a whole.
/// A target found by discovery may be listed with several addresses: the first that answers is it.
Census take_census(const Targets& targets, const CensusOptions& options, Instant now);

}  // namespace plimsoll
