#pragma once

#include <gtest/gtest.h>

#include <string>

#include "apply/run/run_plan.h"
#include "history/sqlite.h"

namespace plimsoll::testing {

constexpr Instant kNoon{std::chrono::sys_days{std::chrono::year{2025} / 11 / 11} +
                        std::chrono::hours{12}};

inline Step step_of(int number, std::vector<int> after = {}) {
  Step step;
  step.number = number;
  step.target_kind = TargetKind::redis;
  step.target = "main";
  step.resource = "redis/main/stream/s" + std::to_string(number);
  AcknowledgeDangling change;
  change.group = std::to_string(number);
  step.change = change;
  step.after = std::move(after);
  return step;
}

inline Plan plan_of(std::vector<Step> steps) {
  Plan plan;
  plan.taken_at = kNoon - std::chrono::minutes{10};
  plan.expires_at = kNoon + Days{1};
  plan.targets = {{TargetKind::redis, "main", "127.0.0.1:6379/master"}};
  plan.steps = std::move(steps);
  plan.hash = hash_of(plan);
  return plan;
}

/// Acts on a real SQLite file: each step puts two rows into a table, in two phases, and looks into
/// the table first, as every executor looks at its server. The table has no key, so whatever is
/// done twice is there twice.
class ActingTable final : public Executor {
 public:
  explicit ActingTable(const std::string& path)
      : database_{std::move(*sqlite::Database::open(path, std::chrono::seconds{5}))} {
    EXPECT_TRUE(
        database_.run("CREATE TABLE IF NOT EXISTS acts (step INTEGER, phase TEXT);"
                      "CREATE TABLE IF NOT EXISTS calls (step INTEGER)"));
  }

  Outcome apply(const Step& step, StepWatch& watch) override {
    const std::string number = std::to_string(step.number);
    EXPECT_TRUE(database_.run("INSERT INTO calls VALUES (" + number + ")"));
    if (on_apply) on_apply(step, watch);
    if (fails.contains(step.number)) return {fails.at(step.number), verbatim("no"), {}, {}, {}};
    bool anything = false;
    for (const char* phase : {"copy", "swap"}) {
      if (acts(step.number, phase) > 0) continue;
      if (const auto begun = watch.begin_phase(phase, number); !begun) {
        return {StepState::failed, begun.error().what, begun.error().hint, {}, {}};
      }
      EXPECT_TRUE(
          database_.run("INSERT INTO acts VALUES (" + number + ", '" + std::string{phase} + "')"));
      anything = true;
    }
    return {
        anything ? StepState::done : StepState::nothing_to_do, verbatim("acted"), {}, 1_MiB, {}};
  }

  std::int64_t acts(int step, const std::string& phase) {
    return *database_.number("SELECT count(*) FROM acts WHERE step = " + std::to_string(step) +
                             " AND phase = '" + phase + "'");
  }
  std::int64_t calls(int step) {
    return *database_.number("SELECT count(*) FROM calls WHERE step = " + std::to_string(step));
  }

  std::map<int, StepState> fails;  ///< steps that end so, without an act
  std::function<void(const Step&, StepWatch&)> on_apply;

 private:
  sqlite::Database database_;
};

}  // namespace plimsoll::testing
