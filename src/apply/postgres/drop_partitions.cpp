#include "apply/postgres/drop_partitions.h"

#include <algorithm>

#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll {
namespace {

/// On a table that is detached but not dropped yet: the one sign that it is ours to drop.
std::string mark_of(const ParentFacts& parent) { return "plimsoll drops it: of " + parent.oid; }

std::string marking(const TableName& name, const ParentFacts& parent) {
  return "COMMENT ON TABLE " + quoted(name) + " IS " + postgres::quote_literal(mark_of(parent));
}

Text about(const TableName& name) {
  return say("partition {}", "partición {}", {printable(name.qualified())});
}

std::vector<NamedRange> oldest_first(std::vector<NamedRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.range.end < b.range.end; });
  return ranges;
}

}  // namespace

struct DropPartitionsExecutor::Tally {
  std::int64_t dropped = 0;
  std::int64_t stale = 0;
  std::int64_t refused = 0;
  std::int64_t failed = 0;
  Bytes freed;
  Text problems;

  void add_problem(const TableName& name, const Text& why) {
    const Text line = say("{}: {}", "{}: {}", {printable(name.name), why});
    problems = problems.empty() ? line : say("{}; {}", "{}; {}", {problems, line});
  }
};

Outcome DropPartitionsExecutor::apply(const Step& step, StepWatch& watch) {
  const auto& change = std::get<DropPartitions>(step.change);
  const auto parent = read_parent(server_, change.table, change.axis);
  if (!parent) return outcome_of(parent.error());
  if (auto objection = objection_to(step, *parent, change.table, change.axis)) return *objection;
  if (auto finished = finalize_pending(change, **parent, watch); !finished) {
    return outcome_of(finished.error());
  }
  Tally tally;
  double done = 0;
  bool stopped = false;
  for (const auto& planned : oldest_first(change.partitions)) {
    stopped = watch.stop_wanted();
    if (stopped) break;
    watch.progress(about(planned.name), done++ / static_cast<double>(change.partitions.size()));
    if (auto next = drop_next(change, planned, watch, tally); !next) {
      if (next.error().code == ErrorCode::unreachable) return outcome_of(next.error());
      ++tally.failed;
      tally.add_problem(planned.name, next.error().what);
    }
  }
  Outcome outcome;
  outcome.freed = tally.freed;
  outcome.after = {{"dropped", std::to_string(tally.dropped)}};
  outcome.what = say("{} of {} partitions dropped", "{} de {} particiones eliminadas",
                     {tally.dropped, static_cast<std::int64_t>(change.partitions.size())});
  if (!tally.problems.empty()) {
    outcome.what = say("{}; {}", "{}; {}", {outcome.what, tally.problems});
  }
  const auto wrong = tally.stale + tally.refused + tally.failed;
  if (stopped) {
    outcome.state = StepState::stopped;
  } else if (wrong == 0) {
    outcome.state = tally.dropped > 0 ? StepState::done : StepState::nothing_to_do;
  } else if (tally.dropped == 0 && wrong == tally.stale) {
    outcome.state = StepState::stale;
  } else if (tally.dropped == 0 && wrong == tally.refused) {
    outcome.state = StepState::refused;
  } else {
    outcome.state = StepState::failed;
  }
  return outcome;
}

Result<void> DropPartitionsExecutor::drop_next(const DropPartitions& change,
                                               const NamedRange& planned, StepWatch& watch,
                                               Tally& tally) {
  const auto parent = read_parent(server_, change.table, change.axis);
  if (!parent) return failure(parent.error());
  const auto* found = *parent ? (*parent)->find(planned.name) : nullptr;
  if (found == nullptr) {
    if (!*parent) return {};
    const auto dropped = drop_detached(planned.name, **parent, watch, tally.freed);
    if (!dropped) return failure(dropped.error());
    if (*dropped) ++tally.dropped;
    return {};
  }
  bool stale = false;
  if (const auto why = objection(change, planned, *found, stale)) {
    ++(stale ? tally.stale : tally.refused);
    tally.add_problem(planned.name, *why);
    return {};
  }
  const auto dependents = dependents_of(server_, found->oid, false);
  if (!dependents) return failure(dependents.error());
  if (!dependents->empty()) {
    ++tally.refused;
    tally.add_problem(planned.name, say("depends on it or it on others: {}",
                                        "dependen de ella o ella de otros: {}", {*dependents}));
    return {};
  }
  auto dropped = drop(change, *found, **parent, watch, tally.freed);
  if (dropped) ++tally.dropped;
  return dropped;
}

std::optional<Text> DropPartitionsExecutor::objection(const DropPartitions& change,
                                                      const NamedRange& planned,
                                                      const PartitionFacts& found, bool& stale) {
  stale = true;
  if (!found.range || *found.range != planned.range) {
    return say("its bounds are other than planned: {}", "sus límites no son los planificados: {}",
               {printable(found.bound)});
  }
  stale = false;
  if (found.range->end > change.cut) {
    return say("it holds rows from {} on, which are kept",
               "contiene filas desde {}, que se conservan", {change.cut});
  }
  return std::nullopt;
}

Result<void> DropPartitionsExecutor::drop(const DropPartitions& change,
                                          const PartitionFacts& partition,
                                          const ParentFacts& parent, StepWatch& watch,
                                          Bytes& freed) {
  if (auto begun = watch.begin_phase("drop", partition.name.qualified()); !begun) return begun;
  // The parent first, as every writer does. The bounds once more: nobody can change them now.
  auto statements = past_autovacuum({quoted(partition.name)}, patience_.lock_timeout);
  for (auto& statement : std::vector<std::string>{
           "LOCK TABLE ONLY " + quoted(change.table) + " IN ACCESS EXCLUSIVE MODE",
           "LOCK TABLE " + quoted(partition.name) + " IN ACCESS EXCLUSIVE MODE",
           assertion("select pg_get_expr(relpartbound, oid) = " +
                         postgres::quote_literal(partition.bound) +
                         " from pg_class where oid = " + partition.oid + " and oid = " +
                         postgres::quote_literal(quoted(partition.name)) + "::regclass",
                     "its bounds have changed"),
           "ALTER TABLE " + quoted(change.table) + " DETACH PARTITION " + quoted(partition.name),
           "DROP TABLE " + quoted(partition.name)})
    statements.push_back(std::move(statement));
  const auto dropped =
      patiently(server_, {.what = about(partition.name), .statements = std::move(statements)},
                patience_, watch);
  if (!dropped) {
    const bool elsewise = dropped.error().code == ErrorCode::conflict && !watch.stop_wanted() &&
                          parent.version >= 140000 && parent.default_partition() == nullptr;
    if (!elsewise) return failure(dropped.error());
    return drop_concurrently(change, partition, parent, watch, freed);
  }
  freed += partition.bytes;
  return {};
}

Result<void> DropPartitionsExecutor::drop_concurrently(const DropPartitions& change,
                                                       const PartitionFacts& partition,
                                                       const ParentFacts& parent, StepWatch& watch,
                                                       Bytes& freed) {
  if (auto begun = watch.begin_phase("detach", partition.name.qualified()); !begun) return begun;
  const auto marked = patiently(
      server_, {.what = about(partition.name), .statements = {marking(partition.name, parent)}},
      patience_, watch);
  if (!marked) return failure(marked.error());
  // It waits for whoever uses the table, and nobody waits behind it.
  const auto detached = server_.act_alone(
      {.what = about(partition.name),
       .statements = {"ALTER TABLE " + quoted(change.table) + " DETACH PARTITION " +
                      quoted(partition.name) + " CONCURRENTLY"},
       .lock_timeout = concurrently_,
       .statement_timeout = concurrently_});
  if (!detached && detached.error().code == ErrorCode::unreachable) {
    return failure(detached.error());
  }
  if (!detached) {
    const auto now = read_parent(server_, change.table, change.axis);
    if (!now) return failure(now.error());
    const auto* left = *now ? (*now)->find(partition.name) : nullptr;
    if (left != nullptr && !left->detach_pending) return failure(detached.error());
    if (left != nullptr) {
      if (auto finished = finalize(change, *left, watch); !finished) {
        return failure(finished.error().code, finished.error().what,
                       say("the detach is half done: apply again, and it is finished",
                           "la separación está a medias: aplique de nuevo y se termina"));
      }
    }
  }
  const auto dropped = drop_detached(partition.name, parent, watch, freed);
  if (!dropped) return failure(dropped.error());
  return {};
}

Result<void> DropPartitionsExecutor::finalize(const DropPartitions& change,
                                              const PartitionFacts& partition, StepWatch& watch) {
  if (auto begun = watch.begin_phase("finalize", partition.name.qualified()); !begun) return begun;
  const auto finished =
      patiently(server_,
                {.what = about(partition.name),
                 .statements = {"ALTER TABLE " + quoted(change.table) + " DETACH PARTITION " +
                                quoted(partition.name) + " FINALIZE"}},
                patience_, watch);
  if (!finished) return failure(finished.error());
  return {};
}

/// At most one can be pending. When the plan drops it, it is marked first, so that it is found
/// again once it is a table of its own.
Result<void> DropPartitionsExecutor::finalize_pending(const DropPartitions& change,
                                                      const ParentFacts& parent, StepWatch& watch) {
  for (const auto& partition : parent.partitions) {
    if (!partition.detach_pending) continue;
    const bool planned =
        std::any_of(change.partitions.begin(), change.partitions.end(), [&](const auto& each) {
          return each.name == partition.name && partition.range == each.range &&
                 each.range.end <= change.cut;
        });
    if (planned) {
      const auto marked = patiently(
          server_, {.what = about(partition.name), .statements = {marking(partition.name, parent)}},
          patience_, watch);
      if (!marked) return failure(marked.error());
    }
    if (auto finished = finalize(change, partition, watch); !finished) return finished;
  }
  return {};
}

/// True: it was there, marked as ours, and is gone.
Result<bool> DropPartitionsExecutor::drop_detached(const TableName& name, const ParentFacts& parent,
                                                   StepWatch& watch, Bytes& freed) {
  const auto rows =
      server_.act(question(about(name),
                           "select pg_total_relation_size(c.oid) as bytes from pg_class c"
                           " join pg_namespace n on n.oid = c.relnamespace"
                           " where n.nspname = $1 and c.relname = $2 and not c.relispartition"
                           " and obj_description(c.oid, 'pg_class') = $3",
                           {name.schema, name.name, mark_of(parent)}));
  if (!rows) return failure(rows.error());
  if (rows->empty()) return false;
  if (auto begun = watch.begin_phase("drop", name.qualified()); !begun) {
    return failure(begun.error());
  }
  const auto dropped =
      patiently(server_, {.what = about(name), .statements = {"DROP TABLE " + quoted(name)}},
                patience_, watch);
  if (!dropped) return failure(dropped.error());
  freed += (*rows)[0].bytes("bytes").value_or(Bytes{});
  return true;
}

}  // namespace plimsoll
