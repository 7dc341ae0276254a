#include <algorithm>

#include "diagnose/table_facts.h"
#include "plan/drafting.h"
#include "plan/table_steps.h"

namespace plimsoll {
namespace {

std::optional<Seconds> kept(const TableRule& rule) {
  const auto* window = std::get_if<Seconds>(&rule.keep);
  return window == nullptr ? std::nullopt : std::optional{*window};
}

/// A replica is asked for nothing: its primary acts.
bool is_replica(Draft& draft, const PostgresCensus& server) {
  if (!server.in_recovery) return false;
  draft.refuse(
      {"postgres/" + server.target,
       say("PostgreSQL {} is a replica", "PostgreSQL {} es una réplica", {server.target}),
       say("a replica changes nothing by itself", "una réplica no cambia nada por sí sola"),
       say("point targets.postgres at the primary",
           "ponga en targets.postgres el servidor primario")});
  return true;
}

/// Its definition and its axis; refused where either cannot be had.
bool complete(Draft& draft, TableWish& wish) {
  wish.definition = draft.definition(wish.server.target, wish.name());
  if (wish.definition == nullptr) {
    refuse(draft, wish, say("its definition could not be read", "no se pudo leer su definición"));
    return false;
  }
  auto axis = axis_of(wish);
  if (!axis) {
    refuse(draft, wish, axis.error().what, axis.error().hint);
    return false;
  }
  wish.axis = std::move(*axis);
  return true;
}

}  // namespace

void plan_tables(Draft& draft, const PostgresCensus& server) {
  bool replica_said = false;
  for (const Table& table : server.tables) {
    const TableRule* rule = rule_for_table(draft.policy(), table.schema, table.name);
    if (rule == nullptr) continue;
    const auto keep = kept(*rule);
    if (!keep) continue;
    if (!replica_said && is_replica(draft, server)) return;
    replica_said = true;
    TableWish wish{server, table, *rule, *keep};
    if (!complete(draft, wish)) continue;
    if (std::holds_alternative<Hypertable>(table.shape)) {
      plan_hypertable(draft, wish, std::get<Hypertable>(table.shape));
    } else if (std::holds_alternative<PartitionedTable>(table.shape)) {
      plan_partitions(draft, wish, std::get<PartitionedTable>(table.shape));
    } else if (table.kind == "table") {
      plan_plain_table(draft, wish);
    }
  }
}

Step step_for(const TableWish& wish, Change change) {
  Step step;
  step.target_kind = TargetKind::postgres;
  step.target = wish.server.target;
  step.resource = wish.id();
  step.change = std::move(change);
  step.before = {{"oid", wish.definition->oid}};
  step.why = wish_of(wish.rule.origin, say("{} kept for {}", "conservar {} durante {}",
                                           {label(wish.table), wish.keep}));
  return step;
}

void refuse(Draft& draft, const TableWish& wish, Text why, Text instead) {
  draft.refuse(
      {wish.id(),
       say("{} is not bounded to {}", "{} no se limita a {}", {label(wish.table), wish.keep}),
       std::move(why), std::move(instead)});
}

Instant floored(Instant at, Seconds width) {
  const auto since = at.time_since_epoch();
  const auto rest = since % width;
  return at - rest - (rest.count() < 0 ? Instant::duration{width} : Instant::duration{0});
}

Instant cut_of(const TableWish& wish, Instant now) {
  const Instant cut = now - wish.keep;
  return wish.axis.type == "date" ? floored(cut, Days{1}) : cut;
}

Seconds width_of(const TableWish& wish) {
  constexpr Seconds kHour{3600};
  if (wish.rule.chunk) {
    const bool days = wish.axis.type == "date" || *wish.rule.chunk >= kOneDay;
    const Seconds unit = days ? kOneDay : kHour;
    return std::max(unit, unit * (*wish.rule.chunk / unit));
  }
  const Seconds seventh = wish.keep / 7;
  if (seventh >= kOneDay * 30) return kOneDay * 30;
  if (seventh >= kOneDay || wish.axis.type == "date") return kOneDay;
  return kHour;
}

std::int64_t partitions_ahead(const Draft& draft, Seconds width) {
  constexpr std::int64_t kLeast = 7;
  constexpr std::int64_t kMost = 200;
  return std::clamp<std::int64_t>(draft.options().partitions_ahead / width, kLeast, kMost);
}

Seconds at_rate(Bytes bytes, double megabytes_per_second) {
  return Seconds{1 + static_cast<std::int64_t>(static_cast<double>(bytes.count()) /
                                               (megabytes_per_second * 1e6))};
}

}  // namespace plimsoll
