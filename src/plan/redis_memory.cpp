#include "base/text.h"
#include "plan/drafting.h"

namespace plimsoll {
namespace {

constexpr double kHeadroom = 1.1;  ///< below used memory times this a lower maxmemory is an outage

}  // namespace

void plan_redis_memory(Draft& draft, const RedisCensus& server) {
  const auto& rule = draft.policy().redis;
  if (!rule) return;
  SetMaxmemory change;
  const auto* present = std::get_if<Bytes>(&server.maxmemory);
  const bool unlimited = std::holds_alternative<Unbounded>(server.maxmemory);
  if (rule->maxmemory && (unlimited || (present != nullptr && *present != *rule->maxmemory)))
    change.maxmemory = rule->maxmemory;
  if (!rule->eviction.empty() && !server.maxmemory_policy.empty() &&
      server.maxmemory_policy != rule->eviction)
    change.eviction = rule->eviction;
  if (!change.maxmemory && change.eviction.empty()) return;
  const ResourceId id = "redis/" + server.target + "/memory/used_memory";
  const auto floor = server.used_memory
                         ? std::optional{Bytes{static_cast<std::int64_t>(
                               kHeadroom * static_cast<double>(server.used_memory->count()))}}
                         : std::nullopt;
  if (change.maxmemory && (!floor || *change.maxmemory < *floor)) {
    draft.refuse(
        {id,
         say("maxmemory of Redis {} is not set to {}", "no se pone maxmemory de Redis {} en {}",
             {server.target, *change.maxmemory}),
         floor ? say("it uses {}: with a tenth of room it needs {}",
                     "usa {}: con un décimo de margen necesita {}", {*server.used_memory, *floor})
               : say("what it uses is not known", "no se sabe cuánto usa"),
         say("bound its streams first, then plan again",
             "limite antes sus streams y vuelva a planificar")});
    change.maxmemory.reset();
    if (change.eviction.empty()) return;
  }
  Step step;
  step.target_kind = TargetKind::redis;
  step.target = server.target;
  step.resource = id;
  step.change = change;
  step.before = {{"maxmemory", unlimited            ? "0"
                               : present != nullptr ? std::to_string(present->count())
                                                    : ""},
                 {"maxmemory_policy", server.maxmemory_policy}};
  const Text size =
      change.maxmemory ? say("maxmemory {}", "maxmemory {}", {*change.maxmemory}) : Text{};
  const Text eviction =
      change.eviction.empty() ? Text{} : say("eviction {}", "expulsión {}", {change.eviction});
  const Text both = size.empty()       ? eviction
                    : eviction.empty() ? size
                                       : say("{}, {}", "{}, {}", {size, eviction});
  step.why = wish_of(rule->origin, both);
  step.title = say("Redis {}: {}", "Redis {}: {}", {server.target, both});
  step.locks = say("none", "ninguno");
  step.undo = say("CONFIG SET back", "CONFIG SET con el valor anterior");
  step.frees = Bytes{0};
  draft.add(Stage::bound, std::move(step));
}

void plan_keys(Draft& draft, const RedisCensus& server) {
  for (const KeyFamily& family : server.families) {
    const KeyRule* rule = rule_for_keys(draft.policy(), family.pattern);
    const auto* ttl = rule == nullptr ? nullptr : std::get_if<Seconds>(&rule->keep);
    if (ttl == nullptr || family.without_ttl == 0 || server.role == "slave") continue;
    Step step;
    step.target_kind = TargetKind::redis;
    step.target = server.target;
    step.resource = redis_store_id(server, "key_family", family.database, family.pattern);
    step.change = ExpireKeys{family.database, family.pattern, *ttl};
    step.why = wish_of(rule->origin,
                       say("keys of {} to expire after {}", "que las claves de {} caduquen tras {}",
                           {printable(family.pattern), *ttl}));
    step.title =
        say("let about {} keys of {} expire in {}", "dejar que unas {} claves de {} caduquen en {}",
            {family.without_ttl, printable(family.pattern), *ttl});
    step.loss = LosesRange{std::nullopt, draft.now() + *ttl, family.without_ttl};
    step.locks = say("commands of under 2 ms each", "órdenes de menos de 2 ms cada una");
    step.undo = say("PERSIST, until they expire", "PERSIST, hasta que caduquen");
    step.frees = Bytes{0};
    draft.add(Stage::remove, std::move(step));
  }
}

}  // namespace plimsoll
