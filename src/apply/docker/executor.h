#pragma once

#include <chrono>
#include <functional>

#include "collect/docker/cgroup.h"
#include "link/docker/link.h"
#include "plan/outcome.h"

namespace plimsoll {

struct DockerExecutorOptions {
  CgroupRoots roots;
  std::chrono::milliseconds watch_for{5000};  ///< after a limit was lowered
  std::chrono::milliseconds interval{200};    ///< between two looks at the kernel's counters
  /// Lets that much time pass. Empty: sleeps.
  std::function<void(std::chrono::milliseconds)> wait;
};

/// Carries out SetContainerMemory on a running engine, limit, swap and reservation in one update.
/// Step::before: "id", "limit_bytes", "reservation_bytes" (0 for none), "swap_bytes" (−1 unlimited,
/// 0 unset); a container that is gone or was made anew is stale.
///
/// Refused: a limit below what it needs now (memory_settings.h), or below the reservation. Read
/// back by inspect and, where the cgroup can be seen, from memory.max: an engine that says yes and
/// changes nothing (rootless Podman) is failed. After lowering it watches memory.events for
/// `watch_for` and rolls back at once when oom or oom_kill moves, or the container falls over.
class DockerExecutor final : public Executor {
 public:
  explicit DockerExecutor(docker::Link& link, DockerExecutorOptions options = {});

  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  docker::Link& link_;
  DockerExecutorOptions options_;
};

}  // namespace plimsoll
