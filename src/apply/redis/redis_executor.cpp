#include "apply/redis/redis_executor.h"

#include "apply/redis/kinds.h"
#include "link/redis/acting.h"

namespace plimsoll {
namespace {

/// Which database a change is in; empty: none in particular.
struct DatabaseOf {
  std::optional<int> operator()(const TrimStream& change) const { return change.stream.database; }
  std::optional<int> operator()(const AcknowledgeDangling& change) const {
    return change.stream.database;
  }
  std::optional<int> operator()(const DeleteConsumers& change) const {
    return change.stream.database;
  }
  std::optional<int> operator()(const DeleteStream& change) const { return change.stream.database; }
  std::optional<int> operator()(const ExpireStream& change) const { return change.stream.database; }
  std::optional<int> operator()(const ExpireKeys& change) const { return change.database; }
  template <typename Other>
  std::optional<int> operator()(const Other&) const {
    return std::nullopt;
  }
};

struct CarryOut {
  RedisWork& work;

  Outcome operator()(const TrimStream& change) const { return trim_stream(work, change); }
  Outcome operator()(const AcknowledgeDangling& change) const {
    return acknowledge_dangling(work, change);
  }
  Outcome operator()(const DeleteConsumers& change) const { return delete_consumers(work, change); }
  Outcome operator()(const DeleteStream& change) const { return delete_stream(work, change); }
  Outcome operator()(const ExpireStream& change) const { return expire_stream(work, change); }
  Outcome operator()(const ExpireKeys& change) const { return expire_keys(work, change); }
  Outcome operator()(const SetMaxmemory& change) const { return set_maxmemory(work, change); }
  template <typename Other>
  Outcome operator()(const Other&) const {
    return outcome_of(StepState::refused, say("this is no step for Redis or Valkey",
                                              "este paso no es para Redis ni Valkey"));
  }
};

}  // namespace

Outcome RedisExecutor::apply(const Step& step, StepWatch& watch) {
  redis::Acting acting{link_};
  if (auto primary = still_primary(acting); !primary) {
    const bool replica = primary.error().code == ErrorCode::conflict;
    return replica ? outcome_of(StepState::refused, primary.error().what, primary.error().hint)
                   : broken_off(primary.error());
  }
  auto server = read_server(acting);
  if (!server) return broken_off(server.error());
  const auto database = std::visit(DatabaseOf{}, step.change);
  if (database && *database != link_.database()) {
    if (auto selected = link_.select(*database); !selected) return broken_off(selected.error());
  }
  RedisWork work{acting, watch, step.before, std::move(*server)};
  return std::visit(CarryOut{work}, step.change);
}

}  // namespace plimsoll
