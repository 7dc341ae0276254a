#include <algorithm>

#include "base/text.h"
#include "diagnose/stream_facts.h"
#include "diagnose/wording.h"
#include "plan/drafting.h"
#include "plan/group_floor.h"

namespace plimsoll {
namespace {

constexpr Seconds kAbandonedAfter{Days{7}};

struct StreamWish {
  const RedisCensus& server;
  const Stream& stream;
  const StreamRule& rule;
  ResourceId id() const { return id_of(server, stream); }
  StreamName name() const { return {stream.database, stream.key}; }
};

Step step_for(const StreamWish& wish, Change change, const Text& asked) {
  Step step;
  step.target_kind = TargetKind::redis;
  step.target = wish.server.target;
  step.resource = wish.id();
  step.change = std::move(change);
  step.why = wish_of(wish.rule.origin, asked);
  step.locks = say("commands of under 2 ms each", "órdenes de menos de 2 ms cada una");
  step.undo = say("none", "no hay");
  return step;
}

std::string number(std::int64_t value) { return std::to_string(value); }

/// How many entries the rule's bound leaves, as far as the census tells; empty: within it already.
std::optional<std::int64_t> entries_kept(const StreamWish& wish, Instant now, TrimStream& change) {
  const Stream& stream = wish.stream;
  // A trim with `~` leaves up to a node above its threshold, so that much is within the bound.
  const std::int64_t node = wish.rule.exact ? 0 : wish.server.node_max_entries;
  if (wish.rule.maxlen) {
    if (stream.length <= *wish.rule.maxlen + node) return std::nullopt;
    change.maxlen = wish.rule.maxlen;
    return *wish.rule.maxlen;
  }
  if (wish.rule.max_bytes) {
    const auto bytes = bytes_of(stream);
    if (!bytes || *bytes <= *wish.rule.max_bytes || stream.length <= node) return std::nullopt;
    change.max_bytes = wish.rule.max_bytes;
    return static_cast<std::int64_t>(static_cast<double>(stream.length) *
                                     static_cast<double>(wish.rule.max_bytes->count()) /
                                     static_cast<double>(bytes->count()));
  }
  const auto oldest = stream.first_id ? instant_of_stream_id(*stream.first_id, now) : std::nullopt;
  const auto newest = stream.last_id ? instant_of_stream_id(*stream.last_id, now) : std::nullopt;
  const Instant cut = now - *wish.rule.keep;
  if (!oldest || !newest || *oldest >= cut || stream.length <= node) return std::nullopt;
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(cut).time_since_epoch().count();
  change.minid = StreamId{static_cast<std::uint64_t>(ms), 0};
  const double span = std::max(1.0, static_cast<double>((*newest - *oldest).count()));
  const double kept = std::clamp(static_cast<double>((*newest - cut).count()) / span, 0.0, 1.0);
  const auto left = static_cast<std::int64_t>(kept * static_cast<double>(stream.length));
  return stream.length - left > node ? std::optional{left} : std::nullopt;
}

Text bound_of(const StreamRule& rule) {
  if (rule.maxlen) return say("{} entries", "{} entradas", {*rule.maxlen});
  if (rule.max_bytes) return say("{}", "{}", {*rule.max_bytes});
  return say("{}", "{}", {*rule.keep});
}

Text listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : ", ").append(printable(name));
  return verbatim(text);
}

void plan_trim(Draft& draft, const StreamWish& wish) {
  const Stream& stream = wish.stream;
  TrimStream change;
  change.stream = wish.name();
  change.exact = wish.rule.exact;
  change.past_groups = wish.rule.force_past_groups;
  const auto kept = entries_kept(wish, draft.now(), change);
  if (!kept) return;
  GroupFloor floor;
  if (!wish.rule.force_past_groups) floor = group_floor(stream, kAbandonedAfter);
  change.abandoned = floor.abandoned;
  if (floor.floor && stream.first_id && *floor.floor <= *stream.first_id) {
    draft.refuse({wish.id(),
                  say("{} is not trimmed to {}", "{} no se recorta a {}",
                      {label(stream), bound_of(wish.rule)}),
                  say("the group {} has still to read or acknowledge its oldest entries",
                      "el grupo {} aún tiene que leer o confirmar sus entradas más antiguas",
                      {listed(floor.holding)}),
                  say("mend the reader, or say force_past_groups: true",
                      "repare el lector, o ponga force_past_groups: true")});
    return;
  }
  const std::int64_t gone = std::max<std::int64_t>(0, stream.length - *kept);
  LosesRange loss;
  loss.items = gone;
  if (stream.first_id) loss.first = instant_of_stream_id(*stream.first_id, draft.now());
  if (wish.rule.keep) loss.last = draft.now() - *wish.rule.keep;
  Step step = step_for(wish, change, say("at most {}", "como mucho {}", {bound_of(wish.rule)}));
  step.before = {{"length", number(stream.length)}};
  step.loss = loss;
  step.title = say("trim {} from {} to {}", "recortar {} de {} a {}",
                   {label(stream), counted(stream.length, kEntries), bound_of(wish.rule)});
  if (!change.abandoned.empty())
    step.title = say("{}; nobody reads as {} any more", "{}; ya nadie lee como {}",
                     {step.title, listed(change.abandoned)});
  if (stream.memory && stream.length > 0) {
    const double share = static_cast<double>(gone) / static_cast<double>(stream.length);
    step.frees =
        Bytes{static_cast<std::int64_t>(share * static_cast<double>(stream.memory->live.count()))};
    step.basis = say("its entries are of {} each", "sus entradas son de {} cada una",
                     {Bytes{stream.memory->live.count() / stream.length}});
  }
  step.takes = Seconds{1 + gone / 1'000'000};
  draft.add(Stage::remove, std::move(step));
}

void plan_groups(Draft& draft, const StreamWish& wish) {
  for (const ConsumerGroup& group : wish.stream.groups) {
    if (wish.rule.acknowledge_dangling && group.dangling_pending.value_or(0) > 0) {
      Step step = step_for(wish, AcknowledgeDangling{wish.name(), group.name},
                           say("no pending entries whose entry is gone",
                               "que no queden pendientes cuya entrada ya no existe"));
      step.before = {{"dangling", number(*group.dangling_pending)}};
      step.title = say("acknowledge {} of {} in {} whose entry is gone",
                       "confirmar {} de {} en {} cuya entrada ya no existe",
                       {say("{} pending entries", "{} pendientes", {*group.dangling_pending}),
                        printable(group.name), label(wish.stream)});
      step.frees = Bytes{*group.dangling_pending * 85};
      step.basis = say("85 bytes a pending entry", "85 bytes por entrada pendiente");
      draft.add(Stage::tidy, std::move(step));
    }
    if (!wish.rule.dead_consumers) continue;
    DeleteConsumers change{wish.name(), group.name, {}, *wish.rule.dead_consumers};
    for (const Consumer& consumer : group.consumers) {
      const auto idle = consumer.inactive ? consumer.inactive : consumer.idle;
      if (consumer.pending_entries == 0 && idle && *idle > *wish.rule.dead_consumers)
        change.consumers.push_back(consumer.name);
    }
    if (change.consumers.empty()) continue;
    const auto count = static_cast<std::int64_t>(change.consumers.size());
    Step step =
        step_for(wish, change,
                 say("no consumers idle for more than {}",
                     "que no haya consumidores inactivos más de {}", {*wish.rule.dead_consumers}));
    step.title = say("delete {} of {} in {}, with nothing pending",
                     "eliminar {} de {} en {}, sin nada pendiente",
                     {counted(count, {"dead consumer", "dead consumers", "consumidor inactivo",
                                      "consumidores inactivos"}),
                      printable(group.name), label(wish.stream)});
    step.frees = Bytes{count * 131};
    draft.add(Stage::tidy, std::move(step));
  }
}

/// True: the stream goes, so there is nothing else to do to it.
bool plan_orphan(Draft& draft, const StreamWish& wish) {
  if (std::holds_alternative<KeepOrphan>(wish.rule.orphan)) return false;
  if (!draft.found(Rule::stream_orphan, wish.id())) return false;
  const Stream& stream = wish.stream;
  const auto* expire = std::get_if<ExpireOrphan>(&wish.rule.orphan);
  if (expire != nullptr && stream.ttl) return true;  // it goes by itself
  Change change = DeleteStream{wish.name(), stream.last_generated};
  if (expire != nullptr) change = ExpireStream{wish.name(), stream.last_generated, expire->after};
  Step step = step_for(
      wish, change,
      expire != nullptr
          ? say("orphans to expire after {}", "que las huérfanas caduquen tras {}", {expire->after})
          : say("orphans to be deleted", "eliminar las huérfanas"));
  step.before = {{"last_generated_id", std::to_string(stream.last_generated.ms) + "-" +
                                           std::to_string(stream.last_generated.sequence)}};
  LosesRange loss;
  if (stream.first_id) loss.first = instant_of_stream_id(*stream.first_id, draft.now());
  if (stream.last_id) loss.last = instant_of_stream_id(*stream.last_id, draft.now());
  loss.items = stream.length;
  step.loss = loss;
  const Text entries = counted(stream.length, kEntries);
  step.title = expire != nullptr
                   ? say("let {} expire: {} that nobody writes any more",
                         "dejar que {} caduque: {} que ya nadie escribe", {label(stream), entries})
                   : say("delete {}: {} that nobody writes any more",
                         "eliminar {}: {} que ya nadie escribe", {label(stream), entries});
  if (expire != nullptr) step.undo = say("PERSIST, until then", "PERSIST, hasta entonces");
  step.frees = bytes_of(stream);
  step.basis = say("what the census measured", "lo que midió el censo");
  draft.add(Stage::remove, std::move(step));
  return true;
}

}  // namespace

void plan_streams(Draft& draft, const RedisCensus& server) {
  const bool replica = server.role == "slave";
  for (const Stream& stream : server.streams) {
    const StreamRule* rule = rule_for_stream(draft.policy(), stream.key);
    if (rule == nullptr) continue;
    if (replica) {
      draft.refuse({"redis/" + server.target,
                    say("Redis {} is a replica", "Redis {} es una réplica", {server.target}),
                    say("what is trimmed on a replica comes back from its master",
                        "lo que se recorta en una réplica vuelve desde su maestro"),
                    say("point targets.redis at the master", "ponga en targets.redis el maestro")});
      return;
    }
    const StreamWish wish{server, stream, *rule};
    if (plan_orphan(draft, wish)) continue;
    plan_groups(draft, wish);
    if (rule->bounded()) plan_trim(draft, wish);
  }
}

}  // namespace plimsoll
