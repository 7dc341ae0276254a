#include "apply/postgres/partition_table.h"

#include <algorithm>

#include "apply/postgres/conversion_facts.h"
#include "apply/postgres/partition_facts.h"
#include "base/text.h"
#include "collect/postgres/definition.h"
#include "link/postgres/quote.h"
#include "plan/partitioning.h"

namespace plimsoll {
namespace {

using std::chrono::milliseconds;

/// A CHECK that is still there when its end comes would stop the writers: this long before, it
/// goes.
constexpr Seconds kMargin = std::chrono::minutes{10};
constexpr milliseconds kLongestProof = std::chrono::hours{12};
/// SHARE UPDATE EXCLUSIVE stops no writer, so it may be waited for until the server has cancelled
/// an autovacuum that holds it (deadlock_timeout, one second).
constexpr milliseconds kBesideWriters{3000};
constexpr milliseconds kSwapStatement{1000};

std::string setting(const char* name, milliseconds value) {
  return std::string{"SET LOCAL "} + name + " = " + std::to_string(value.count());
}

/// What has been begun must be undone, whoever wants to stop meanwhile.
class Unstoppable final : public StepWatch {
 public:
  explicit Unstoppable(StepWatch& watch) : watch_{watch} {}
  void progress(const Text& what, std::optional<double> share) override {
    watch_.progress(what, share);
  }
  bool stop_wanted() const override { return false; }
  Result<void> begin_phase(const std::string& phase, const std::string& detail) override {
    return watch_.begin_phase(phase, detail);
  }

 private:
  StepWatch& watch_;
};

/// One table's way. A failure is an Outcome: what has been begun is undone by then.
class Conversion {
 public:
  Conversion(PostgresServer& server, postgres::ProbeReader& reader, const Patience& patience,
             const Step& step, StepWatch& watch)
      : server_{server},
        reader_{reader},
        patience_{patience},
        step_{step},
        change_{std::get<PartitionTable>(step.change)},
        watch_{watch},
        name_{printable(change_.table.qualified())} {}

  Outcome run();

 private:
  using Objection = std::optional<Outcome>;
  Objection look();
  Objection object();
  Objection compare();
  Objection prepare();
  Objection bound();
  Objection prove();
  Objection swap();
  Outcome finish(bool changed);

  Objection begin(const std::string& phase);
  Outcome abandon(Outcome outcome);
  Result<void> undo();
  Result<postgres::Rows> exclusively(const Text& what, std::vector<std::string> statements,
                                     const StepWatch& watch);
  postgres::Act act_of(const Text& what, std::vector<std::string> statements) const {
    return {.what = what, .statements = std::move(statements)};
  }

  PostgresServer& server_;
  postgres::ProbeReader& reader_;
  Patience patience_;
  const Step& step_;
  const PartitionTable& change_;
  StepWatch& watch_;
  const std::string name_;
  ConversionFacts facts_;
  TableDefinition definition_;
  PartitioningScript script_;
};

Conversion::Objection Conversion::look() {
  auto facts = read_conversion(server_, change_);
  if (!facts) return outcome_of(facts.error());
  facts_ = std::move(*facts);
  return std::nullopt;
}

/// The table is the one the plan was made for, to the last comment.
Conversion::Objection Conversion::compare() {
  if (facts_.kind != "r") {
    return ended(StepState::stale,
                 say("{} is no plain table any more", "{} ya no es una tabla corriente", {name_}));
  }
  auto definition = collect_definition(reader_, step_.target, change_.table);
  if (!definition) return outcome_of(definition.error());
  definition_ = std::move(*definition);
  for (const auto& [fact, now] :
       {std::pair{"oid", definition_.oid}, {"definition", fingerprint_of(definition_)}}) {
    const auto planned = step_.before.find(fact);
    if (planned != step_.before.end() && planned->second == now) continue;
    return ended(StepState::stale, say("{} is not what it was when the plan was made",
                                       "{} no es lo que era cuando se hizo el plan", {name_}));
  }
  return std::nullopt;
}

Conversion::Objection Conversion::object() {
  if (auto different = compare()) return different;
  if (!facts_.waiting_kind.empty() && facts_.waiting_kind != "p") {
    return ended(StepState::refused, say("the name {} is taken", "el nombre {} está ocupado",
                                         {printable(parent_in_waiting(change_.table).name)}));
  }
  if (!facts_.old_kind.empty()) {
    return ended(StepState::refused, say("the name {} is taken", "el nombre {} está ocupado",
                                         {printable(change_.old_partition.name)}));
  }
  auto script = partitioning_script(definition_, change_);
  if (!script) {
    return ended(StepState::refused, say("{}: {}", "{}: {}", {name_, script.error().what}));
  }
  script_ = std::move(*script);
  if (facts_.now + 2 * kMargin > change_.attach_until) {
    return ended(StepState::stale,
                 say("it is too late for a plan in which the old table of {} ends at {}",
                     "ya es tarde para un plan en el que la tabla antigua de {} acaba a las {}",
                     {name_, change_.attach_until}),
                 say("make a new plan", "haga un plan nuevo"));
  }
  return std::nullopt;
}

Conversion::Objection Conversion::begin(const std::string& phase) {
  if (watch_.stop_wanted()) {
    return ended(StepState::stopped, say("asked to stop: {} is as it was",
                                         "se pidió parar: {} está como estaba", {name_}));
  }
  if (auto begun = watch_.begin_phase(phase, change_.table.qualified()); !begun) {
    return outcome_of(begun.error());
  }
  return std::nullopt;
}

/// Writers stand behind our request for at most the lock_timeout, since everybody that is not a
/// writer was waited for before.
Result<postgres::Rows> Conversion::exclusively(const Text& what,
                                               std::vector<std::string> statements,
                                               const StepWatch& watch) {
  std::vector<std::string> all{
      setting("lock_timeout", kBesideWriters),
      "LOCK TABLE ONLY " + quoted(change_.table) + " IN SHARE UPDATE EXCLUSIVE MODE",
      setting("lock_timeout", patience_.lock_timeout),
      setting("statement_timeout", kSwapStatement)};
  std::move(statements.begin(), statements.end(), std::back_inserter(all));
  return patiently(server_, act_of(what, std::move(all)), patience_, watch);
}

Conversion::Objection Conversion::prepare() {
  if (auto stop = begin("prepare")) return stop;
  const Text what = say("new parent of {}", "nueva tabla madre de {}", {name_});
  watch_.progress(what, std::nullopt);
  if (facts_.waiting_kind ==
      "p") {  // half of an earlier run; whether it is still right is not asked
    const auto waiting = quoted(parent_in_waiting(change_.table));
    const auto dropped = patiently(
        server_,
        act_of(what, {assertion("NOT EXISTS (SELECT FROM " + waiting + ")", "it holds rows"),
                      drop_parent_in_waiting(change_.table)}),
        patience_, watch_);
    if (!dropped) return outcome_of(dropped.error());
  }
  const auto end = script_.prepare.begin() + static_cast<std::ptrdiff_t>(script_.build);
  const auto built =
      patiently(server_, act_of(what, {script_.prepare.begin(), end}), patience_, watch_);
  if (!built) return outcome_of(built.error());
  const auto waiting = collect_definition(reader_, step_.target, parent_in_waiting(change_.table));
  if (!waiting) return outcome_of(waiting.error());
  if (const auto lines = differences(definition_, *waiting); !lines.empty()) {
    return ended(StepState::refused, say("a partitioned table would differ from {}: {}",
                                         "una tabla particionada sería distinta de {}: {}",
                                         {name_, printable(lines.front())}));
  }
  return std::nullopt;
}

Conversion::Objection Conversion::bound() {
  if (facts_.bounded && facts_.mark == until_mark(change_)) return std::nullopt;
  facts_.proved = false;
  const std::string beyond = rows_within({std::nullopt, change_.attach_until}, change_.axis,
                                         postgres::quote_identifier(change_.axis.column));
  postgres::Act newer = question(say("newest rows of {}", "filas más nuevas de {}", {name_}),
                                 "SELECT EXISTS (SELECT FROM ONLY " + quoted(change_.table) +
                                     " WHERE NOT (" + beyond + ")) AS found");
  newer.statement_timeout = std::chrono::seconds{5};
  const auto found = server_.act(newer);
  if (!found && found.error().code != ErrorCode::timed_out) return outcome_of(found.error());
  if (found && (*found)[0].flag("found")) {
    return ended(StepState::refused,
                 say("{} has rows from {} on, where the old table is to end",
                     "{} tiene filas desde {}, donde debe acabar la tabla antigua",
                     {name_, change_.attach_until}));
  }
  if (auto stop = begin("bound")) return stop;
  auto first = script_.prepare.begin() + static_cast<std::ptrdiff_t>(script_.build);
  std::vector<std::string> statements{first, script_.prepare.end() - 1};
  if (facts_.bounded) statements.insert(statements.begin(), drop_until_constraint(change_.table));
  const auto added =
      exclusively(say("bound of {}", "límite de {}", {name_}), std::move(statements), watch_);
  if (!added) return outcome_of(added.error());
  return std::nullopt;
}

Conversion::Objection Conversion::prove() {
  if (facts_.proved) return std::nullopt;
  if (auto stop = begin("validate")) return stop;
  watch_.progress(say("reading {} once", "leyendo {} una vez", {name_}), std::nullopt);
  auto act = act_of(say("proof of {}", "prueba de {}", {name_}), {script_.prepare.back()});
  act.statement_timeout =
      std::min(kLongestProof, std::chrono::floor<milliseconds>(change_.attach_until - facts_.now) -
                                  milliseconds{kMargin});
  Patience longer = patience_;
  longer.lock_timeout = kBesideWriters;
  const auto proved = patiently(server_, act, longer, watch_);
  if (!proved) return outcome_of(proved.error());
  return std::nullopt;
}

Conversion::Objection Conversion::swap() {
  if (auto gone = look()) return gone;
  if (facts_.in_recovery) {
    return ended(StepState::refused,
                 say("the server has become a replica", "el servidor ha pasado a ser una réplica"));
  }
  if (auto different = compare()) return different;
  if (facts_.now + kMargin > change_.attach_until) {
    return ended(StepState::failed, say("getting ready took until the old table's end was near",
                                        "los preparativos duraron hasta casi el final de la tabla "
                                        "antigua"));
  }
  if (auto stop = begin("swap")) return stop;
  auto statements = script_.swap;
  statements.insert(statements.begin() + 1,
                    assertion("to_regclass(" + postgres::quote_literal(quoted(change_.table)) +
                                  ")::oid = " + definition_.oid,
                              "it is another table"));
  const auto swapped =
      exclusively(say("swap of {}", "intercambio de {}", {name_}), std::move(statements), watch_);
  if (swapped) return std::nullopt;
  if (look()) return outcome_of(swapped.error());  // unreachable: it may have happened or not
  if (facts_.is_done()) return std::nullopt;
  return outcome_of(swapped.error());
}

Result<void> Conversion::undo() {
  Unstoppable patient{watch_};
  if (auto facts = read_conversion(server_, change_); !facts) {
    return failure(facts.error());
  } else {
    facts_ = std::move(*facts);
  }
  if (!facts_.has_leftovers()) return {};
  if (auto noted = watch_.begin_phase("undo", change_.table.qualified()); !noted) {
    return failure(noted.error());
  }
  if (facts_.bounded) {  // first: it is what can stop a writer
    const auto freed = exclusively(say("bound of {}", "límite de {}", {name_}),
                                   {drop_until_constraint(change_.table)}, patient);
    if (!freed) return failure(freed.error());
  }
  if (facts_.waiting_kind == "p") {
    const auto waiting = quoted(parent_in_waiting(change_.table));
    const auto dropped =
        patiently(server_,
                  act_of(say("new parent of {}", "nueva tabla madre de {}", {name_}),
                         {assertion("NOT EXISTS (SELECT FROM " + waiting + ")", "it holds rows"),
                          drop_parent_in_waiting(change_.table)}),
                  patience_, patient);
    if (!dropped) return failure(dropped.error());
  }
  return {};
}

Outcome Conversion::abandon(Outcome outcome) {
  if (const auto undone = undo(); !undone) {
    outcome.state = StepState::failed;
    outcome.what =
        say("{}; and what was begun could not be undone: {}",
            "{}; y lo empezado no se pudo deshacer: {}", {outcome.what, undone.error().what});
    outcome.hint = say("apply it again before {}: from then on {} refuses new rows",
                       "aplíquelo otra vez antes de {}: desde entonces {} rechaza filas nuevas",
                       {change_.attach_until, name_});
  }
  return outcome;
}

Outcome Conversion::finish(bool changed) {
  if (!facts_.analyzed && !watch_.stop_wanted()) {
    if (auto noted = watch_.begin_phase("tidy", change_.table.qualified()); !noted) {
      return outcome_of(noted.error());
    }
    auto act = act_of(say("statistics of {}", "estadísticas de {}", {name_}),
                      {"ANALYZE " + quoted(change_.table)});
    act.lock_timeout = kBesideWriters;
    act.statement_timeout = std::chrono::minutes{10};
    if (const auto analyzed = server_.act_alone(act);
        !analyzed && analyzed.error().code == ErrorCode::unreachable) {
      return outcome_of(analyzed.error());
    }
  }
  Outcome outcome =
      changed ? ended(StepState::done,
                      say("{} is partitioned; {} holds its rows up to {}",
                          "{} está particionada; {} tiene sus filas hasta {}",
                          {name_, printable(change_.old_partition.name), change_.attach_until}))
              : ended(StepState::nothing_to_do,
                      say("{} is partitioned already", "{} ya está particionada", {name_}));
  outcome.freed = Bytes{0};
  outcome.after = {{"oid", facts_.oid},
                   {"kind", facts_.kind},
                   {"partitions", std::to_string(facts_.partitions)}};
  return outcome;
}

Outcome Conversion::run() {
  if (auto gone = look()) return *gone;
  if (facts_.in_recovery) {
    return refused_by_replica();
  }
  if (facts_.is_done()) return finish(false);
  for (const auto next : {&Conversion::object, &Conversion::prepare, &Conversion::bound,
                          &Conversion::prove, &Conversion::swap}) {
    if (auto objection = (this->*next)()) return abandon(std::move(*objection));
  }
  if (auto gone = look()) return *gone;
  const auto after = collect_definition(reader_, step_.target, change_.table);
  if (!after) return outcome_of(after.error());
  if (const auto lines = differences(definition_, *after); !facts_.is_done() || !lines.empty()) {
    return ended(StepState::failed,
                 say("{} was exchanged, and differs from what it was: {}",
                     "{} se intercambió, y difiere de lo que era: {}",
                     {name_, lines.empty() ? facts_.kind : printable(lines.front())}));
  }
  return finish(true);
}

}  // namespace

Outcome PartitionTableExecutor::apply(const Step& step, StepWatch& watch) {
  return Conversion{server_, reader_, patience_, step, watch}.run();
}

}  // namespace plimsoll
