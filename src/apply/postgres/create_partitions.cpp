#include "apply/postgres/create_partitions.h"

#include <algorithm>

#include "apply/postgres/new_partition.h"
#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll {
namespace {

bool begins_before(const TimeRange& range, Instant at) { return !range.begin || *range.begin < at; }

bool overlap(const TimeRange& a, const TimeRange& b) {
  return begins_before(a, b.end) && begins_before(b, a.end);
}

bool covers(const TimeRange& outer, const TimeRange& inner) {
  const bool begin = !outer.begin || (inner.begin && *outer.begin <= *inner.begin);
  return begin && outer.end >= inner.end;
}

Text why_not(const NamedRange& wanted, Text reason) {
  return say("{}: {}", "{}: {}", {printable(wanted.name.name), std::move(reason)});
}

/// Empty: it is to be made.
enum class Place { free, covered, taken };
Place place_of(const NamedRange& wanted, const ParentFacts& parent, std::string& by) {
  for (const auto& each : parent.partitions) {
    if (each.is_default || each.detach_pending) continue;
    by = printable(each.name.name);
    // Up to MAXVALUE, or of several columns: the server decides, and its refusal is the reason.
    if (!each.range) continue;
    if (covers(*each.range, wanted.range)) return Place::covered;
    if (overlap(*each.range, wanted.range)) return Place::taken;
  }
  return Place::free;
}

/// One row is enough: attaching would fail on it, after having locked the default partition.
Result<bool> in_default(PostgresServer& server, const PartitionFacts& holder,
                        const NamedRange& wanted, const TimeAxis& axis) {
  const auto column = postgres::quote_identifier(axis.column);
  auto act = question(
      say("default partition {}", "partición por defecto {}", {printable(holder.name.qualified())}),
      "SELECT EXISTS (SELECT FROM " + quoted(holder.name) + " WHERE " +
          rows_within(wanted.range, axis, column) + ") AS found");
  const std::string whole = "SET LOCAL row_security = off";
  act.statements.insert(act.statements.begin(), whole);
  const auto rows = server.act(act);
  if (!rows) return failure(rows.error());
  return (*rows)[0].flag("found");
}

}  // namespace

Outcome CreatePartitionsExecutor::apply(const Step& step, StepWatch& watch) {
  const auto& change = std::get<CreatePartitions>(step.change);
  const auto parent = read_parent(server_, change.table, change.axis);
  if (!parent) return outcome_of(parent.error());
  if (auto objection = objection_to(step, *parent, change.table, change.axis)) return *objection;
  return create(change, **parent, watch);
}

Outcome CreatePartitionsExecutor::create(const CreatePartitions& change, const ParentFacts& parent,
                                         StepWatch& watch) {
  std::int64_t made = 0;
  std::int64_t refused = 0;
  Text reason;
  const auto* holder = parent.default_partition();
  for (const auto& wanted : change.partitions) {
    std::string by;
    const auto place = place_of(wanted, parent, by);
    if (place == Place::covered) continue;
    if (watch.stop_wanted()) {
      return ended(StepState::stopped, say("{} partitions made; asked to stop",
                                           "{} particiones creadas; se pidió parar", {made}));
    }
    if (place == Place::taken) {
      ++refused;
      reason = why_not(wanted, say("overlaps {}", "se solapa con {}", {by}));
      continue;
    }
    const auto found = holder ? in_default(server_, *holder, wanted, change.axis) : false;
    if (!found) return outcome_of(found.error());
    if (*found) {
      ++refused;
      reason = why_not(wanted, say("rows of its range lie in the default partition {}",
                                   "hay filas de su rango en la partición por defecto {}",
                                   {printable(holder->name.name)}));
      continue;
    }
    if (auto begun = watch.begin_phase("create", wanted.name.qualified()); !begun) {
      return outcome_of(begun.error());
    }
    auto statements = standalone_table(parent, change.table, wanted.name, true);
    statements.push_back(attachment(change.table, wanted.name, wanted.range, change.axis));
    const auto created = patiently(
        server_,
        {.what = say("partition {}", "partición {}", {printable(wanted.name.qualified())}),
         .statements = std::move(statements),
         .statement_timeout = std::chrono::seconds{5}},
        patience_, watch);
    if (!created) {
      if (created.error().code == ErrorCode::unreachable) return outcome_of(created.error());
      ++refused;
      reason = created.error().what;
      continue;
    }
    ++made;
  }
  if (refused > 0) {
    return ended(made == 0 ? StepState::refused : StepState::failed,
                 say("{} partitions made, {} not: {}", "{} particiones creadas, {} no: {}",
                     {made, refused, reason}),
                 say("rows without a partition are rejected by the server",
                     "el servidor rechaza las filas que no tienen partición"));
  }
  if (made == 0) {
    return ended(StepState::nothing_to_do,
                 say("all partitions are there", "todas las particiones están"));
  }
  const auto again = read_parent(server_, change.table, change.axis);
  if (!again) return outcome_of(again.error());
  const bool all = *again && std::all_of(change.partitions.begin(), change.partitions.end(),
                                         [&](const auto& wanted) {
                                           std::string by;
                                           return place_of(wanted, **again, by) == Place::covered;
                                         });
  if (!all) {
    return ended(StepState::failed,
                 say("the partitions are not all there", "no están todas las particiones"));
  }
  auto outcome =
      ended(StepState::done, say("{} partitions made", "{} particiones creadas", {made}));
  outcome.after = {{"partitions", std::to_string((*again)->partitions.size())}};
  return outcome;
}

}  // namespace plimsoll
