#include <algorithm>

#include "base/text.h"
#include "diagnose/table_facts.h"
#include "plan/partition_names.h"
#include "plan/partitioning.h"
#include "plan/table_steps.h"

namespace plimsoll {
namespace {

constexpr Bytes kHeavy = 1_GiB;

std::string free_name(const PostgresCensus& server, const TableName& table) {
  const std::string stem = table.name.substr(0, 50) + "_old";
  std::string name = stem;
  const auto taken = [&] {
    return std::any_of(server.tables.begin(), server.tables.end(), [&](const Table& each) {
      return each.schema == table.schema && each.name == name;
    });
  };
  for (int n = 2; taken(); ++n) name = stem + std::to_string(n);
  return name;
}

/// Rows up to it stay in the old table: the next boundary that is a day away, and beyond every row
/// that is there. A day, because a guard that is killed right before the swap leaves a CHECK that
/// refuses later rows until the plan is applied again.
Instant attach_until(const TableWish& wish, Seconds width, Instant now) {
  Instant latest = now + Days{1};
  if (wish.table.time && wish.table.time->newest)
    latest = std::max(latest, *wish.table.time->newest);
  return floored(latest, width) + width;
}

std::size_t add_partitioning(Draft& draft, const TableWish& wish, PartitionTable change,
                             const TableDefinition& definition, const PartitioningScript& script) {
  Step step = step_for(wish, change);
  step.before["definition"] = fingerprint_of(definition);
  step.title = say("turn {} into a partitioned table, without copying it",
                   "convertir {} en una tabla particionada, sin copiarla", {label(wish.table)});
  step.locks =
      say("reads it once beside the writers; then ACCESS EXCLUSIVE for some milliseconds, "
          "given up after 100 ms and tried again",
          "la lee una vez junto a los escritores; después ACCESS EXCLUSIVE unos "
          "milisegundos: si no se consigue en 100 ms, se suelta y se reintenta");
  step.undo =
      say("until the names are exchanged; then the old table is the partition {}",
          "hasta que se intercambian los nombres; después, la tabla antigua es la partición {}",
          {printable(change.old_partition.name)});
  step.why = say("{}; rows up to {} have a place: apply again before, or inserts beyond it fail",
                 "{}; hay sitio para filas hasta el {}: aplíquelo de nuevo antes, o fallarán las "
                 "inserciones posteriores",
                 {step.why, change.partitions.back().range.end});
  for (const auto* part : {&script.prepare, &script.swap, &script.tidy})
    step.words.insert(step.words.end(), part->begin(), part->end());
  step.frees = Bytes{0};
  if (wish.table.bytes) step.takes = at_rate(*wish.table.bytes, 300);
  step.basis = say("one sequential read of what the census measured, at 300 MB/s",
                   "una lectura secuencial de lo que midió el censo, a 300 MB/s");
  step.heavy = !wish.table.bytes || *wish.table.bytes > kHeavy;
  return draft.add(Stage::bound, std::move(step));
}

void add_batches(Draft& draft, const TableWish& wish) {
  const Instant cut = cut_of(wish, draft.now());
  const auto& time = wish.table.time;
  if (time && time->name == wish.axis.column && time->oldest && *time->oldest >= cut) return;
  DeleteRows change{wish.name(), wish.axis, cut, std::nullopt};
  LosesRange loss;
  if (time && time->name == wish.axis.column) loss.first = time->oldest;
  loss.last = cut - std::chrono::microseconds{1};
  const auto share = share_before(wish.table, cut);
  if (share && wish.table.rows)
    loss.items = change.rows =
        static_cast<std::int64_t>(*share * static_cast<double>(*wish.table.rows));
  Step step = step_for(wish, change);
  step.loss = loss;
  step.title = say("delete {} of {} in small batches", "borrar {} de {} en lotes pequeños",
                   {rows_going(loss), label(wish.table)});
  step.locks = say("rows of one batch at a time, a tenth of a second each",
                   "las filas de un lote cada vez, una décima de segundo cada uno");
  step.undo = say("none: what is deleted is gone", "no hay: lo borrado ya no está");
  step.frees = Bytes{0};
  step.basis = say("deleted rows leave room for new ones; the disk gets none of it back",
                   "las filas borradas dejan sitio a las nuevas; el disco no recupera nada");
  if (loss.items) step.takes = Seconds{1 + *loss.items / 50'000};
  step.heavy = true;
  draft.add(Stage::rebuild, std::move(step));
}

}  // namespace

void plan_plain_table(Draft& draft, const TableWish& wish) {
  if (wish.rule.plain) {
    add_batches(draft, wish);
    return;
  }
  const Seconds width = width_of(wish);
  PartitionTable change{wish.name(),
                        wish.axis,
                        {wish.table.schema, free_name(wish.server, wish.name())},
                        attach_until(wish, width, draft.now()),
                        width,
                        {}};
  const auto ahead = partitions_ahead(draft, width);
  change.partitions =
      partitions_for(wish.name(), change.attach_until, change.attach_until + width * ahead, width);
  const auto script = partitioning_script(*wish.definition, change);
  if (!script) {
    refuse(
        draft, wish,
        say("it cannot be turned into a partitioned table: {}",
            "no se puede convertir en una tabla particionada: {}", {script.error().what}),
        say("its old rows are deleted in batches, which stops the growth and gives nothing back",
            "sus filas antiguas se borran por lotes: deja de crecer, pero no se recupera disco"));
    add_batches(draft, wish);
    return;
  }
  const auto& time = wish.table.time;
  const bool ranged = time && time->name == wish.axis.column;
  const OldPartition old{change.old_partition,
                         {std::nullopt, change.attach_until},
                         wish.table.bytes,
                         ranged ? time->oldest : std::nullopt,
                         ranged ? time->newest : std::nullopt};
  const auto partitioned = add_partitioning(draft, wish, change, *wish.definition, *script);
  if (auto replace = replace_step(draft, wish, old)) {
    replace->before.clear();  // the parent's oid: the step before makes it
    const auto at = draft.add(Stage::rebuild, std::move(*replace));
    draft.after(at, partitioned);
  }
}

}  // namespace plimsoll
