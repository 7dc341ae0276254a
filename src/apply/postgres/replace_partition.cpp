#include "apply/postgres/replace_partition.h"

#include <algorithm>

#include "apply/postgres/replacing.h"
#include "base/text.h"

namespace plimsoll {
namespace {

/// The parts must hold everything the old one may, late rows included, without a hole.
bool cover(const std::vector<NamedRange>& parts, const TimeRange& range) {
  if (parts.empty() || parts.front().range.begin != range.begin ||
      parts.back().range.end != range.end) {
    return false;
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].range.begin != parts[i - 1].range.end) return false;
  }
  return std::all_of(parts.begin(), parts.end(), [](const auto& part) {
    return !part.range.begin || *part.range.begin < part.range.end;
  });
}

bool all_attached(const ParentFacts& parent, const std::vector<NamedRange>& parts) {
  return std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
    const auto* found = parent.find(part.name);
    return found != nullptr && found->range == part.range;
  });
}

}  // namespace

Outcome ReplacePartitionExecutor::apply(const Step& step, StepWatch& watch) {
  const auto& change = std::get<ReplacePartition>(step.change);
  if (!cover(change.partitions, change.range) || change.cut >= change.range.end) {
    return ended(StepState::refused,
                 say("the new partitions do not cover the old one's range",
                     "las particiones nuevas no cubren el rango de la antigua"));
  }
  const auto parent = read_parent(server_, change.table, change.axis);
  if (!parent) return outcome_of(parent.error());
  if (auto objection = objection_to(step, *parent, change.table, change.axis)) return *objection;
  Replacement it;
  it.change = change;
  it.parent = **parent;
  const std::string name = printable(change.partition.qualified());
  const bool in_place = all_attached(it.parent, change.partitions);
  bool swapped = false;
  if (const auto* old = it.parent.find(change.partition)) {
    const auto bound = step.before.find("bound");
    if (old->range != change.range || (bound != step.before.end() && bound->second != old->bound)) {
      return ended(StepState::stale,
                   say("{} has other bounds than planned: {}",
                       "{} no tiene los límites planificados: {}", {name, printable(old->bound)}));
    }
    if (old->detach_pending) {
      return ended(StepState::refused,
                   say("{} is half detached", "{} está a medio separar", {name}));
    }
    it.old = *old;
  } else {
    const auto left = server_.act(question(
        say("partition {}", "partición {}", {name}),
        "SELECT c.oid::text AS oid FROM pg_class c WHERE c.oid = to_regclass($1)"
        " AND to_regclass(format('%I.%I', $2::text, 'plimsoll_copied_' || c.oid)) IS NOT NULL",
        {quoted(change.partition), change.partition.schema}));
    if (!left) return outcome_of(left.error());
    if (!in_place) {
      return ended(StepState::stale, say("{} is no partition of {}", "{} no es partición de {}",
                                         {name, printable(change.table.qualified())}));
    }
    if (left->empty()) {
      return ended(StepState::nothing_to_do,
                   say("{} is replaced already", "{} ya está reemplazada", {name}));
    }
    it.old.oid = (*left)[0].text("oid");
    it.old.name = change.partition;
    swapped = true;
  }
  if (auto read = read_replacement(server_, it); !read) return outcome_of(read.error());
  Replacing replacing{server_, another_, patience_, watch, std::move(it)};
  return swapped ? replacing.run_swapped() : replacing.run();
}

}  // namespace plimsoll
