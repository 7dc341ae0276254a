#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/whole/killed_guard.h"

namespace plimsoll::testing {

/// One or more kinds of steps on things of their own: cases can share a stack and a plan.
struct FaultCase {
  std::string name;
  std::vector<std::string> kinds;  ///< name_of(Change) of its steps
  /// Makes what the steps act on, and the steps: their numbers and `after` count from 1.
  std::function<std::vector<Step>(Stack&)> prepare;
  /// What an application writes meanwhile, to it and to a ledger beside it. Throws when it cannot.
  std::function<void(Stack&)> write;
  /// At any instant: all that the policy keeps is there, in number and content.
  std::function<void(Stack&)> expect_kept;
  /// When the plan was carried out, beside that.
  std::function<void(Stack&)> expect_end;
};

/// For EXPECT_PRED: how a case prints in a test's name.
inline void PrintTo(const FaultCase& one, std::ostream* out) { *out << one.name; }

std::vector<FaultCase> postgres_cases();
std::vector<FaultCase> redis_cases();
std::vector<FaultCase> compose_cases();

}  // namespace plimsoll::testing
