#include "apply/timescale/drop_chunks.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll::timescale {
namespace {

using postgres::quote_literal;

// drop_chunks() takes 8 to 12 lock entries a chunk and two an index; a quarter of the table is
// ours.
constexpr std::int64_t kLocksPerChunk = 12;
constexpr std::int64_t kLocksPerIndex = 2;
constexpr std::int64_t kShareOfLocks = 4;

/// Chunks of one range: more than one only where the hypertable has a space dimension too.
struct Slice {
  TimeRange range;
  std::vector<ChunkFacts> chunks;
};

struct Tally {
  std::int64_t dropped = 0;
  std::vector<std::string> left;  ///< "chunk: why", of those that stay
  Text why;                       ///< of the first
  bool stopped = false;
  bool only_dependents = true;

  void leave(const ChunkFacts& chunk, const Text& reason) {
    if (left.empty()) why = reason;
    left.push_back(chunk.label);
  }
};

std::string names_of(const std::vector<std::string>& labels) {
  constexpr std::size_t kNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(labels.size(), kNamed); ++i) {
    names += (i == 0 ? "" : ", ") + printable(labels[i]);
  }
  return labels.size() > kNamed ? names + ", …" : names;
}

/// The planned chunks that are still there; stale where one has another range now.
tl::expected<std::vector<Slice>, Outcome> slices_of(const DropChunks& change,
                                                    const std::vector<ChunkFacts>& present) {
  std::vector<Slice> slices;
  for (const auto& chunk : present) {
    const auto planned =
        std::find_if(change.chunks.begin(), change.chunks.end(),
                     [&](const NamedRange& one) { return one.name == chunk.name; });
    if (planned == change.chunks.end()) continue;
    if (planned->range != chunk.range) {
      return tl::unexpected{
          outcome_of(StepState::stale,
                     say("chunk {} has another range than the plan saw: it ends {} now",
                         "el chunk {} tiene otro rango que el que vio el plan: ahora acaba {}",
                         {printable(chunk.label), chunk.range.end}))};
    }
    if (slices.empty() || slices.back().range != chunk.range) slices.push_back({chunk.range, {}});
    slices.back().chunks.push_back(chunk);
  }
  return slices;
}

class Dropper {
 public:
  Dropper(PostgresServer& server, const HypertableFacts& facts, const DropChunks& change,
          const Patience& patience, StepWatch& watch)
      : server_{server}, patience_{patience}, facts_{facts}, change_{change}, watch_{watch} {}

  Tally run(const std::vector<Slice>& slices) {
    Tally tally;
    for (std::size_t i = 0; i < slices.size() && !tally.stopped; ++i) {
      if (watch_.stop_wanted()) {
        tally.stopped = true;
        break;
      }
      drop(slices[i], tally);
      watch_.progress(say("{} chunks dropped", "{} chunks borrados", {tally.dropped}),
                      static_cast<double>(i + 1) / static_cast<double>(slices.size()));
    }
    return tally;
  }

 private:
  void drop(const Slice& slice, Tally& tally) {
    if (const auto reason = against(slice)) {
      for (const auto& chunk : slice.chunks) tally.leave(chunk, *reason);
      return;
    }
    const auto begun = watch_.begin_phase("drop", detail_of(slice));
    if (!begun) return leave_all(slice, begun.error().what, tally);
    const auto rows = patiently(server_, act_of(slice), patience_, watch_);
    if (!rows) {
      // Whoever holds the hypertable holds it for the next chunk too: one try each from here on.
      if (rows.error().code == ErrorCode::conflict) patience_.attempts = 1;
      return leave_all(slice, rows.error().what, tally);
    }
    compare(slice, *rows, tally);
  }

  static void leave_all(const Slice& slice, const Text& reason, Tally& tally) {
    tally.only_dependents = false;
    for (const auto& chunk : slice.chunks) tally.leave(chunk, reason);
  }

  std::optional<Text> against(const Slice& slice) const {
    std::int64_t locks = 0;
    for (const auto& chunk : slice.chunks) {
      if (!chunk.dependents.empty()) {
        return say("{} depends on {}", "{} depende de {}",
                   {printable(chunk.dependents), printable(chunk.label)});
      }
      if (chunk.frozen) return say("{} is frozen", "{} está congelado", {printable(chunk.label)});
      locks += kLocksPerChunk + kLocksPerIndex * chunk.indexes;
    }
    if (locks > facts_.lock_budget / kShareOfLocks) {
      return say("it would take about {} of the server's {} lock entries",
                 "tomaría unas {} de las {} entradas de bloqueo del servidor",
                 {locks, facts_.lock_budget});
    }
    return std::nullopt;
  }

  static std::string detail_of(const Slice& slice) {
    std::vector<std::string> labels;
    for (const auto& chunk : slice.chunks) labels.push_back(chunk.label);
    return names_of(labels);
  }

  std::string bounds(const Slice& slice) const {
    std::string text = sql_regclass_of(change_.table) + ", older_than => " +
                       sql_time(slice.range.end, facts_, change_.axis);
    if (slice.range.begin) {
      text += ", newer_than => " + sql_time(*slice.range.begin, facts_, change_.axis);
    }
    return text;
  }

  /// The first statement fails where the range holds anything else than what was planned.
  postgres::Act act_of(const Slice& slice) const {
    std::string planned;
    for (const auto& chunk : slice.chunks) {
      planned += (planned.empty() ? "" : ", ") + sql_regclass_of(chunk.name);
    }
    const auto& schema = facts_.extension_schema;
    const std::string guard =
        "declare found pg_catalog.regclass[]; begin select pg_catalog.array_agg(c order by c) into "
        "found from " +
        schema + ".show_chunks(" + bounds(slice) +
        ") c; if found is distinct from (select pg_catalog.array_agg(p order by p) from "
        "pg_catalog.unnest(array[" +
        planned + "]) p) then raise exception 'the range holds % now', found; end if; end";
    return {
        .what = say("drop of {}", "borrado de {}", {detail_of(slice)}),
        .statements = {"do " + quote_literal(guard), "select d::text as label from " + schema +
                                                         ".drop_chunks(" + bounds(slice) + ") d"}};
  }

  void compare(const Slice& slice, const postgres::Rows& rows, Tally& tally) const {
    for (const auto& chunk : slice.chunks) {
      bool returned = false;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        returned = returned || rows[i].text("label") == chunk.label;
      }
      if (returned) {
        ++tally.dropped;
        continue;
      }
      tally.only_dependents = false;
      tally.leave(chunk, say("drop_chunks passed over {}", "drop_chunks pasó por alto {}",
                             {printable(chunk.label)}));
    }
  }

  PostgresServer& server_;
  Patience patience_;
  const HypertableFacts& facts_;
  const DropChunks& change_;
  StepWatch& watch_;
};

Text locked_with(const std::string& referenced) {
  if (referenced.empty()) return {};
  return say("; each drop locked {} as well, which it references",
             "; cada borrado bloqueó también {}, a la que referencia", {printable(referenced)});
}

Outcome summary_of(const Tally& tally, const Text& extra) {
  if (tally.left.empty() && !tally.stopped) {
    return outcome_of(StepState::done,
                      say("{} chunks dropped{}", "{} chunks borrados{}", {tally.dropped, extra}));
  }
  if (tally.left.empty()) {
    return outcome_of(StepState::stopped,
                      say("stopped after {} chunks", "detenido tras {} chunks", {tally.dropped}),
                      say("apply again to go on", "aplique de nuevo para seguir"));
  }
  const bool refused = tally.dropped == 0 && tally.only_dependents;
  return outcome_of(
      refused ? StepState::refused : StepState::failed,
      say("{} chunks dropped, {} left ({}): {}{}", "{} chunks borrados, {} sin borrar ({}): {}{}",
          {tally.dropped, static_cast<std::int64_t>(tally.left.size()), names_of(tally.left),
           tally.why, extra}));
}

/// Success is a chunk that is gone, not a call that returned.
void read_back(PostgresServer& server, const HypertableFacts& facts, const DropChunks& change,
               Outcome& outcome) {
  const auto chunks = read_chunks(server, facts, change.axis);
  if (!chunks) {
    if (outcome.state == StepState::done) outcome = failed(chunks.error());
    return;
  }
  const auto slices = slices_of(change, *chunks);
  const auto left = slices ? slices->size() : 1;
  if (left > 0 && outcome.state == StepState::done) {
    outcome.state = StepState::failed;
    outcome.what = say("{}; but {} ranges of the plan are still there",
                       "{}; pero {} rangos del plan siguen ahí",
                       {outcome.what, static_cast<std::int64_t>(left)});
  }
  outcome.after["chunks"] = std::to_string(chunks->size());
  if (!chunks->empty() && chunks->front().range.begin) {
    outcome.after["oldest"] = iso8601(*chunks->front().range.begin);
  }
}

}  // namespace

Outcome drop_chunks(PostgresServer& server, const Step& step, const DropChunks& change,
                    const Patience& patience, StepWatch& watch) {
  const auto facts = facts_for(server, step, change.table);
  if (!facts) return facts.error();
  const auto present = read_chunks(server, *facts, change.axis);
  if (!present) return failed(present.error());
  const auto slices = slices_of(change, *present);
  if (!slices) return slices.error();
  if (slices->empty()) {
    return outcome_of(StepState::nothing_to_do,
                      say("the chunks are gone already", "los chunks ya no están"));
  }
  const auto refused = drop_guard(server, *facts, change);
  if (!refused) return failed(refused.error());
  if (*refused) return **refused;
  const auto referenced = referenced_tables(server, *facts);
  if (!referenced) return failed(referenced.error());

  const auto before = database_bytes(server);
  const Tally tally = Dropper{server, *facts, change, patience, watch}.run(*slices);
  Outcome outcome = summary_of(tally, locked_with(*referenced));
  read_back(server, *facts, change, outcome);
  const auto after = database_bytes(server);
  if (before && after && tally.dropped > 0) outcome.freed = std::max(*before - *after, Bytes{});
  return outcome;
}

}  // namespace plimsoll::timescale
