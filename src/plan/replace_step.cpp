#include <algorithm>

#include "base/text.h"
#include "diagnose/table_facts.h"
#include "plan/partition_names.h"
#include "plan/table_steps.h"

namespace plimsoll {
namespace {

constexpr Bytes kWorthRebuilding = 1_MiB;
constexpr double kLeastExpired = 0.2;  ///< below this the copying costs more than it gives

}  // namespace

Text rows_going(const LosesRange& loss) {
  const Text rows = loss.items ? say("about {} rows", "unas {} filas", {*loss.items})
                               : say("the rows", "las filas");
  if (!loss.first || !loss.last) return rows;
  return say("{} from {} to {}", "{} del {} al {}", {rows, *loss.first, *loss.last});
}

std::optional<Step> replace_step(Draft& draft, const TableWish& wish, const OldPartition& old) {
  const Instant cut = cut_of(wish, draft.now());
  if (!old.oldest || !old.newest || !old.bytes || *old.oldest >= cut) return std::nullopt;
  const Instant last = std::max(std::min(*old.newest, old.range.end), *old.oldest);
  const double span = std::max(1.0, static_cast<double>((last - *old.oldest).count()));
  const double expired =
      std::clamp(static_cast<double>((cut - *old.oldest).count()) / span, 0.0, 1.0);
  const Bytes frees{static_cast<std::int64_t>(expired * static_cast<double>(old.bytes->count()))};
  if (expired < kLeastExpired || frees < kWorthRebuilding) return std::nullopt;
  const Seconds width = width_of(wish);
  ReplacePartition change{wish.name(), wish.axis, old.name, old.range, cut, {}};
  change.partitions = partitions_for(wish.name(), floored(cut, width), old.range.end, width);
  if (change.partitions.empty()) return std::nullopt;
  change.partitions.front().range.begin = old.range.begin;
  change.partitions.back().range.end = old.range.end;
  LosesRange loss{old.oldest, cut - std::chrono::microseconds{1}, std::nullopt};
  if (wish.table.rows)
    loss.items = static_cast<std::int64_t>(expired * static_cast<double>(*wish.table.rows));
  Step step = step_for(wish, change);
  step.loss = loss;
  step.title = say("give back {} of {}: copy out what is kept, drop {}",
                   "devolver {} de {}: copiar lo que se conserva y eliminar {}",
                   {frees, label(wish.table), rows_going(loss)});
  step.locks =
      say("a trigger notes what is written meanwhile; then ACCESS EXCLUSIVE on the old "
          "partition for some milliseconds",
          "un disparador anota lo que se escribe entretanto; después, ACCESS EXCLUSIVE en la "
          "partición antigua unos milisegundos");
  step.undo = say("until the old partition is dropped; then none",
                  "hasta que se elimina la partición antigua; después, no hay");
  step.frees = frees;
  const Bytes kept = *old.bytes - frees;
  step.takes = at_rate(kept, 60);
  step.basis =
      say("rows taken as spread evenly from {} to {}; {} to copy at 60 MB/s, and as much "
          "disk meanwhile",
          "filas repartidas por igual del {} al {}; {} por copiar a 60 MB/s, y otro tanto de "
          "disco entretanto",
          {*old.oldest, last, kept});
  step.heavy = true;
  return step;
}

}  // namespace plimsoll
