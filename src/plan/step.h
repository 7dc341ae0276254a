#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/language.h"
#include "census/store.h"
#include "plan/change.h"

namespace plimsoll {

/// What carrying out a step loses for good.
struct LosesNothing {
  friend bool operator==(LosesNothing, LosesNothing) = default;
};
struct LosesRange {
  std::optional<Instant> first;  ///< empty: not known
  std::optional<Instant> last;
  std::optional<std::int64_t> items;  ///< rows or entries, estimated
  friend bool operator==(const LosesRange&, const LosesRange&) = default;
};
using Loss = std::variant<LosesNothing, LosesRange>;

/// The facts a step rests on, by name, as text: "oid" → "16401", "length" → "12480". Read again by
/// the executor right before the step; see each executor for the names and what it lets pass.
using Observation = std::map<std::string, std::string>;

struct Step {
  int number = 0;  ///< from 1, in the order they are carried out
  TargetKind target_kind{};
  std::string target;   ///< "main"
  ResourceId resource;  ///< "postgres/main/table/public.scan_results"
  Change change;
  Observation before;
  Loss loss = LosesNothing{};
  Text title;                      ///< one line
  Text why;                        ///< which rule of which file asks for it, and what is there now
  Text locks;                      ///< which, on what, for how long at most
  Text undo;                       ///< how, or that it cannot be
  std::vector<std::string> words;  ///< the same in the server's own words
  std::optional<Bytes> frees;
  std::optional<Seconds> takes;  ///< estimated
  Text basis;                    ///< of the estimates
  bool heavy = false;            ///< only in a maintenance window
  std::vector<int> after;        ///< numbers of steps that must have been done
  friend bool operator==(const Step&, const Step&) = default;
};

}  // namespace plimsoll
