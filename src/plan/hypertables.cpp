#include <algorithm>

#include "base/text.h"
#include "diagnose/table_facts.h"
#include "plan/table_steps.h"

namespace plimsoll {
namespace {

constexpr Bytes kWorthRebuilding = 1_MiB;
constexpr double kLeastExpired = 0.2;

bool is_community(const PostgresCensus& server) {
  return server.timescale && server.timescale->edition == TimescaleEdition::community;
}

TableName policy_table(const TableWish& wish) {
  const std::string name = policy_name(wish.table);
  const auto dot = name.find('.');
  return {name.substr(0, dot), name.substr(dot + 1)};
}

const Job* job_of(const TableWish& wish, std::string_view procedure) {
  for (const Job& job : wish.server.jobs) {
    if (job.procedure == procedure && job.hypertable == wish.table.qualified()) return &job;
  }
  return nullptr;
}

std::vector<NamedRange> ranges_of(const Hypertable& hypertable, const TimeAxis& axis) {
  std::vector<NamedRange> ranges;
  for (const Chunk& chunk : hypertable.chunks) {
    const auto begin = instant_on(axis, chunk.range_start);
    const auto end = instant_on(axis, chunk.range_end);
    if (!begin || !end) continue;
    const auto dot = chunk.name.find('.');
    ranges.push_back(
        {{chunk.name.substr(0, dot), chunk.name.substr(dot + 1)}, {begin, *end}, chunk.bytes});
  }
  return ranges;
}

std::optional<std::int64_t> on_integers(const TimeAxis& axis, Seconds span) {
  if (axis.units_per_second == 0) return std::nullopt;
  return span.count() * axis.units_per_second;
}

void add_policies(Draft& draft, const TableWish& wish) {
  const Job* job = retention_job(wish.server, wish.table);
  const auto wanted = on_integers(wish.axis, wish.keep);
  const bool equal = job != nullptr && (wanted ? job->window_integer == wanted
                                               : job->window_length == std::optional{wish.keep});
  if (!equal) {
    SetRetentionPolicy change{policy_table(wish), wish.keep, wanted, std::nullopt};
    if (job != nullptr) change.replaces_job = job->id;
    Step step = step_for(wish, change);
    step.title = say("retention policy of {}: {}", "política de retención de {}: {}",
                     {label(wish.table), wish.keep});
    step.locks =
        say("none that a reader or writer notices", "ninguno que lectores o escritores noten");
    step.undo = say("remove_retention_policy", "remove_retention_policy");
    step.frees = Bytes{0};
    draft.add(Stage::bound, std::move(step));
  }
  if (!wish.rule.compress_after) return;
  const Job* compression = job_of(wish, "policy_compression");
  if (compression != nullptr && compression->window_length == wish.rule.compress_after) return;
  SetCompressionPolicy change{policy_table(wish), *wish.rule.compress_after, {}, {}, std::nullopt};
  if (compression != nullptr) change.replaces_job = compression->id;
  Step step = step_for(wish, change);
  step.title = say("compress chunks of {} after {}", "comprimir los chunks de {} tras {}",
                   {label(wish.table), *wish.rule.compress_after});
  step.locks = say("the job takes ACCESS EXCLUSIVE on one chunk at a time, when it truncates it",
                   "la tarea toma ACCESS EXCLUSIVE en un chunk cada vez, al vaciarlo");
  step.undo = say("remove_compression_policy", "remove_compression_policy");
  step.frees = Bytes{0};
  draft.add(Stage::bound, std::move(step));
}

void add_chunk_interval(Draft& draft, const TableWish& wish, Seconds interval) {
  SetChunkInterval change{wish.name(), interval, on_integers(wish.axis, interval).value_or(0)};
  Step step = step_for(wish, change);
  step.title = say("future chunks of {}: {} each", "chunks futuros de {}: {} cada uno",
                   {label(wish.table), interval});
  step.locks =
      say("none that a reader or writer notices", "ninguno que lectores o escritores noten");
  step.undo = say("set_chunk_time_interval back", "set_chunk_time_interval con el valor anterior");
  step.frees = Bytes{0};
  draft.add(Stage::bound, std::move(step));
}

void add_drop(Draft& draft, const TableWish& wish, const std::vector<NamedRange>& ranges,
              Instant cut) {
  DropChunks change{wish.name(), wish.axis, cut, {}};
  Bytes frees;
  for (const NamedRange& each : ranges) {
    if (each.range.end > cut) continue;
    change.chunks.push_back(each);
    frees += each.bytes.value_or(Bytes{});
  }
  if (change.chunks.empty()) return;
  const auto count = static_cast<std::int64_t>(change.chunks.size());
  Step step = step_for(wish, change);
  step.loss =
      LosesRange{change.chunks.front().range.begin,
                 change.chunks.back().range.end - std::chrono::microseconds{1}, std::nullopt};
  step.title = say("drop {} of {} that ended before {}", "eliminar {} de {} anteriores al {}",
                   {counted(count, kChunks), label(wish.table), cut});
  step.locks =
      say("ACCESS EXCLUSIVE on one chunk at a time, and on tables it references, for some "
          "milliseconds; given up and tried again",
          "ACCESS EXCLUSIVE en un chunk cada vez, y en las tablas que referencia, unos "
          "milisegundos; si no se consigue, se suelta y se reintenta");
  step.undo = say("none: what is dropped is gone", "no hay: lo eliminado ya no está");
  step.frees = frees;
  step.takes = Seconds{1 + count / 10};
  step.basis = say("the sizes of the chunks", "los tamaños de los chunks");
  draft.add(Stage::remove, std::move(step));
}

/// What expired rows take in chunks that cannot be dropped because newer rows share them.
Bytes expired_inside(const std::vector<NamedRange>& ranges, Instant cut, Instant now) {
  double bytes = 0;
  for (const NamedRange& each : ranges) {
    if (each.range.end <= cut || !each.range.begin || *each.range.begin >= cut || !each.bytes)
      continue;
    const Instant until = std::min(each.range.end, now);
    const double span = std::max(1.0, static_cast<double>((until - *each.range.begin).count()));
    bytes += static_cast<double>(each.bytes->count()) *
             std::clamp(static_cast<double>((cut - *each.range.begin).count()) / span, 0.0, 1.0);
  }
  return Bytes{static_cast<std::int64_t>(bytes)};
}

void add_rebuild(Draft& draft, const TableWish& wish, Bytes frees, Seconds interval, Instant cut) {
  ReplaceHypertable change{wish.name(), wish.axis, cut, interval};
  Step step = step_for(wish, change);
  LosesRange loss;
  if (wish.table.time) loss.first = wish.table.time->oldest;
  loss.last = cut - std::chrono::microseconds{1};
  step.loss = loss;
  step.title = say("give back {} of {}: copy out what is kept into chunks of {}, drop {}",
                   "devolver {} de {}: copiar lo que se conserva a chunks de {} y eliminar {}",
                   {frees, label(wish.table), interval, rows_going(loss)});
  step.locks =
      say("a trigger notes what is written meanwhile; then ACCESS EXCLUSIVE for some milliseconds",
          "un disparador anota lo que se escribe entretanto; después, ACCESS EXCLUSIVE unos "
          "milisegundos");
  step.undo = say("until the old hypertable is dropped; then none",
                  "hasta que se elimina la hypertable antigua; después, no hay");
  step.frees = frees;
  const Bytes kept = wish.table.bytes.value_or(frees) - frees;
  step.takes = at_rate(std::max(kept, Bytes{0}), 40);
  step.basis = say("rows taken as spread evenly in their chunks; {} to copy at 40 MB/s",
                   "filas repartidas por igual en sus chunks; {} por copiar a 40 MB/s",
                   {std::max(kept, Bytes{0})});
  step.heavy = true;
  draft.add(Stage::rebuild, std::move(step));
}

/// The reason why policies cannot be set, said once a table that wants one.
void refuse_compression_on_apache(Draft& draft, const TableWish& wish) {
  if (!wish.rule.compress_after || is_community(wish.server)) return;
  draft.refuse({wish.id(), say("{} is not compressed", "{} no se comprime", {label(wish.table)}),
                say("this TimescaleDB is under the Apache licence, which has no compression",
                    "este TimescaleDB lleva la licencia Apache, que no tiene compresión"),
                say("the community licence has it", "la licencia community la tiene")});
}

}  // namespace

void plan_hypertable(Draft& draft, const TableWish& wish, const Hypertable& hypertable) {
  if (is_community(wish.server)) add_policies(draft, wish);
  refuse_compression_on_apache(draft, wish);
  const auto present = interval_of(hypertable);
  const Seconds wanted = width_of(wish);
  const bool coarse = present && (wish.rule.chunk ? *present != wanted : *present * 2 > wish.keep);
  if (coarse) add_chunk_interval(draft, wish, wanted);

  const auto ranges = ranges_of(hypertable, wish.axis);
  const Instant cut = cut_of(wish, draft.now());
  add_drop(draft, wish, ranges, cut);
  const bool compressed = std::any_of(hypertable.chunks.begin(), hypertable.chunks.end(),
                                      [](const Chunk& chunk) { return chunk.compressed; });
  const Bytes inside = expired_inside(ranges, cut, draft.now());
  const bool pays = wish.table.bytes && inside >= kWorthRebuilding &&
                    static_cast<double>(inside.count()) >=
                        kLeastExpired * static_cast<double>(wish.table.bytes->count());
  if (pays && !compressed && !wish.table.aggregate_view)
    add_rebuild(draft, wish, inside, wanted, cut);
}

}  // namespace plimsoll
