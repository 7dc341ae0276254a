#pragma once

#include "link/redis/link.h"
#include "plan/outcome.h"

namespace plimsoll {

/// Carries out the steps of one Redis or Valkey server; see kinds.h for what each kind does and
/// which facts it compares. Refuses on a replica, asked again before each of its own steps. Works
/// while the server is out of memory: no MULTI, and no command that such a server refuses.
/// `freed` is the difference of used_memory. The link is the executor's while apply() runs; when
/// the connection is lost the step has failed, and goes on over a new link.
class RedisExecutor final : public Executor {
 public:
  explicit RedisExecutor(redis::Link& link) : link_{link} {}
  Outcome apply(const Step& step, StepWatch& watch) override;

 private:
  redis::Link& link_;
};

}  // namespace plimsoll
