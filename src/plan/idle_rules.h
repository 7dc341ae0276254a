#pragma once

#include <vector>

#include "base/language.h"
#include "census/census.h"
#include "policy/policy.h"

namespace plimsoll {

/// Rules of the file that speak for nothing this census found, each with its file and line: a name
/// mistyped, a table renamed, a finding accepted by a name that is none. Pure.
/// Only where the census saw everything of that kind: nothing is said of a server that did not
/// answer, nor of keys of which only a sample was looked at. "*" is for what is still to come.
std::vector<Text> idle_rules(const Policy& policy, const Census& census);

}  // namespace plimsoll
