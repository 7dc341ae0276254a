#pragma once

#include "report/overview.h"

namespace plimsoll {

/// Three findings or more that tell the same story of stores of one target become one group.
std::vector<Group> groups_of(const Diagnosis& diagnosis);

/// Fills `outcomes` and `frees` from what the findings claim and `stores` hold.
void find_outcomes(const Diagnosis& diagnosis, Overview& overview);

}  // namespace plimsoll
