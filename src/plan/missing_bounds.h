#pragma once

#include <vector>

#include "census/census.h"
#include "diagnose/diagnose.h"
#include "policy/policy.h"

namespace plimsoll {

/// What keeps a stack from being called bounded.
struct MissingBounds {
  std::vector<Finding> findings;    ///< a store without a bound, or with one that does not hold
  std::vector<Target> unreachable;  ///< of these nothing is known, which is not the same as fine
  std::int64_t gaps = 0;            ///< what else could not be seen; reported, and nothing more
};

/// Of all that diagnose() finds and the policy leaves, only what grows. Pure.
MissingBounds missing_bounds(const Census& census, const Policy& policy);

/// "postgres/main/table/public.events: plain table that only grows, 3.1 GB → ALTER TABLE …": one
/// line, safe to print. `arrow` is "→" or "->".
std::string line_of(const Finding& finding, std::string_view arrow, Language language);

}  // namespace plimsoll
