#include "app/executors.h"

#include <chrono>
#include <set>

#include "apply/compose/executor.h"
#include "apply/docker/executor.h"
#include "apply/postgres/create_partitions.h"
#include "apply/postgres/delete_rows.h"
#include "apply/postgres/drop_partitions.h"
#include "apply/postgres/partition_table.h"
#include "apply/postgres/replace_partition.h"
#include "apply/redis/redis_executor.h"
#include "apply/timescale/timescale_executor.h"
#include "collect/redis/parse.h"
#include "link/docker/link.h"
#include "link/postgres/link.h"
#include "link/postgres/probes.h"
#include "link/redis/address.h"
#include "link/redis/link.h"

namespace plimsoll {
namespace {

constexpr std::chrono::milliseconds kConnecting{3000};
constexpr std::chrono::milliseconds kRedisCall{10'000};

Result<postgres::Link> connect(const ServerTarget& server) {
  return postgres::Link::connect({server.url, server.password, {}, "plimsoll"}, kConnecting,
                                 postgres::Session::acting);
}

/// A link of its own, for work beside.
class OwnServer final : public PostgresServer {
 public:
  explicit OwnServer(postgres::Link link) : link_{std::move(link)}, server_{link_} {}
  Result<postgres::Rows> act(const postgres::Act& act) override { return server_.act(act); }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override {
    return server_.act_alone(act);
  }
  bool local() const override { return server_.local(); }

 private:
  postgres::Link link_;
  LinkedServer server_;
};

/// One server's steps, each by the executor of its kind.
class PostgresExecutor final : public Executor {
 public:
  PostgresExecutor(postgres::Link link, const ServerTarget& target,
                   std::optional<double> max_rows_per_second)
      : link_{std::move(link)},
        server_{link_},
        partition_table_{server_, link_},
        create_{server_},
        drop_{server_},
        replace_{server_, ReplacePartitionExecutor::kPatience,
                 [target]() -> std::unique_ptr<PostgresServer> {
                   auto another = connect(target);
                   return another ? std::make_unique<OwnServer>(std::move(*another)) : nullptr;
                 }},
        delete_{server_, {.max_rows_per_second = max_rows_per_second}},
        timescale_{server_} {}

  Outcome apply(const Step& step, StepWatch& watch) override {
    return executor_of(step.change).apply(step, watch);
  }

 private:
  Executor& executor_of(const Change& change) {
    if (std::holds_alternative<PartitionTable>(change)) return partition_table_;
    if (std::holds_alternative<CreatePartitions>(change)) return create_;
    if (std::holds_alternative<DropPartitions>(change)) return drop_;
    if (std::holds_alternative<ReplacePartition>(change)) return replace_;
    if (std::holds_alternative<DeleteRows>(change)) return delete_;
    return timescale_;
  }

  postgres::Link link_;
  LinkedServer server_;
  PartitionTableExecutor partition_table_;
  CreatePartitionsExecutor create_;
  DropPartitionsExecutor drop_;
  ReplacePartitionExecutor replace_;
  DeleteRowsExecutor delete_;
  TimescaleExecutor timescale_;
};

}  // namespace

/// Whatever an executor stands on, kept for as long as it.
class ExecutorSet::Connection {
 public:
  std::unique_ptr<redis::Link> redis;
  std::unique_ptr<docker::Link> docker;
  std::unique_ptr<Executor> executor;
};

ExecutorSet::ExecutorSet(const Plan& plan, const Targets& targets,
                         std::optional<double> max_rows_per_second)
    : max_rows_per_second_{max_rows_per_second} {
  std::set<TargetKey> wanted;
  for (const Step& step : plan.steps) wanted.insert(key_of(step));
  for (const TargetKey& key : wanted) {
    if (key.compose) {
      auto connection = std::make_unique<Connection>();
      connection->executor = std::make_unique<ComposeExecutor>([] {
        return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
      });
      executors_[key] = connection->executor.get();
      connections_.push_back(std::move(connection));
    } else if (key.kind == TargetKind::postgres) {
      open_postgres(key.name, targets);
    } else if (key.kind == TargetKind::redis) {
      open_redis(key.name, targets);
    } else if (key.kind == TargetKind::docker) {
      open_docker(targets);
    }
  }
}

ExecutorSet::~ExecutorSet() = default;

void ExecutorSet::open_postgres(const std::string& name, const Targets& targets) {
  std::optional<Error> refusal;
  for (const ServerTarget& server : targets.postgres) {
    if (server.name != name) continue;
    auto link = connect(server);
    if (!link) {
      if (!refusal) refusal = link.error();
      continue;
    }
    const auto control = link->read(postgres::kControl);
    if (control && !control->empty())
      present_.push_back({TargetKind::postgres, name,
                          (*control)[0].text("system_identifier") + "@" + link->facts().server +
                              "/" + link->facts().database});
    auto connection = std::make_unique<Connection>();
    connection->executor =
        std::make_unique<PostgresExecutor>(std::move(*link), server, max_rows_per_second_);
    executors_[{TargetKind::postgres, name, false}] = connection->executor.get();
    connections_.push_back(std::move(connection));
    return;
  }
  if (refusal)
    gaps_.push_back({"postgres/" + name, say("steps", "pasos"), refusal->what, refusal->hint});
}

void ExecutorSet::open_redis(const std::string& name, const Targets& targets) {
  std::optional<Error> refusal;
  for (const ServerTarget& server : targets.redis) {
    if (server.name != name) continue;
    auto address = redis::parse_address(server.url);
    if (address && !server.password.empty()) address->password = server.password;
    auto link = address ? redis::Link::connect(*address, kRedisCall)
                        : Result<redis::Link>{failure(address.error())};
    if (!link) {
      if (!refusal) refusal = link.error();
      continue;
    }
    auto connection = std::make_unique<Connection>();
    connection->redis = std::make_unique<redis::Link>(std::move(*link));
    if (const auto info = connection->redis->info()) {
      const auto fields = parse_info(*info);
      const auto run_id = fields.find("run_id");
      if (run_id != fields.end()) present_.push_back({TargetKind::redis, name, run_id->second});
    }
    connection->executor = std::make_unique<RedisExecutor>(*connection->redis);
    executors_[{TargetKind::redis, name, false}] = connection->executor.get();
    connections_.push_back(std::move(connection));
    return;
  }
  if (refusal)
    gaps_.push_back({"redis/" + name, say("steps", "pasos"), refusal->what, refusal->hint});
}

void ExecutorSet::open_docker(const Targets& targets) {
  if (!targets.docker) return;
  docker::LinkOptions how;
  how.address = targets.docker->address;
  auto link = docker::Link::open(how);
  if (!link) {
    gaps_.push_back({"docker", say("steps", "pasos"), link.error().what, link.error().hint});
    return;
  }
  auto connection = std::make_unique<Connection>();
  connection->docker = std::make_unique<docker::Link>(std::move(*link));
  present_.push_back({TargetKind::docker, "docker", connection->docker->engine().name});
  connection->executor = std::make_unique<DockerExecutor>(*connection->docker);
  executors_[{TargetKind::docker, "docker", false}] = connection->executor.get();
  connections_.push_back(std::move(connection));
}

}  // namespace plimsoll
