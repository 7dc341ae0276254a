#include "apply/postgres/replacing.h"

#include <algorithm>
#include <future>
#include <iterator>

#include "apply/postgres/disk_space.h"
#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll {

using postgres::Rows;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kCopyBudget{std::chrono::hours{12}};
constexpr milliseconds kSwapBudget{2000};
constexpr milliseconds kOnlyOurs{5000};  ///< nobody waits behind a lock on a part, but autovacuum
constexpr milliseconds kCatchUpBudget{std::chrono::minutes{30}};
constexpr double kReplayUnderLockMs = 15;
constexpr int kReplayBatch = 1000;

/// Undoing is not stopped by the wish to stop that it follows from.
class Determined final : public StepWatch {
 public:
  void progress(const Text&, std::optional<double>) override {}
  bool stop_wanted() const override { return false; }
  Result<void> begin_phase(const std::string&, const std::string&) override { return {}; }
};

Text part_text(const NamedRange& part) { return verbatim(printable(part.name.qualified())); }

}  // namespace

Progress Replacing::phase(const std::string& name, const std::string& detail) {
  const std::lock_guard one_at_a_time{watching_};
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

std::vector<std::string> Replacing::beside_writers(const std::vector<std::string>& tables,
                                                   std::vector<std::string> statements) const {
  auto all = past_autovacuum(tables, patience_.lock_timeout);
  std::move(statements.begin(), statements.end(), std::back_inserter(all));
  return all;
}

Progress Replacing::begin() {
  if (log_there_) return {};
  if (auto begun = phase("log", quoted(it_.log())); !begun) return begun;
  log_there_ = true;
  const auto made = patiently(server_,
                              {.what = about(),
                               .statements = beside_writers({quoted(it_.old.name)}, begin_log(it_)),
                               .values = {}},
                              patience_, watch_);
  if (!made) return problem(made.error());
  return {};
}

Progress Replacing::copy(PostgresServer& server, std::size_t part, bool alone) {
  const auto& target = it_.change.partitions[part];
  if (auto stopped = stop_if_wanted(); !stopped) return stopped;
  if (auto begun = phase("copy", target.name.qualified()); !begun) return begun;
  const auto rows = server.act({.what = about(),
                                .statements = copy_range(it_, part, alone),
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
  return {};
}

Progress Replacing::index(PostgresServer& server, std::size_t part, bool alone) {
  if (auto stopped = stop_if_wanted(); !stopped) return stopped;
  if (auto begun = phase("index", it_.change.partitions[part].name.qualified()); !begun) {
    return begun;
  }
  const auto built = server.act({.what = about(),
                                 .statements = build_indexes(it_, part, alone),
                                 .values = {},
                                 .lock_timeout = kOnlyOurs,
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
  std::vector<std::string> tables{quoted(it_.old.name)};
  for (const auto& part : it_.change.partitions) tables.push_back(quoted(part.name));
  std::optional<Problem> late;
  const auto swapped = patiently(patience_, watch_, [&]() -> Result<Rows> {
    if (auto caught_up = catch_up(); !caught_up) {
      late = caught_up.error();
      return failure(ErrorCode::malformed, late->what);
    }
    return server_.act({.what = about(),
                        .statements = beside_writers(tables, plimsoll::swap(it_, snapshots())),
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
  const auto dropped =
      patiently(server_,
                {.what = about(),
                 .statements = beside_writers({quoted(it_.old.name)}, drop_old(it_, snapshots())),
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
  const Determined determined;
  const auto undone = patiently(patience_, determined, [&] { return server_.act(act); });
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

Progress Replacing::make_parts(PostgresServer& server, bool alone) {
  const auto count = it_.change.partitions.size();
  for (std::size_t part = next_part_++; part < count && !a_part_failed_; part = next_part_++) {
    {
      const std::lock_guard one_at_a_time{watching_};
      watch_.progress(say("copying and indexing {}", "copiando e indexando {}",
                          {part_text(it_.change.partitions[part])}),
                      0.9 * static_cast<double>(part) / static_cast<double>(count));
    }
    const auto found = copied_.find(part_name(part));
    auto made = found != copied_.end() ? Progress{} : copy(server, part, alone);
    if (made && (found == copied_.end() || !found->second.indexed)) {
      made = index(server, part, alone);
    }
    if (!made) {
      a_part_failed_ = true;
      return made;
    }
  }
  return {};
}

Progress Replacing::make_copies() {
  std::unique_ptr<PostgresServer> other;
  if (another_ && it_.change.partitions.size() > 1) other = another_();
  Progress theirs;
  {
    std::future<Progress> beside;
    if (other) {
      beside = std::async(std::launch::async, [&] { return make_parts(*other, false); });
    }
    auto ours = make_parts(server_, other == nullptr);
    if (beside.valid()) theirs = beside.get();
    if (!ours) return ours;
  }
  if (!theirs) return theirs;
  bool fitting = true;
  return look_at_copies(fitting);
}

Outcome Replacing::run() {
  auto progress = prepare();
  if (progress) progress = begin();
  if (progress) progress = make_copies();
  if (progress) progress = swap();
  return progress ? finish() : end_with(progress.error());
}

Outcome Replacing::run_swapped() {
  bool fitting = true;
  if (auto looked = look_at_copies(fitting); !looked) {
    return ended(looked.error().state, looked.error().what, looked.error().hint);
  }
  if (!fitting || copied_.size() != it_.change.partitions.size()) {
    return ended(StepState::stale, say("{} was replaced by another plan",
                                       "{} fue reemplazada por otro plan", {about()}));
  }
  return finish();
}

Outcome Replacing::finish() {
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
                   {"bytes_after", std::to_string(after_.count())},
                   {"rows_copied", std::to_string(rows_kept_)}};
  if (const auto free =
          disk_before_ ? free_disk(server_, it_.change.partitions.front().name) : std::nullopt) {
    outcome.after["disk_free_before"] = std::to_string(disk_before_->count());
    outcome.after["disk_free_after"] = std::to_string(free->count());
  }
  return outcome;
}

}  // namespace plimsoll
