#pragma once

#include <string>

#include "plan/outcome.h"
#include "plan/plan.h"
#include "report/report.h"

namespace plimsoll {

/// A plan for whoever must agree to it: what, why, for how long, which locks, what it frees, what
/// it loses, how to undo it, in the servers' own words; then what was refused, and why.
std::string render_plan(const Plan& plan, Language language, const TextStyle& style);
std::string render_plan_markdown(const Plan& plan, Language language);

/// What the whole plan loses and frees, for the question before it: "This deletes about 57,000 rows
/// from … to …, 48 MB. Go on?" Empty where nothing is lost.
Text losses_of(const Plan& plan);
Bytes frees_of(const Plan& plan);

/// One line a step once it ended: "✓ 3 trim ticks to 5,000 entries: freed 1.0 MB".
std::string render_outcome(const Step& step, const Outcome& outcome, Language language,
                           const TextStyle& style);

}  // namespace plimsoll
