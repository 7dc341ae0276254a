// The cost of looking: `plimsoll diagnose`, the program a user runs, on a Redis of 1,000,000 keys
// and 200 streams and a PostgreSQL of 5,000 partitions, beside `redis-cli --memkeys` on the same
// server in the same run.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "child.h"
#include "fixture_servers.h"
#include "output.h"
#include "pinger.h"
#include "row.h"

namespace plimsoll::bench {
namespace {

constexpr double kMostWall = 3;
constexpr double kMostMemory = 40;
constexpr double kMostStep = 2;

struct Cost {
  double wall = 0;
  double memory = 0;
  double step = 0;  ///< the slowest command of a run
};

void require_complete(const std::filesystem::path& output, const std::vector<std::string>& kinds) {
  const auto report = nlohmann::json::parse(read_file(output));
  for (const auto& kind : kinds) {
    const auto& targets = report.at("targets");
    const bool reached = std::any_of(targets.begin(), targets.end(), [&](const auto& target) {
      return target.at("kind") == kind && target.at("reachable") == true;
    });
    if (!reached)
      throw std::runtime_error{"the census did not reach its " + kind + ": " +
                               report.at("gaps").dump()};
  }
  const auto& stores = report.at("stores");
  const auto streams = std::count_if(
      stores.begin(), stores.end(), [](const auto& store) { return store.at("kind") == "stream"; });
  if (streams != 200 && std::find(kinds.begin(), kinds.end(), "redis") != kinds.end())
    throw std::runtime_error{"the census lists " + std::to_string(streams) + " of 200 streams"};
}

/// Medians of several runs. Each run gives its slowest command, so what a busy machine adds to one
/// of them does not decide.
Cost census(const Scratch& scratch, const LargeRedis& redis, std::vector<std::string> arguments,
            int runs, const std::vector<std::string>& kinds) {
  const auto output = scratch.path() / "diagnosis.json";
  arguments.insert(arguments.begin(), {PLIMSOLL_BINARY, "diagnose", "--format", "json"});
  std::vector<double> walls;
  std::vector<double> memories;
  std::vector<double> steps;
  for (int run = 0; run < runs; ++run) {
    redis.forget_slow_commands();
    const auto child = run_child_or_throw(arguments, output, {0, 2});
    walls.push_back(child.wall_seconds);
    memories.push_back(child.most_memory_mb);
    steps.push_back(redis.slowest_command_ms());
  }
  require_complete(output, kinds);
  return {median(walls), median(memories), median(steps)};
}

/// What another client waits for meanwhile. In runs of its own: the pings cost the server too.
Pinger::Latency latency_beside(const Scratch& scratch, const LargeRedis& redis,
                               const std::vector<std::string>& command) {
  std::vector<double> p99;
  std::vector<double> longest;
  for (int run = 0; run < 3; ++run) {
    Pinger pinger{redis.port()};
    run_child_or_throw(command, scratch.path() / "beside.out", {0, 2});
    const auto latency = pinger.stop();
    p99.push_back(latency.p99_ms);
    longest.push_back(latency.longest_ms);
  }
  return {median(p99), median(longest), 0};
}

void add_cost(Rows& rows, const std::string& what, const Cost& cost) {
  rows.push_back({.bench = "census",
                  .subject = what + ": wall",
                  .value = cost.wall,
                  .unit = "s",
                  .most = kMostWall});
  rows.push_back({.bench = "census",
                  .subject = what + ": memory",
                  .value = cost.memory,
                  .unit = "MB",
                  .most = kMostMemory});
}

void add_steps(Rows& rows, const std::string& what, const Cost& cost, const Pinger::Latency& beside,
               const Pinger::Latency& idle) {
  rows.push_back({.bench = "census",
                  .subject = what + ": slowest command",
                  .value = cost.step,
                  .unit = "ms",
                  .most = kMostStep});
  rows.push_back({.bench = "census",
                  .subject = what + ": PING beside it, p99",
                  .value = beside.p99_ms,
                  .unit = "ms",
                  .peer = "idle server",
                  .peer_value = idle.p99_ms});
  rows.push_back({.bench = "census",
                  .subject = what + ": PING beside it, longest",
                  .value = beside.longest_ms,
                  .unit = "ms",
                  .peer = "idle server",
                  .peer_value = idle.longest_ms});
}

}  // namespace

Rows run_census_bench() {
  const Scratch scratch;
  const LargePostgres postgres{scratch};
  const LargeRedis redis{scratch};
  const auto idle = latency_beside(scratch, redis, {"sleep", "2"});
  const auto memkeys = run_child_or_throw({"redis-cli", "-u", redis.url(), "--memkeys"},
                                          scratch.path() / "memkeys.out");

  Rows rows;
  add_cost(rows, "both servers",
           census(scratch, redis, {"--postgres", postgres.url(), "--redis", redis.url()}, 5,
                  {"postgres", "redis"}));
  add_cost(rows, "5,000 partitions",
           census(scratch, redis, {"--postgres", postgres.url()}, 5, {"postgres"}));
  const auto sampled = census(scratch, redis, {"--redis", redis.url()}, 5, {"redis"});
  add_cost(rows, "1M keys, sampled", sampled);
  rows.push_back({.bench = "census",
                  .subject = "1M keys, sampled: against",
                  .value = sampled.wall,
                  .unit = "s",
                  .peer = "redis-cli --memkeys",
                  .peer_value = memkeys.wall_seconds,
                  .least_ratio = 10});
  const std::vector<std::string> look{PLIMSOLL_BINARY, "diagnose", "--format",
                                      "json",          "--redis",  redis.url()};
  add_steps(rows, "1M keys, sampled", sampled, latency_beside(scratch, redis, look), idle);
  const auto exhaustive =
      census(scratch, redis, {"--redis", redis.url(), "--exhaustive"}, 3, {"redis"});
  rows.push_back({.bench = "census",
                  .subject = "1M keys, exhaustive: against",
                  .value = exhaustive.wall,
                  .unit = "s",
                  .peer = "redis-cli --memkeys",
                  .peer_value = memkeys.wall_seconds,
                  .least_ratio = 5});
  rows.push_back({.bench = "census",
                  .subject = "1M keys, exhaustive: memory",
                  .value = exhaustive.memory,
                  .unit = "MB",
                  .most = kMostMemory});
  auto look_at_all = look;
  look_at_all.emplace_back("--exhaustive");
  add_steps(rows, "1M keys, exhaustive", exhaustive, latency_beside(scratch, redis, look_at_all),
            idle);
  return rows;
}

}  // namespace plimsoll::bench
