#pragma once

#include <string>

#include "base/language.h"
#include "census/census.h"
#include "diagnose/diagnose.h"
#include "policy/targets.h"

namespace plimsoll {

struct InitOptions {
  Targets targets;             ///< as looked at; passwords are left out of what is written
  DiagnoseOptions thresholds;  ///< those the diagnosis was made with
};

/// A commented plimsoll.yaml for what this stack has now: bounds already in force as they are, and
/// for what has none one that fits (its readers, its disk, its memory), each with its reason. What
/// cannot be bounded on the strength of a census alone is a comment. `diagnosis` is that of this
/// census, without a policy. Pure.
/// Law: parse_config() takes it without warnings, and a plan made of it does not refuse everything.
std::string init_policy(const Census& census, const Diagnosis& diagnosis,
                        const InitOptions& options, Language language);

}  // namespace plimsoll
