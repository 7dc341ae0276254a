#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apply/postgres/executor_testing.h"
#include "base/instant.h"
#include "link/redis/link.h"
#include "plan/plan.h"
#include "policy/targets.h"
#include "tests/testing/private_servers.h"

// The guard as `plimsoll apply` runs it, in a process of its own that can be killed at any write to
// its journal; and the servers it acts on.
namespace plimsoll::testing {

/// Wall time, whole seconds: what a plan is made at.
Instant this_second();

/// One PostgreSQL, one Redis and one Compose file for the whole test. Links are made when first
/// asked for.
class Stack {
 public:
  Stack();
  /// As on the first day: an empty schema, no key, no limit, the folder without a file.
  void wipe();

  Session& sql();
  postgres::Link& reader();  ///< for what the planner reads
  redis::Link& redis();
  std::filesystem::path compose_file() const { return folder_.path() / "docker-compose.yml"; }
  const Targets& targets() const { return targets_; }
  const std::vector<PlanTarget>& identities() const { return identities_; }

  /// The server has noticed that the guard is gone: its sessions, and what they counted, have
  /// ended.
  void wait_for_end_of_guard();
  /// In a forked child: its parent's connections are not its own, and must not be closed by it.
  void forget_links();

 private:
  TemporaryFolder folder_;
  TestPostgres postgres_;
  TestRedis redis_server_;
  Targets targets_;
  std::vector<PlanTarget> identities_;
  std::unique_ptr<Session> sql_;
  std::unique_ptr<postgres::Link> reader_;
  std::unique_ptr<redis::Link> redis_;
};

/// A plan of these steps, as it is read back from its file.
Plan plan_of(std::vector<Step> steps, const Stack& stack);

enum class Ending {
  killed,
  done,   ///< exit status 0
  stale,  ///< exit status 4: it had been applied already
  other   ///< anything else; what it said is on standard error
};

/// When the guard dies, by SIGKILL; as it is: never.
struct Death {
  std::optional<int> boundary = {};  ///< of the journal: before and after each write, from 0
  std::optional<std::chrono::milliseconds> after = {};  ///< wherever it may be by then
};

/// Applies the plan in a child. At each boundary of the journal `write` is called, as a writer that
/// never rests, and before a death there; when it throws, the ending is `other`. The servers may
/// still be at work for a killed guard when this returns.
Ending run_guard(const Plan& plan, Stack& stack, const std::filesystem::path& journal,
                 const Death& death, const std::function<void()>& write);

}  // namespace plimsoll::testing
