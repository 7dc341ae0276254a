#pragma once

#include <string>
#include <utility>
#include <vector>

#include "diagnose/diagnose.h"
#include "plan/plan.h"

namespace plimsoll {

/// When a step comes: bounds first, deletions later, what takes long last.
enum class Stage { bound, tidy, remove, rebuild };

/// A plan while it is written. Steps are numbered by take().
class Draft {
 public:
  Draft(const Census& census, const Policy& policy, const std::vector<TableDefinition>& definitions,
        const PlanOptions& options);

  const Census& census() const { return census_; }
  const Policy& policy() const { return policy_; }
  const PlanOptions& options() const { return options_; }
  const Diagnosis& diagnosis() const { return diagnosis_; }
  Instant now() const { return census_.taken_at; }

  /// Null where the table's definition was not read.
  const TableDefinition* definition(const std::string& target, const TableName& table) const;
  bool found(Rule rule, const ResourceId& store) const;

  /// Returns a token for after(): the step is only carried out once that one is done.
  std::size_t add(Stage stage, Step step);
  void after(std::size_t step, std::size_t earlier);
  void refuse(Refusal refusal);
  void gap(Gap gap);

  Plan take();

 private:
  struct Drafted {
    Stage stage{};
    Step step;
    std::vector<std::size_t> after;
  };
  const Census& census_;
  const Policy& policy_;
  const std::vector<TableDefinition>& definitions_;
  const PlanOptions& options_;
  Diagnosis diagnosis_;
  std::vector<Drafted> drafted_;
  std::vector<Refusal> refusals_;
  std::vector<Gap> gaps_;
};

/// "plimsoll.yaml:12 wants to keep 7 days".
Text wish_of(const RuleOrigin& origin, const Text& wish);

// By what they look at; make_plan() calls each once.
void plan_tables(Draft& draft, const PostgresCensus& server);
void plan_streams(Draft& draft, const RedisCensus& server);
void plan_redis_memory(Draft& draft, const RedisCensus& server);
void plan_keys(Draft& draft, const RedisCensus& server);
void plan_containers(Draft& draft, const DockerCensus& engine);

}  // namespace plimsoll
