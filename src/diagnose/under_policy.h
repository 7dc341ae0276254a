#pragma once

#include "diagnose/diagnose.h"
#include "policy/policy.h"

namespace plimsoll {

/// What is left to say once the operator has said what they want: findings about a store that the
/// policy bounds and that is within that bound now, about what it keeps on purpose
/// (`keep: forever`, `force_past_groups`) and about what it accepts are taken out. A store whose
/// age or length is not known keeps its finding. Pure.
Diagnosis under_policy(Diagnosis diagnosis, const Census& census, const Policy& policy);

/// stores_of(), with the policy's bound on each store that is within it: kept by whoever enforces
/// plimsoll.yaml. Pure.
std::vector<Store> stores_under_policy(const Census& census, const Policy& policy);

}  // namespace plimsoll
