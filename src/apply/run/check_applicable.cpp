#include <algorithm>

#include "apply/run/run_plan.h"

namespace plimsoll {
namespace {

/// Two machines' clocks may differ by this much before a plan from the other one is strange.
constexpr std::chrono::minutes kClocksDiffer{5};

Text make_anew() { return say("make it anew: plimsoll plan", "hágalo de nuevo: plimsoll plan"); }

}  // namespace

Result<void> check_applicable(const Plan& plan, Instant now,
                              const std::vector<PlanTarget>& present) {
  if (plan.taken_at > now + kClocksDiffer) {
    return failure(
        ErrorCode::conflict,
        say("this plan is from the future: it was made at {}, and it is {}",
            "este plan viene del futuro: se hizo el {}, y son las {}", {plan.taken_at, now}),
        say("one of the clocks is wrong; put it right, then make the plan anew: plimsoll plan",
            "uno de los relojes va mal; corríjalo y haga el plan de nuevo: plimsoll plan"));
  }
  if (plan.expires_at <= now) {
    return failure(ErrorCode::conflict,
                   say("this plan is stale: it expired at {}", "este plan ya no vale: caducó el {}",
                       {plan.expires_at}),
                   make_anew());
  }
  for (const PlanTarget& target : plan.targets) {
    const auto found = std::find_if(present.begin(), present.end(), [&](const auto& other) {
      return other.kind == target.kind && other.name == target.name;
    });
    if (found != present.end() && found->identity != target.identity) {
      const std::string name = std::string{name_of(target.kind)} + "/" + target.name;
      return failure(
          ErrorCode::conflict,
          say("this plan is stale: {} is another server than the one it was made for",
              "este plan ya no vale: {} es otro servidor que aquel para el que se hizo", {name}),
          make_anew());
    }
  }
  return {};
}

}  // namespace plimsoll
