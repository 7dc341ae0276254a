#include "apply/timescale/replace_hypertable.h"

#include <algorithm>

#include "apply/timescale/replacement.h"
#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll::timescale {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongCopy = std::chrono::hours{2};
constexpr milliseconds kShortSwap = std::chrono::seconds{5};
constexpr std::int64_t kReplayed = 10'000;  ///< log entries in one transaction of catching up
constexpr std::int64_t kNearlyCaughtUp = 100;
constexpr int kMostCatchUps = 10'000;

constexpr const char* kProgress = R"(
select pg_catalog.to_regnamespace($1) is not null as begun,
       (select c.oid::text from pg_catalog.pg_class c
         where c.relnamespace = pg_catalog.to_regnamespace($2) and c.relname = $3) as old_oid,
       exists (select from pg_catalog.pg_trigger t where t.tgrelid = $4::oid and t.tgname = 'plimsoll_log') as capturing)";

struct Progress {
  bool begun = false;
  bool swapped = false;
  bool capturing = false;
  // Of the state table.
  std::int64_t next_slice = 0;
  Replacement::Slices slices;
  bool truncated = false;
  std::string definition;
};

class Replacer {
 public:
  Replacer(PostgresServer& server, const HypertableFacts& facts, const ReplaceHypertable& change,
           const std::string& oid, const Patience& patience, StepWatch& watch)
      : server_{server},
        facts_{facts},
        change_{change},
        oid_{oid},
        patience_{patience},
        watch_{watch},
        replacement_{change.table, facts, change, oid},
        name_{printable(change.table.qualified())} {}

  Outcome run() {
    auto progress = read_progress();
    if (!progress) return failed(progress.error());
    if (progress->swapped) return finish();
    if (facts_.oid != oid_) return replaced_already();
    if (!progress->begun && is_right_already()) {
      return outcome_of(
          StepState::nothing_to_do,
          say("{} has chunks of this size already", "{} ya tiene chunks de este tamaño", {name_}));
    }
    return begin(*progress);
  }

 private:
  Result<postgres::Rows> act(const Text& what, std::vector<std::string> statements,
                             milliseconds timeout = std::chrono::seconds{30}) {
    return patiently(server_,
                     {.what = say("{} of {}", "{} de {}", {what, name_}),
                      .statements = std::move(statements),
                      .statement_timeout = timeout},
                     patience_, watch_);
  }

  Result<Progress> read_progress() {
    const auto rows = server_.act(
        reading(say("progress of {}", "avance de {}", {name_}), kProgress,
                {replacement_.schema(), replacement_.old().schema, change_.table.name, oid_}));
    if (!rows) return failure(rows.error());
    Progress progress;
    progress.begun = (*rows)[0].flag("begun");
    progress.swapped = (*rows)[0].text("old_oid") == oid_;
    progress.capturing = (*rows)[0].flag("capturing");
    if (!progress.begun || progress.swapped) return progress;
    const auto state = server_.act(reading(say("progress of {}", "avance de {}", {name_}),
                                           "select * from " + replacement_.in_schema("state")));
    if (!state) return failure(state.error());
    if (state->empty()) return progress;
    const auto row = (*state)[0];
    progress.next_slice = row.integer("next_slice").value_or(0);
    progress.slices = {row.integer("slices").value_or(1),
                       Seconds{row.integer("slice_seconds").value_or(0)}};
    progress.truncated = row.flag("truncated");
    progress.definition = row.text("definition");
    return progress;
  }

  /// Ranges of chunks as the step wants them, none longer.
  bool is_right_already() {
    const auto chunks = read_chunks(server_, facts_, change_.axis);
    if (!chunks) return false;
    return std::all_of(chunks->begin(), chunks->end(), [&](const ChunkFacts& chunk) {
      return chunk.range.begin && chunk.range.end - *chunk.range.begin <= change_.interval;
    });
  }

  Outcome replaced_already() {
    if (is_right_already()) {
      return outcome_of(StepState::nothing_to_do,
                        say("{} has been replaced already", "{} ya ha sido sustituida", {name_}));
    }
    return outcome_of(StepState::stale,
                      say("{} is another table than the plan saw (oid {}, now {})",
                          "{} es otra tabla que la que vio el plan (oid {}, ahora {})",
                          {name_, oid_, facts_.oid}));
  }

  Outcome begin(Progress progress) {
    bytes_before_ = database_bytes(server_);
    auto definition = read_definition(server_, facts_, replacement_.fresh());
    if (!definition) return failed(definition.error());
    definition_ = std::move(*definition);
    auto chunks = read_chunks(server_, facts_, change_.axis);
    if (!chunks) return failed(chunks.error());
    chunks_ = std::move(*chunks);
    const bool usable = progress.begun && !progress.truncated &&
                        progress.definition == definition_.text &&
                        (progress.capturing || progress.next_slice == 0);
    if (progress.begun && !usable) {
      if (const auto undone = undo(); !undone) return failed(undone.error());
      progress = Progress{};
    }
    if (auto refused = refusal()) {
      if (progress.begun) undo();
      return *refused;
    }
    if (auto ended = copy_and_swap(progress)) return *ended;
    return finish();
  }

  std::optional<Outcome> refusal() const {
    if (!definition_.blockers.empty()) {
      Text all;
      for (const auto& one : definition_.blockers) {
        all = all.empty() ? one : say("{}; {}", "{}; {}", {all, one});
      }
      return outcome_of(StepState::refused,
                        say("{} cannot be replaced exactly: {}",
                            "{} no se puede sustituir con exactitud: {}", {name_, all}));
    }
    const auto locks = static_cast<std::int64_t>(chunks_.size()) * 16;
    if (locks > facts_.lock_budget / 4) {
      return outcome_of(StepState::refused,
                        say("{} has {} chunks: dropping them together would take too many of the "
                            "server's lock entries",
                            "{} tiene {} chunks: borrarlos juntos tomaría demasiadas entradas de "
                            "bloqueo del servidor",
                            {name_, static_cast<std::int64_t>(chunks_.size())}),
                        say("drop the overdue chunks first", "borre antes los chunks vencidos"));
    }
    return std::nullopt;
  }

  /// Empty: the swap is done. What ends before it is undone.
  std::optional<Outcome> copy_and_swap(Progress& progress) {
    auto ended = prepare(progress);
    if (!ended) ended = copy(progress);
    if (!ended) ended = swap();
    if (!ended) return std::nullopt;
    // After a lost answer the swap may have happened all the same.
    const auto now = read_progress();
    if (now && now->swapped) return std::nullopt;
    if (!now || !now->begun) return ended;
    if (const auto undone = undo(); !undone) {
      ended->hint =
          say("what was begun could not be undone ({}): apply again soon, its log grows",
              "lo empezado no se pudo deshacer ({}): aplique de nuevo pronto, su registro crece",
              {undone.error().what});
    }
    return ended;
  }

  std::optional<Outcome> prepare(Progress& progress) {
    if (!progress.begun) {
      progress.slices = replacement_.slices(chunks_, definition_.time_index);
      if (const auto begun = watch_.begin_phase("prepare", replacement_.schema()); !begun) {
        return failed(begun.error());
      }
      const auto made = act(say("preparation", "preparación"),
                            replacement_.prepare(definition_, progress.slices));
      if (!made) return failed(made.error());
    }
    if (progress.capturing) return std::nullopt;
    if (const auto begun = watch_.begin_phase("capture", name_); !begun)
      return failed(begun.error());
    const auto captured =
        act(say("capture of changes", "captura de cambios"), replacement_.capture());
    if (!captured) return failed(captured.error());
    return std::nullopt;
  }

  std::optional<Outcome> copy(const Progress& progress) {
    const auto count = progress.slices.count;
    for (auto slice = progress.next_slice; slice < count; ++slice) {
      if (watch_.stop_wanted()) return stopped();
      const std::string detail = std::to_string(slice + 1) + "/" + std::to_string(count);
      if (const auto begun = watch_.begin_phase("copy", detail); !begun)
        return failed(begun.error());
      const auto copied = act(say("copy {}", "copia {}", {detail}),
                              {replacement_.copy(definition_, progress.slices, slice)}, kLongCopy);
      if (!copied) return failed(copied.error());
      watch_.progress(say("copied {} of {}", "copiado {} de {}", {slice + 1, count}),
                      static_cast<double>(slice + 1) / static_cast<double>(count));
    }
    return std::nullopt;
  }

  Outcome stopped() const {
    return outcome_of(StepState::stopped,
                      say("stopped before the swap; {} is as it was",
                          "detenido antes del cambio; {} está como estaba", {name_}));
  }

  /// Carries out the log until little is left.
  Result<void> catch_up() {
    for (int n = 0; n < kMostCatchUps; ++n) {
      const auto left =
          act(say("catching up", "puesta al día"),
              {replacement_.replay(definition_, replacement_.fresh(), kReplayed),
               "select pg_catalog.count(*) as entries from " + replacement_.in_schema("log")},
              kLongCopy);
      if (!left) return failure(left.error());
      if ((*left)[0].integer("entries").value_or(0) <= kNearlyCaughtUp) return {};
    }
    return failure(ErrorCode::timed_out,
                   say("{}: writers are faster than the copy",
                       "{}: los escritores son más rápidos que la copia", {name_}));
  }

  std::optional<Outcome> swap() {
    if (const auto caught_up = catch_up(); !caught_up) return failed(caught_up.error());
    // Without statistics the new one is only slower until autovacuum comes by.
    act(say("statistics", "estadísticas"), {"analyze " + sql_name(replacement_.fresh())},
        kLongCopy);
    const auto verified =
        act(say("verification", "verificación"), {replacement_.verify(definition_)}, kLongCopy);
    if (!verified) return failed(verified.error());
    rows_ = (*verified)[0].integer("rows").value_or(0);
    if (!(*verified)[0].flag("equal")) {
      return outcome_of(StepState::failed,
                        say("{}: the copy is not what it was copied from; nothing was changed",
                            "{}: la copia no es igual al original; no se cambió nada", {name_}));
    }
    if (watch_.stop_wanted()) return stopped();
    if (const auto begun = watch_.begin_phase("swap", name_); !begun) return failed(begun.error());
    const postgres::Act swap{.what = say("swap of {}", "cambio de {}", {name_}),
                             .statements = replacement_.swap(definition_, chunks_),
                             .lock_timeout = patience_.lock_timeout,
                             .statement_timeout = kShortSwap};
    const auto swapped = patiently(patience_, watch_, [&]() -> Result<postgres::Rows> {
      if (const auto caught_up = catch_up(); !caught_up) return failure(caught_up.error());
      return server_.act(swap);
    });
    if (!swapped) return failed(swapped.error());
    return std::nullopt;
  }

  Result<void> undo() {
    if (const auto begun = watch_.begin_phase("undo", name_); !begun) return begun;
    const auto undone = act(say("undoing", "deshacer"), replacement_.undo());
    if (!undone) return failure(undone.error());
    return {};
  }

  /// The old one is out of the way: what is left of the log is carried out, and it goes.
  Outcome finish() {
    HypertableFacts old = facts_;
    old.oid = oid_;
    old.storage = replacement_.old();
    const auto definition = read_definition(server_, old, replacement_.fresh());
    if (!definition) return failed(definition.error());
    if (!bytes_before_) bytes_before_ = database_bytes(server_);
    if (const auto begun = watch_.begin_phase("drop", replacement_.old().qualified()); !begun) {
      return failed(begun.error());
    }
    const auto dropped = act(say("drop of the old chunks", "borrado de los chunks viejos"),
                             replacement_.drop(*definition), std::chrono::minutes{5});
    if (!dropped) {
      auto outcome = failed(dropped.error());
      outcome.hint =
          say("the new chunks are in place; {} still holds the old ones: apply again",
              "los chunks nuevos están en su sitio; {} aún guarda los viejos: aplique de nuevo",
              {printable(replacement_.old().qualified())});
      return outcome;
    }
    return read_back();
  }

  Outcome read_back() {
    const auto progress = read_progress();
    if (!progress) return failed(progress.error());
    if (progress->begun || progress->swapped) {
      return outcome_of(StepState::failed, say("schema {} is still there",
                                               "el esquema {} sigue ahí", {replacement_.schema()}));
    }
    Outcome done =
        outcome_of(StepState::done, say("{} now has chunks of {}, and nothing before {}",
                                        "{} tiene ahora chunks de {}, y nada anterior a {}",
                                        {name_, change_.interval, change_.cut}));
    if (rows_) done.after["rows_copied"] = std::to_string(*rows_);
    const auto after = database_bytes(server_);
    if (bytes_before_ && after) done.freed = std::max(*bytes_before_ - *after, Bytes{});
    return done;
  }

  PostgresServer& server_;
  const HypertableFacts& facts_;
  const ReplaceHypertable& change_;
  const std::string& oid_;
  Patience patience_;
  StepWatch& watch_;
  Replacement replacement_;
  std::string name_;
  HypertableDefinition definition_;
  std::vector<ChunkFacts> chunks_;
  std::optional<std::int64_t> rows_;
  std::optional<Bytes> bytes_before_;  ///< so that what the copy takes is not called freed
};

}  // namespace

Outcome replace_hypertable(PostgresServer& server, const Step& step,
                           const ReplaceHypertable& change, const Patience& patience,
                           StepWatch& watch) {
  const auto seen = step.before.find("oid");
  if (seen == step.before.end()) {
    return outcome_of(StepState::stale, say("the plan does not say which table it saw",
                                            "el plan no dice qué tabla vio"));
  }
  // The oid is another one after the swap, so it is compared later, with how far the step got.
  Step without_oid = step;
  without_oid.before.erase("oid");
  const auto facts = facts_for(server, without_oid, change.table);
  if (!facts) return facts.error();
  return Replacer{server, *facts, change, seen->second, patience, watch}.run();
}

}  // namespace plimsoll::timescale
