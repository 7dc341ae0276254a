#include "apply/postgres/replace_partition.h"

#include <algorithm>

#include "apply/postgres/disk_space.h"
#include "apply/postgres/replace_sql.h"
#include "base/text.h"
#include "link/postgres/quote.h"
#include "plan/partition_names.h"

namespace plimsoll {
namespace {

using postgres::Rows;
using std::chrono::milliseconds;

constexpr milliseconds kCopyBudget{std::chrono::hours{12}};
constexpr milliseconds kSwapBudget{2000};
constexpr milliseconds kCatchUpBudget{std::chrono::minutes{30}};
constexpr double kReplayUnderLockMs = 15;
constexpr int kReplayBatch = 1000;
constexpr Bytes kLargeDefault = 64_MiB;  ///< attaching reads a default partition under its lock

Text part_text(const NamedRange& part) { return verbatim(printable(part.name.qualified())); }

/// A problem that ends the step; what was begun is undone when it may be.
struct Problem {
  StepState state;
  Text what;
  Text hint;
  bool undo = true;
};
using Progress = tl::expected<void, Problem>;

tl::unexpected<Problem> problem(const Error& error) {
  // Lost in the middle: what came of it is not known, so the next run looks.
  return tl::unexpected<Problem>{
      {StepState::failed, error.what, error.hint, error.code != ErrorCode::unreachable}};
}
tl::unexpected<Problem> problem(StepState state, Text what, Text hint = {}) {
  return tl::unexpected<Problem>{{state, std::move(what), std::move(hint)}};
}

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

class Replacing {
 public:
  Replacing(PostgresServer& server, const Patience& patience, StepWatch& watch, Replacement it)
      : server_{server}, patience_{patience}, watch_{watch}, it_{std::move(it)} {}

  Outcome run(bool swapped);

 private:
  struct CopiedPart {
    std::string snapshot;
    bool indexed = false;
  };
  Progress prepare();
  Progress refuse_what_cannot_be();
  Progress check_space();
  Progress look_at_copies(bool& fitting);
  Progress begin();
  Progress copy(std::size_t part);
  Progress index(std::size_t part);
  Progress catch_up();
  Progress swap();
  Progress drop();
  Progress stop_if_wanted();
  Progress phase(const std::string& name, const std::string& detail);
  Result<void> undo();
  Outcome end_with(const Problem& problem);
  Result<Bytes> size_of_parts();
  Snapshots snapshots() const;
  Text about() const {
    return say("partition {}", "partición {}", {printable(it_.old.name.qualified())});
  }
  std::string part_name(std::size_t part) const { return quoted(it_.change.partitions[part].name); }

  PostgresServer& server_;
  Patience patience_;
  StepWatch& watch_;
  Replacement it_;
  std::map<std::string, CopiedPart> copied_;
  std::int64_t rows_kept_ = 0;
  bool log_there_ = false;
  Bytes before_, after_;
  std::optional<Bytes> disk_before_;
};

Progress Replacing::phase(const std::string& name, const std::string& detail) {
  if (auto begun = watch_.begin_phase(name, detail); !begun) return problem(begun.error());
  return {};
}

Progress Replacing::stop_if_wanted() {
  if (!watch_.stop_wanted()) return {};
  return problem(StepState::stopped, say("asked to stop", "se pidió parar"));
}

Snapshots Replacing::snapshots() const {
  Snapshots snapshots;
  for (const auto& part : it_.change.partitions) {
    snapshots.push_back(copied_.at(quoted(part.name)).snapshot);
  }
  return snapshots;
}

Progress Replacing::refuse_what_cannot_be() {
  if (it_.old.kind != "r" || it_.persistence != "p") {
    return problem(StepState::refused,
                   say("{} is not an ordinary table", "{} no es una tabla ordinaria", {about()}));
  }
  for (const auto& oid : {it_.old.oid, it_.parent.oid}) {
    const auto dependents = dependents_of(server_, oid, oid == it_.old.oid);
    if (!dependents) return problem(dependents.error());
    const bool foreign_key = dependents->find("foreign key") != std::string::npos;
    if (!dependents->empty() && (oid == it_.old.oid || foreign_key)) {
      return problem(StepState::refused, say("{}: it would not keep its {}",
                                             "{}: no conservaría: {}", {about(), *dependents}));
    }
  }
  const auto* holder = it_.parent.default_partition();
  if (holder != nullptr && holder->bytes > kLargeDefault) {
    return problem(
        StepState::refused,
        say("the default partition {} holds {}, which the server would read under a lock",
            "la partición por defecto {} ocupa {}, que el servidor leería con un bloqueo",
            {printable(holder->name.name), holder->bytes}));
  }
  return {};
}

/// The planner's estimate of what is kept; only a clear lack is a reason to refuse.
Progress Replacing::check_space() {
  disk_before_ = free_disk(server_);
  if (!disk_before_) {
    watch_.progress(
        say("free disk is not known: not checked", "no se conoce el disco libre: no se comprueba"),
        std::nullopt);
    return {};
  }
  const auto rows = server_.act(question(
      about(),
      "EXPLAIN SELECT FROM ONLY " + quoted(it_.old.name) + " WHERE " +
          rows_within(it_.change.range, it_.change.axis,
                      postgres::quote_identifier(it_.change.axis.column), it_.change.cut)));
  const auto counted = server_.act(
      question(about(), "SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = $1::oid",
               {it_.old.oid}));
  if (!rows || !counted) return problem(rows ? counted.error() : rows.error());
  const auto plan = (*rows)[0].text("QUERY PLAN");
  const auto at = plan.find(" rows=");
  const auto total = (*counted)[0].integer("rows").value_or(0);
  const auto kept = at == std::string::npos
                        ? std::nullopt
                        : parse_int(plan.substr(at + 6, plan.find(' ', at + 6) - at - 6));
  if (!kept || total <= 0) return {};
  const double share = std::min(1.0, static_cast<double>(*kept) / static_cast<double>(total));
  const Bytes needed{static_cast<std::int64_t>(share * static_cast<double>(it_.old.bytes.count()))};
  if (needed <= *disk_before_) return {};
  return problem(StepState::refused,
                 say("about {} are copied, and {} are free", "se copian unos {} y hay {} libres",
                     {needed, *disk_before_}));
}

/// What an earlier run left. `fitting`: of this very plan, so that it can be gone on with.
Progress Replacing::look_at_copies(bool& fitting) {
  fitting = true;
  copied_.clear();
  const auto there = server_.act(
      question(about(), "SELECT to_regclass($1) IS NOT NULL AS there", {quoted(it_.state())}));
  if (!there) return problem(there.error());
  log_there_ = (*there)[0].flag("there");
  if (!log_there_) return {};
  const auto rows = server_.act(question(
      about(),
      "SELECT s.*, c.oid IS NOT NULL AS there FROM " + quoted(it_.state()) +
          " s LEFT JOIN pg_class c ON c.oid = s.part_oid AND c.oid = to_regclass(s.part)"));
  if (!rows) return problem(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto& parts = it_.change.partitions;
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& each) {
      return quoted(each.name) == row.text("part");
    });
    fitting = fitting && row.flag("there") && part != parts.end() &&
              row.text("cut") == bound_literal(it_.change.axis, it_.change.cut) &&
              row.text("bound") == bound_of(part->range, it_.change.axis);
    copied_[row.text("part")] = {row.text("snapshot"), row.flag("indexed")};
  }
  return {};
}

Progress Replacing::prepare() {
  bool fitting = true;
  if (auto looked = look_at_copies(fitting); !looked) return looked;
  if (!fitting) {
    if (auto undone = undo(); !undone) return problem(undone.error());
    log_there_ = false;
    copied_.clear();
  }
  if (auto refused = refuse_what_cannot_be(); !refused) return refused;
  for (const auto& part : it_.change.partitions) {
    if (copied_.contains(quoted(part.name))) continue;
    const auto taken = server_.act(
        question(about(), "SELECT to_regclass($1) IS NOT NULL AS taken", {quoted(part.name)}));
    if (!taken) return problem(taken.error());
    if ((*taken)[0].flag("taken")) {
      return problem(StepState::refused, say("there is already a table {}", "ya existe la tabla {}",
                                             {part_text(part)}));
    }
  }
  return log_there_ ? Progress{} : check_space();
}

Progress Replacing::begin() {
  if (log_there_) return {};
  if (auto begun = phase("log", quoted(it_.log())); !begun) return begun;
  log_there_ = true;
  const auto made = patiently(
      server_, {.what = about(), .statements = begin_log(it_), .values = {}}, patience_, watch_);
  if (!made) return problem(made.error());
  return {};
}

Progress Replacing::copy(std::size_t part) {
  const auto& target = it_.change.partitions[part];
  if (copied_.contains(part_name(part))) return {};
  if (auto stopped = stop_if_wanted(); !stopped) return stopped;
  if (auto begun = phase("copy", target.name.qualified()); !begun) return begun;
  const auto rows = server_.act({.what = about(),
                                 .statements = copy_range(it_, part),
                                 .values = {},
                                 .statement_timeout = kCopyBudget});
  if (!rows) return problem(rows.error());
  const auto row = (*rows)[0];
  if (row.cell("rows") != row.cell("copied_rows") ||
      row.cell("print") != row.cell("copied_print")) {
    return problem(StepState::failed,
                   say("the copy {} differs from what it was made of ({} and {} rows)",
                       "la copia {} difiere de su origen ({} y {} filas)",
                       {part_text(target), row.integer("copied_rows").value_or(0),
                        row.integer("rows").value_or(0)}));
  }
  rows_kept_ += row.integer("rows").value_or(0);
  return {};
}

Progress Replacing::index(std::size_t part) {
  if (copied_.at(part_name(part)).indexed) return {};
  if (auto stopped = stop_if_wanted(); !stopped) return stopped;
  if (auto begun = phase("index", it_.change.partitions[part].name.qualified()); !begun) {
    return begun;
  }
  const auto built = server_.act({.what = about(),
                                  .statements = build_indexes(it_, part),
                                  .values = {},
                                  .statement_timeout = kCopyBudget});
  if (!built) return problem(built.error());
  return {};
}

/// Until what is left can be replayed while everybody waits.
Progress Replacing::catch_up() {
  const auto limit = std::chrono::steady_clock::now() + kCatchUpBudget;
  double left_before = kReplayBatch;
  for (;;) {
    const auto begun = std::chrono::steady_clock::now();
    const auto rows = server_.act({.what = about(),
                                   .statements = replay(it_, snapshots(), kReplayBatch),
                                   .values = {},
                                   .statement_timeout = std::chrono::minutes{5}});
    if (!rows) return problem(rows.error());
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    const double left = (*rows)[0].real("remaining").value_or(0);
    const double each = took.count() / std::max(left_before, 10.0);
    if (left * each < kReplayUnderLockMs) return {};
    left_before = std::min<double>(left, kReplayBatch);
    if (auto stopped = stop_if_wanted(); !stopped) return stopped;
    if (std::chrono::steady_clock::now() > limit) {
      return problem(StepState::failed, say("more is written to it than can be replayed",
                                            "se escribe en ella más de lo que se puede repetir"));
    }
  }
}

Progress Replacing::swap() {
  if (auto stopped = stop_if_wanted(); !stopped) return stopped;
  if (auto begun = phase("swap", it_.old.name.qualified()); !begun) return begun;
  std::optional<Problem> late;
  const auto swapped = patiently(patience_, watch_, [&]() -> Result<Rows> {
    if (auto caught_up = catch_up(); !caught_up) {
      late = caught_up.error();
      return failure(ErrorCode::malformed, late->what);
    }
    return server_.act({.what = about(),
                        .statements = plimsoll::swap(it_, snapshots()),
                        .values = {},
                        .lock_timeout = patience_.lock_timeout,
                        .statement_timeout = kSwapBudget});
  });
  if (late) return tl::unexpected<Problem>{*late};
  if (!swapped) return problem(swapped.error());
  return {};
}

Progress Replacing::drop() {
  if (auto begun = phase("drop", it_.old.name.qualified()); !begun) return begun;
  const auto size = server_.act(
      question(about(), "SELECT pg_total_relation_size($1::oid) AS bytes", {it_.old.oid}));
  if (!size) return problem(size.error());
  before_ = (*size)[0].bytes("bytes").value_or(Bytes{});
  const auto dropped = patiently(server_,
                                 {.what = about(),
                                  .statements = drop_old(it_, snapshots()),
                                  .values = {},
                                  .statement_timeout = std::chrono::minutes{1}},
                                 patience_, watch_);
  if (!dropped) return problem(dropped.error());
  const auto parts = size_of_parts();
  if (!parts) return problem(parts.error());
  after_ = *parts;
  return {};
}

Result<Bytes> Replacing::size_of_parts() {
  std::vector<std::string> names;
  for (const auto& part : it_.change.partitions) names.push_back(quoted(part.name));
  const auto rows = server_.act(question(
      about(), "SELECT sum(pg_total_relation_size(n::regclass)) AS bytes FROM unnest($1::text[]) n",
      {postgres::array_literal(names)}));
  if (!rows) return failure(rows.error());
  return (*rows)[0].bytes("bytes").value_or(Bytes{});
}

Result<void> Replacing::undo() {
  if (auto begun = watch_.begin_phase("undo", quoted(it_.log())); !begun) return begun;
  const auto there = server_.act(
      question(about(), "SELECT to_regclass($1) IS NOT NULL AS there", {quoted(it_.state())}));
  if (!there) return failure(there.error());
  if (!(*there)[0].flag("there")) return {};
  const auto rows = server_.act(question(
      about(), "SELECT s.part FROM " + quoted(it_.state()) +
                   " s JOIN pg_class c ON c.oid = s.part_oid AND c.oid = to_regclass(s.part)"
                   " WHERE NOT c.relispartition"));
  if (!rows) return failure(rows.error());
  std::vector<std::string> tables;
  for (std::size_t i = 0; i < rows->size(); ++i) tables.push_back((*rows)[i].text("part"));
  postgres::Act act{.what = about(),
                    .statements = undo_log(it_, tables),
                    .values = {},
                    .lock_timeout = patience_.lock_timeout};
  const auto undone = patiently(patience_, watch_, [&] { return server_.act(act); });
  if (!undone) return failure(undone.error());
  return {};
}

Outcome Replacing::end_with(const Problem& problem) {
  auto outcome = ended(problem.state, problem.what, problem.hint);
  if (!log_there_) return outcome;
  const auto undone = problem.undo ? undo() : Result<void>{failure(ErrorCode::unreachable, {})};
  if (undone) {
    outcome.what =
        say("{}; what was begun was undone", "{}; lo empezado se deshizo", {problem.what});
    return outcome;
  }
  outcome.hint = say("a trigger and the table {} are left: apply again, and it is finished",
                     "quedan un disparador y la tabla {}: aplique de nuevo y se termina",
                     {printable(it_.log().qualified())});
  if (!undone.error().what.empty()) {
    outcome.what = say("{}; and not undone: {}", "{}; y sin deshacer: {}",
                       {problem.what, undone.error().what});
  }
  return outcome;
}

Outcome Replacing::run(bool swapped) {
  if (!swapped) {
    auto progress = prepare();
    if (progress) progress = begin();
    const auto count = it_.change.partitions.size();
    for (std::size_t part = 0; progress && part < count; ++part) {
      watch_.progress(say("copying {}", "copiando {}", {part_text(it_.change.partitions[part])}),
                      0.6 * static_cast<double>(part) / static_cast<double>(count));
      progress = copy(part);
    }
    bool fitting = true;
    if (progress) progress = look_at_copies(fitting);
    for (std::size_t part = 0; progress && part < count; ++part) {
      watch_.progress(say("indexing {}", "indexando {}", {part_text(it_.change.partitions[part])}),
                      0.6 + 0.3 * static_cast<double>(part) / static_cast<double>(count));
      progress = index(part);
    }
    if (progress) progress = swap();
    if (!progress) return end_with(progress.error());
  } else {
    bool fitting = true;
    if (auto looked = look_at_copies(fitting); !looked) {
      return ended(looked.error().state, looked.error().what, looked.error().hint);
    }
  }
  if (auto dropped = drop(); !dropped) {
    return ended(StepState::failed,
                 say("replaced; the old one is not dropped yet: {}",
                     "reemplazada; la antigua aún no se ha eliminado: {}", {dropped.error().what}),
                 say("apply again, and it is finished", "aplique de nuevo y se termina"));
  }
  const Bytes freed = before_ - after_;
  auto outcome = ended(
      StepState::done,
      say("{} replaced by {} partitions; {} given back, measured by the server's file sizes",
          "{} reemplazada por {} particiones; {} devueltos, según el tamaño de los archivos del "
          "servidor",
          {printable(it_.old.name.qualified()),
           static_cast<std::int64_t>(it_.change.partitions.size()), freed}));
  outcome.freed = freed;
  outcome.after = {{"bytes_before", std::to_string(before_.count())},
                   {"bytes_after", std::to_string(after_.count())}};
  if (!swapped) outcome.after["rows_copied"] = std::to_string(rows_kept_);
  if (const auto free = disk_before_ ? free_disk(server_) : std::nullopt) {
    outcome.after["disk_free_before"] = std::to_string(disk_before_->count());
    outcome.after["disk_free_after"] = std::to_string(free->count());
  }
  return outcome;
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
  return Replacing{server_, patience_, watch, std::move(it)}.run(swapped);
}

}  // namespace plimsoll
