// A plan file, as somebody edits it or as it is cut short.
#include "base/text.h"
#include "fuzz.h"
#include "plan/plan.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto plan = parse_plan(fuzz::text_of(data, size));
  if (plan) {
    const auto again = parse_plan(to_json(*plan));
    fuzz::require(again && to_json(*again) == to_json(*plan), "what was read is written and read");
    fuzz::require(hash_of(*plan) == plan->hash, "and its hash is its own");
    return 0;
  }
  const auto& what = plan.error().what.en;
  fuzz::require(printable(what) == what, "what is wrong is said in one printable line");
  fuzz::require(plan.error().code == ErrorCode::malformed, "and is always the file's fault");
  return 0;
}
