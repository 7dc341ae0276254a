#include <algorithm>

#include "base/text.h"
#include "diagnose/table_facts.h"
#include "plan/partition_names.h"
#include "plan/table_steps.h"

namespace plimsoll {
namespace {

struct Ranged {
  NamedRange named;
  bool detach_pending = false;
};

TableName table_name(const std::string& qualified) {
  const auto dot = qualified.find('.');
  return {qualified.substr(0, dot), qualified.substr(dot + 1)};
}

/// Those with an end on the axis, in its order. MAXVALUE and DEFAULT are left out: they never
/// expire.
std::vector<Ranged> ranges_of(const PartitionedTable& partitioned, const TimeAxis& axis) {
  std::vector<Ranged> ranges;
  for (const Partition& each : partitioned.partitions) {
    const auto end = instant_on(axis, each.range_end);
    if (each.is_default || !end) continue;
    ranges.push_back(
        {{table_name(each.name), {instant_on(axis, each.range_start), *end}, each.bytes},
         each.detach_pending});
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Ranged& a, const Ranged& b) { return a.named.range.end < b.named.range.end; });
  return ranges;
}

void add_drop(Draft& draft, const TableWish& wish, const std::vector<Ranged>& ranges, Instant cut) {
  DropPartitions change{wish.name(), wish.axis, cut, {}};
  Bytes frees;
  for (const Ranged& each : ranges) {
    if (each.named.range.end > cut) continue;
    change.partitions.push_back(each.named);
    frees += each.named.bytes.value_or(Bytes{});
  }
  if (change.partitions.empty()) return;
  LosesRange loss;
  loss.first = change.partitions.front().range.begin;
  if (!loss.first && wish.table.time) loss.first = wish.table.time->oldest;
  loss.last = change.partitions.back().range.end - std::chrono::microseconds{1};
  const auto count = static_cast<std::int64_t>(change.partitions.size());
  Step step = step_for(wish, change);
  step.loss = loss;
  step.title = say("drop {} of {} that ended before {}", "eliminar {} de {} anteriores al {}",
                   {counted_partitions(count), label(wish.table), cut});
  step.locks =
      say("ACCESS EXCLUSIVE on the table for some milliseconds each, given up and tried again",
          "ACCESS EXCLUSIVE en la tabla unos milisegundos por cada una; si no se consigue, se "
          "suelta y se reintenta");
  step.undo = say("none: what is dropped is gone", "no hay: lo eliminado ya no está");
  step.frees = frees;
  step.takes = Seconds{1 + count / 10};
  step.basis = say("the sizes of the partitions", "los tamaños de las particiones");
  draft.add(Stage::remove, std::move(step));
}

void add_ahead(Draft& draft, const TableWish& wish, const std::vector<Ranged>& ranges) {
  const Seconds width = width_of(wish);
  const auto ahead = partitions_ahead(draft, width);
  const Instant last = ranges.empty() ? floored(draft.now(), width) : ranges.back().named.range.end;
  if (last >= draft.now() + width * (ahead / 2)) return;
  CreatePartitions change{wish.name(), wish.axis, {}};
  const Instant from = std::max(last, floored(draft.now(), width));
  change.partitions =
      partitions_for(wish.name(), from, floored(draft.now(), width) + width * (ahead + 1), width);
  if (change.partitions.empty()) return;
  Step step = step_for(wish, change);
  step.title = say(
      "make {} of {} for what comes next", "crear {} de {} para lo que viene",
      {counted_partitions(static_cast<std::int64_t>(change.partitions.size())), label(wish.table)});
  step.locks = say("SHARE UPDATE EXCLUSIVE on the table: neither readers nor writers wait",
                   "SHARE UPDATE EXCLUSIVE en la tabla: ni lectores ni escritores esperan");
  step.undo = say("DROP TABLE of the new ones, while they are empty",
                  "DROP TABLE de las nuevas, mientras estén vacías");
  step.frees = Bytes{0};
  draft.add(Stage::bound, std::move(step));
}

/// The partition that straddles the cut and is far wider than the rule wants.
void add_replace(Draft& draft, const TableWish& wish, const std::vector<Ranged>& ranges,
                 Instant cut) {
  const Seconds width = width_of(wish);
  for (const Ranged& each : ranges) {
    const auto& range = each.named.range;
    if (range.end <= cut || each.detach_pending) continue;
    if (range.begin && (*range.begin >= cut || range.end - *range.begin <= width * 2)) return;
    const auto& time = wish.table.time;
    const bool ranged = time && time->name == wish.axis.column;
    OldPartition old{each.named.name, range, each.named.bytes, ranged ? time->oldest : std::nullopt,
                     ranged ? time->newest : std::nullopt};
    if (old.oldest && range.begin) old.oldest = std::max(*old.oldest, *range.begin);
    if (auto step = replace_step(draft, wish, old)) {
      draft.add(Stage::rebuild, std::move(*step));
    }
    return;
  }
}

/// The only column of the key, without the quotes the server puts around some; empty for several
/// columns and for expressions.
std::string only_column(std::string key) {
  if (const auto open = key.find('('); key.starts_with("RANGE") && open != std::string::npos)
    key = std::string{trim(key.substr(open + 1, key.rfind(')') - open - 1))};
  if (key.size() < 2 || key.front() != '"')
    return key.find_first_of("(), ") == std::string::npos ? key : std::string{};
  std::string column;
  for (std::size_t i = 1; i + 1 < key.size(); ++i) {
    if (key[i] == '"' && key[i + 1] != '"') return {};
    if (key[i] == '"') ++i;
    column += key[i];
  }
  return column;
}

}  // namespace

void plan_partitions(Draft& draft, const TableWish& wish, const PartitionedTable& partitioned) {
  if (partitioned.strategy != "range") {
    refuse(draft, wish,
           say("it is partitioned by {}, not by ranges of time",
               "está particionada por {}, no por intervalos de tiempo", {partitioned.strategy}));
    return;
  }
  if (only_column(partitioned.key) != wish.axis.column) {
    refuse(draft, wish,
           say("it is partitioned by {}, and its time is in '{}'",
               "está particionada por {}, y su tiempo está en '{}'",
               {printable(partitioned.key), printable(wish.axis.column)}));
    return;
  }
  const auto ranges = ranges_of(partitioned, wish.axis);
  const Instant cut = cut_of(wish, draft.now());
  add_ahead(draft, wish, ranges);
  add_drop(draft, wish, ranges, cut);
  add_replace(draft, wish, ranges, cut);
}

Text counted_partitions(std::int64_t count) {
  return counted(count, {"partition", "partitions", "partición", "particiones"});
}

}  // namespace plimsoll
