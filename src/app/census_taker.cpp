#include "app/census_taker.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "collect/docker/collect.h"
#include "collect/host/collect.h"
#include "collect/postgres/collect.h"
#include "collect/redis/redis_collector.h"
#include "link/docker/link.h"
#include "link/postgres/link.h"
#include "link/redis/address.h"
#include "link/redis/link.h"

namespace plimsoll {
namespace {

/// What one target brought home. A target that gave nothing has only `target` and a gap.
struct Part {
  Target target;
  std::vector<Gap> gaps;
  std::optional<PostgresCensus> postgres;
  std::optional<RedisCensus> redis;
  std::optional<DockerCensus> docker;
  std::optional<HostCensus> host;
};

constexpr std::chrono::milliseconds kMostForConnecting{3000};

Part nothing_from(TargetKind kind, const std::string& name, const std::string& url,
                  const Error& error) {
  Part part;
  part.target = {name, kind, redact(url), "", "", false};
  part.gaps.push_back(
      {std::string{name_of(kind)} + "/" + name, say("everything", "todo"), error.what, error.hint});
  return part;
}

Part read_postgres(const ServerTarget& server, const CensusOptions& options) {
  const auto budget = options.per_target;
  const postgres::Address address{server.url, server.password, {}, "plimsoll"};
  auto link = postgres::Link::connect(address, std::min(budget, kMostForConnecting));
  if (!link) return nothing_from(TargetKind::postgres, server.name, server.url, link.error());
  PostgresOptions wanted;
  wanted.target = server.name;
  wanted.exact = options.exact;
  wanted.budget = std::min(budget, wanted.budget);
  auto collected = collect_postgres(*link, wanted);
  if (!collected)
    return nothing_from(TargetKind::postgres, server.name, server.url, collected.error());
  Part part{std::move(collected->target),
            std::move(collected->gaps),
            std::move(collected->census),
            {},
            {},
            {}};
  return part;
}

Part read_redis(const ServerTarget& server, const CensusOptions& options) {
  auto address = redis::parse_address(server.url);
  if (!address) return nothing_from(TargetKind::redis, server.name, server.url, address.error());
  if (!server.password.empty()) address->password = server.password;
  auto link = redis::Link::connect(*address, std::min(options.per_target, kMostForConnecting));
  if (!link) return nothing_from(TargetKind::redis, server.name, server.url, link.error());
  RedisOptions wanted;
  wanted.target = server.name;
  wanted.exhaustive = options.exhaustive || options.exact;
  auto collected = collect_redis(*link, wanted);
  if (!collected)
    return nothing_from(TargetKind::redis, server.name, server.url, collected.error());
  return {std::move(collected->target),
          std::move(collected->gaps),
          {},
          std::move(collected->census),
          {},
          {}};
}

/// The ways to one server, best first.
using WaysIn = std::vector<ServerTarget>;

/// Targets of one name are ways to the same server: a published port, the container's own address.
std::vector<WaysIn> ways_in(const std::vector<ServerTarget>& targets) {
  std::vector<WaysIn> servers;
  for (const auto& target : targets) {
    const auto same = std::find_if(servers.begin(), servers.end(), [&](const WaysIn& ways) {
      return ways.front().name == target.name;
    });
    if (same == servers.end()) {
      servers.push_back({target});
    } else {
      same->push_back(target);
    }
  }
  return servers;
}

/// The first way that lets us in. Where none does, the first one's reason is the one shown: it was
/// the best.
Part first_that_answers(const WaysIn& ways, const CensusOptions& options,
                        Part (*read)(const ServerTarget&, const CensusOptions&)) {
  std::optional<Part> refusal;
  for (const auto& way : ways) {
    Part part = read(way, options);
    if (part.target.reachable) return part;
    if (!refusal) refusal = std::move(part);
  }
  return std::move(*refusal);
}

Part read_docker(const DockerTarget& engine, const CensusOptions& options) {
  docker::LinkOptions how;
  how.address = engine.address;
  how.timeout = std::min(options.per_target, kMostForConnecting);
  auto link = docker::Link::open(how);
  if (!link) return nothing_from(TargetKind::docker, "docker", engine.address, link.error());
  DockerOptions wanted;
  wanted.project = engine.project;
  wanted.sizes = options.sizes;
  wanted.budget = options.per_target;
  auto collected = collect_docker(*link, wanted);
  if (!collected)
    return nothing_from(TargetKind::docker, "docker", engine.address, collected.error());
  return {std::move(collected->target),
          std::move(collected->gaps),
          {},
          {},
          std::move(collected->census),
          {}};
}

Part read_host(const std::vector<std::string>& disks) {
  HostOptions wanted;
  wanted.disks = disks;
  auto collected = collect_host(wanted);
  return {std::move(collected.target), std::move(collected.gaps), {}, {}, {},
          std::move(collected.census)};
}

void add(Census& census, Part part) {
  census.targets.push_back(std::move(part.target));
  std::move(part.gaps.begin(), part.gaps.end(), std::back_inserter(census.gaps));
  if (part.postgres) census.postgres.push_back(std::move(*part.postgres));
  if (part.redis) census.redis.push_back(std::move(*part.redis));
  if (part.docker) census.docker = std::move(part.docker);
  if (part.host) census.host = std::move(part.host);
}

}  // namespace

Census take_census(const Targets& targets, const CensusOptions& options, Instant now) {
  std::vector<std::future<Part>> parts;
  const auto start = [&parts](auto read) {
    parts.push_back(std::async(std::launch::async, std::move(read)));
  };
  for (const auto& ways : ways_in(targets.postgres))
    start([&, ways] { return first_that_answers(ways, options, read_postgres); });
  for (const auto& ways : ways_in(targets.redis))
    start([&, ways] { return first_that_answers(ways, options, read_redis); });
  if (targets.docker) start([&] { return read_docker(*targets.docker, options); });
  start([&] { return read_host(targets.disks); });

  Census census;
  census.taken_at = now;
  for (auto& part : parts) add(census, part.get());
  return census;
}

}  // namespace plimsoll
