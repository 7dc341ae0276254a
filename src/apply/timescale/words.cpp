#include "apply/timescale/words.h"

namespace plimsoll::timescale {

postgres::Act reading(Text what, std::string sql, std::vector<std::optional<std::string>> values) {
  return {.what = std::move(what), .statements = {std::move(sql)}, .values = std::move(values)};
}

Outcome outcome_of(StepState state, Text what, Text hint) {
  Outcome outcome;
  outcome.state = state;
  outcome.what = std::move(what);
  outcome.hint = std::move(hint);
  return outcome;
}

Outcome failed(const Error& error) { return outcome_of(StepState::failed, error.what, error.hint); }

}  // namespace plimsoll::timescale
