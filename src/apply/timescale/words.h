#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apply/postgres/patience.h"
#include "apply/postgres/server.h"
#include "plan/outcome.h"

// Small words the executors of this module share.
namespace plimsoll::timescale {

/// A statement that reads; it locks nothing beyond ACCESS SHARE.
postgres::Act reading(Text what, std::string sql,
                      std::vector<std::optional<std::string>> values = {});

Outcome outcome_of(StepState state, Text what, Text hint = {});
/// failed, with the error's words.
Outcome failed(const Error& error);

}  // namespace plimsoll::timescale
