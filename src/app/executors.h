#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "apply/run/run_plan.h"
#include "base/result.h"
#include "plan/plan.h"
#include "policy/targets.h"

namespace plimsoll {

/// The connections a plan's steps need, and the executors on them.
class ExecutorSet {
 public:
  /// Opened for the targets that have a step, and for those only. A target that does not answer has
  /// no executor: its steps fail by themselves, the others go on.
  /// `max_rows_per_second` holds for rows deleted in batches; empty: as fast as writers allow.
  ExecutorSet(const Plan& plan, const Targets& targets,
              std::optional<double> max_rows_per_second = {});
  ~ExecutorSet();
  ExecutorSet(const ExecutorSet&) = delete;
  ExecutorSet& operator=(const ExecutorSet&) = delete;

  const Executors& executors() const { return executors_; }
  /// Who answered, for check_applicable().
  const std::vector<PlanTarget>& present() const { return present_; }
  /// Why a target has no executor.
  const std::vector<Gap>& gaps() const { return gaps_; }

 private:
  class Connection;
  void open_postgres(const std::string& name, const Targets& targets);
  void open_redis(const std::string& name, const Targets& targets);
  void open_docker(const Targets& targets);

  std::optional<double> max_rows_per_second_;
  std::vector<std::unique_ptr<Connection>> connections_;
  Executors executors_;
  std::vector<PlanTarget> present_;
  std::vector<Gap> gaps_;
};

}  // namespace plimsoll
