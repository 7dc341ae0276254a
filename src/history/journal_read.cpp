#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "history/journal.h"

namespace plimsoll {
namespace {

Instant instant_of(std::int64_t micros) { return Instant{std::chrono::microseconds{micros}}; }
std::optional<Instant> instant_of(std::optional<std::int64_t> micros) {
  if (!micros) return std::nullopt;
  return instant_of(*micros);
}

PlanState plan_state_of(std::string_view word) {
  for (const PlanState state : {PlanState::partly, PlanState::applied}) {
    if (word == name_of(state)) return state;
  }
  return PlanState::begun;
}

std::optional<StepState> step_state_of(std::string_view word) {
  for (const StepState state :
       {StepState::done, StepState::nothing_to_do, StepState::stale, StepState::refused,
        StepState::held, StepState::stopped, StepState::failed}) {
    if (word == name_of(state)) return state;
  }
  return std::nullopt;
}

std::map<std::string, std::string> facts_of(const std::string& json) {
  std::map<std::string, std::string> facts;
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object()) return facts;
  for (const auto& [name, value] : parsed.items()) {
    if (value.is_string()) facts[name] = value.get<std::string>();
  }
  return facts;
}

JournalStep step_of(const sqlite::Statement& row) {
  JournalStep step;
  step.number = static_cast<int>(row.integer(0));
  step.kind = row.text(1);
  step.resource = row.text(2);
  step.state = step_state_of(row.text(3));
  step.attempts = row.integer(4);
  step.begun_at = instant_of(row.integer_or_null(5));
  step.ended_at = instant_of(row.integer_or_null(6));
  step.what = {row.text(7), row.text(8)};
  step.hint = {row.text(9), row.text(10)};
  if (const auto freed = row.integer_or_null(11)) step.freed = Bytes{*freed};
  step.before = facts_of(row.text(12));
  step.after = facts_of(row.text(13));
  return step;
}

/// Leaves out the steps `glob` does not fit; true where any is left.
bool keep_matching(std::vector<JournalStep>& steps, const std::string& glob) {
  if (glob.empty()) return true;
  std::erase_if(steps, [&](const auto& step) { return !matches_glob(glob, step.resource); });
  return !steps.empty();
}

}  // namespace

Result<std::int64_t> Journal::id_of(const std::string& hash) {
  auto statement = database_.prepare("SELECT id FROM plans WHERE hash = ?");
  if (!statement) return failure(std::move(statement.error()));
  const auto row = statement->bind(hash).step();
  if (!row) return failure(row.error());
  if (!*row) {
    return failure(ErrorCode::conflict,
                   say("plan {} is not in the journal", "el plan {} no está en el diario",
                       {printable(hash.substr(0, 12))}));
  }
  return statement->integer(0);
}

Result<std::optional<PlanState>> Journal::state_of(const std::string& hash) {
  auto statement = database_.prepare("SELECT state FROM plans WHERE hash = ?");
  if (!statement) return failure(std::move(statement.error()));
  const auto row = statement->bind(hash).step();
  if (!row) return failure(row.error());
  if (!*row) return std::optional<PlanState>{};
  return std::optional{plan_state_of(statement->text(0))};
}

Result<std::vector<JournalStep>> Journal::steps_with_id(std::int64_t plan) {
  auto rows = database_.prepare(
      "SELECT number, kind, resource, state, attempts, begun_at, ended_at, what_en, what_es,"
      " hint_en, hint_es, freed_bytes, before, after FROM steps WHERE plan_id = ? ORDER BY number");
  if (!rows) return failure(std::move(rows.error()));
  rows->bind(plan);
  std::vector<JournalStep> steps;
  for (auto row = rows->step(); !row || *row; row = rows->step()) {
    if (!row) return failure(row.error());
    steps.push_back(step_of(*rows));
  }
  auto phases = database_.prepare(
      "SELECT number, phase, detail, at FROM phases WHERE plan_id = ? ORDER BY number, id");
  if (!phases) return failure(std::move(phases.error()));
  phases->bind(plan);
  for (auto row = phases->step(); !row || *row; row = phases->step()) {
    if (!row) return failure(row.error());
    const auto number = static_cast<int>(phases->integer(0));
    const auto step = std::find_if(steps.begin(), steps.end(),
                                   [&](const auto& each) { return each.number == number; });
    if (step == steps.end()) continue;
    step->phases.push_back({phases->text(1), phases->text(2), instant_of(phases->integer(3))});
  }
  return steps;
}

Result<std::vector<JournalStep>> Journal::steps_of(const std::string& hash) {
  const auto plan = id_of(hash);
  if (!plan) return failure(plan.error());
  return steps_with_id(*plan);
}

Result<std::vector<JournalEntry>> Journal::entries(const JournalFilter& filter) {
  auto rows = database_.prepare(
      "SELECT id, hash, state, taken_at, begun_at, ended_at, user, host, pid FROM plans"
      " WHERE substr(hash, 1, length(?1)) = ?1 ORDER BY id DESC");
  if (!rows) return failure(std::move(rows.error()));
  rows->bind(filter.hash);
  std::vector<JournalEntry> entries;
  while (entries.size() < filter.most) {
    const auto row = rows->step();
    if (!row) return failure(row.error());
    if (!*row) break;
    JournalEntry entry;
    entry.hash = rows->text(1);
    entry.state = plan_state_of(rows->text(2));
    entry.taken_at = instant_of(rows->integer(3));
    entry.begun_at = instant_of(rows->integer(4));
    entry.ended_at = instant_of(rows->integer_or_null(5));
    entry.actor = {rows->text(6), rows->text(7), static_cast<int>(rows->integer(8))};
    auto steps = steps_with_id(rows->integer(0));
    if (!steps) return failure(std::move(steps.error()));
    if (!keep_matching(*steps, filter.resource)) continue;
    entry.steps = std::move(*steps);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace plimsoll
