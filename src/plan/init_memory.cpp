#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "plan/init_rules.h"

namespace plimsoll {
namespace {

constexpr Bytes kStep = 64_MiB;
constexpr double kRoomAbovePeak = 1.3;
constexpr double kRoomAboveWorkingSet = 1.2;  ///< below it the planner refuses
constexpr double kRoomAboveUsed = 1.5;
constexpr double kShareOfContainer = 0.6;
constexpr double kShareOfHost = 0.25;
/// Above it saving, which forks, has no room left in the container.
constexpr double kMostOfContainer = 0.75;

std::optional<Bytes> known(const SizeBound& bound) {
  const auto* bytes = std::get_if<Bytes>(&bound);
  return bytes == nullptr ? std::nullopt : std::optional{*bytes};
}

/// Down to a step, one step at least.
Bytes rounded_down(Bytes size, double factor) {
  const double steps =
      std::floor(static_cast<double>(size.count()) * factor / static_cast<double>(kStep.count()));
  return Bytes{std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(steps, 1e11))) *
               kStep.count()};
}

std::optional<Bytes> host_memory(const Census& census, const RedisCensus& server) {
  if (server.total_system_memory) return server.total_system_memory;
  if (census.docker && census.docker->host_memory) return census.docker->host_memory;
  return census.host ? census.host->memory_total : std::nullopt;
}

/// maxmemory of one server, as it is or as it would fit; empty: nobody can tell, `reasons` says
/// why.
RedisDraft maxmemory_for(const Census& census, const RedisCensus& server) {
  RedisDraft draft;
  const auto present = known(server.maxmemory);
  const Container* container = container_of(census, server);
  const auto limit = container == nullptr ? std::nullopt : known(container->memory_limit);
  const auto host = host_memory(census, server);
  if (!server.used_memory || std::holds_alternative<Unknown>(server.maxmemory) ||
      server.role == "slave") {
    draft.reasons = {say("what it uses or has as maxmemory is not known, or it is a replica",
                         "no se sabe qué usa o qué maxmemory tiene, o es una réplica")};
    return draft;
  }
  const auto least = rounded_up(*server.used_memory, kRoomAboveUsed, kStep);
  if (!least) return draft;
  const bool nests = present && (!limit || *present < *limit) && (!host || *present <= *host);
  if (nests && *present >= 1_MiB) {
    draft.maxmemory = present;
    draft.reasons = {say("as it is; {} are used", "como está; usa {}", {*server.used_memory})};
    // Scaled rather than rounded: a server at its bound has room for what it holds already.
    if (static_cast<double>(present->count()) <
        kRoomAboveUsed * static_cast<double>(server.used_memory->count())) {
      draft.maxmemory = least;
      draft.reasons = {say("it has {} and uses {}: half again what it uses",
                           "tiene {} y usa {}: una vez y media lo que usa",
                           {*present, *server.used_memory})};
    }
  } else if (limit) {
    draft.maxmemory = std::max(rounded_down(*limit, kShareOfContainer), *least);
    draft.reasons = {
        say("{} of its container's limit, {}; the rest is for the copy a save makes",
            "el {} del límite de su contenedor, {}; el resto es para la copia al guardar",
            {Share{kShareOfContainer}, *limit})};
  } else if (host) {
    draft.maxmemory = std::max(rounded_down(*host, kShareOfHost), *least);
    draft.reasons = {say("a quarter of the machine's memory, {}",
                         "un cuarto de la memoria de la máquina, {}", {*host})};
  }
  if (draft.maxmemory && host && *draft.maxmemory > *host) {
    draft.maxmemory.reset();
    draft.reasons = {say("half again what it uses, {}, is more than the machine has",
                         "una vez y media lo que usa, {}, es más de lo que tiene la máquina",
                         {*server.used_memory})};
  }
  return draft;
}

/// One rule speaks for every Redis: only where they agree is there one.
RedisDraft draft_redis(const Census& census, std::map<const Container*, Bytes>& inside) {
  std::optional<RedisDraft> agreed;
  for (const auto& server : census.redis) {
    RedisDraft draft = maxmemory_for(census, server);
    const Container* container = container_of(census, server);
    if (container != nullptr && draft.maxmemory) inside[container] = *draft.maxmemory;
    if (agreed && agreed->maxmemory != draft.maxmemory) {
      return {{},
              {say("one maxmemory is for all servers named here, and theirs differ",
                   "un solo maxmemory vale para todos los servidores, y los suyos difieren")}};
    }
    if (!agreed) agreed = std::move(draft);
  }
  return agreed.value_or(RedisDraft{});
}

/// A limit and why; empty where there is none to propose, and then why not.
struct LimitDraft {
  std::optional<Bytes> limit;
  Text reason;
};

bool nests(Bytes limit, std::optional<Bytes> maxmemory, std::optional<Bytes> host) {
  if (host && limit > *host) return false;
  return !maxmemory || static_cast<double>(maxmemory->count()) <=
                           kMostOfContainer * static_cast<double>(limit.count());
}

LimitDraft limit_for(const DockerCensus& engine, const Container& container,
                     std::optional<Bytes> maxmemory) {
  const auto present = known(container.memory_limit);
  if (present && *present >= 6_MiB && nests(*present, maxmemory, engine.host_memory))
    return {present, say("the limit it has", "el límite que tiene")};
  const auto& working_set = container.memory.working_set;
  if (!working_set || std::holds_alternative<Unknown>(container.memory_limit))
    return {{}, say("what it uses could not be read", "no se pudo leer lo que usa")};
  const Bytes most = std::max(*working_set, container.memory.peak.value_or(Bytes{}));
  const auto by_peak = rounded_up(most, kRoomAbovePeak, kStep);
  const auto by_redis = rounded_up(maxmemory.value_or(Bytes{}), 1 / kMostOfContainer, kStep);
  const auto by_use = rounded_up(*working_set, kRoomAboveWorkingSet, kStep);
  if (!by_peak || !by_redis || !by_use)
    return {{}, say("what it uses cannot be", "lo que usa no puede ser")};
  LimitDraft draft{
      std::max(*by_peak, *by_redis),
      say("working set {}, peak {}, and {} more", "conjunto de trabajo {}, máximo {}, y un {} más",
          {*working_set, most, Share{kRoomAbovePeak - 1}})};
  if (*by_redis > *by_peak)
    draft.reason = say("room for maxmemory {} and the copy a save makes",
                       "sitio para maxmemory {} y la copia al guardar", {*maxmemory});
  if (engine.host_memory && *draft.limit > *engine.host_memory) {
    draft.limit = rounded_down(*engine.host_memory, 1);
    draft.reason = say(
        "all the machine has: its peak, {}, was mostly page cache or too much",
        "todo lo que tiene la máquina: su máximo, {}, era caché de páginas o demasiado", {most});
    if (*draft.limit < std::max(*by_redis, *by_use) || *draft.limit > *engine.host_memory)
      return {{},
              say("the machine is too small for what it uses",
                  "la máquina es pequeña para lo que usa")};
  }
  return draft;
}

struct ContainerDraft {
  LimitDraft limit;
  std::optional<Bytes> reservation;
  bool log = false;
  bool listed = true;
};

ContainerDraft draft_of(const InitScene& scene, const Container& container,
                        std::optional<Bytes> maxmemory) {
  const DockerCensus& engine = *scene.census.docker;
  ContainerDraft draft;
  draft.limit = limit_for(engine, container, maxmemory);
  draft.log = scene.found(Rule::log_without_rotation,
                          "docker/" + engine.target + "/container_log/" + container.name);
  if (draft.limit.limit) {
    const auto present = known(container.memory_reservation);
    const Bytes half{draft.limit.limit->count() / 2 / (1_MiB).count() * (1_MiB).count()};
    draft.reservation =
        present && *present >= 6_MiB && *present <= *draft.limit.limit ? *present : half;
    if (*draft.reservation < 6_MiB) draft.reservation.reset();
  }
  return draft;
}

std::string value_of(const ContainerDraft& draft) {
  std::string value;
  const auto add = [&](const std::string& part) {
    value.append(value.empty() ? "{ " : ", ").append(part);
  };
  if (draft.limit.limit) add("limit: " + size_text(*draft.limit.limit));
  if (draft.reservation) add("reservation: " + size_text(*draft.reservation));
  if (draft.log) add("log: { max_size: 10MB, max_file: 3 }");
  return value.empty() ? "{ limit: 1G }" : value + " }";
}

/// Replicas of one service share their rule: the wider one.
void merge(ContainerDraft& into, ContainerDraft other) {
  const bool log = into.log || other.log;
  const bool wider =
      other.limit.limit && into.limit.limit && *other.limit.limit > *into.limit.limit;
  if (wider || !other.limit.limit) into = std::move(other);
  into.log = log;
}

/// The file's own check: the rule for a service of that name is taken for Redis' container.
bool too_tight(Bytes maxmemory, const std::map<std::string, ContainerDraft>& drafts) {
  return std::any_of(drafts.begin(), drafts.end(), [&](const auto& each) {
    const auto& limit = each.second.limit.limit;
    const bool redis = matches_glob(each.first, "redis") || matches_glob(each.first, "valkey");
    return redis && limit && !nests(*limit, maxmemory, std::nullopt);
  });
}

}  // namespace

MemoryDraft draft_memory(const InitScene& scene) {
  MemoryDraft memory;
  std::map<const Container*, Bytes> inside;
  memory.redis = draft_redis(scene.census, inside);
  if (!scene.census.docker) return memory;
  std::vector<std::string> order;
  std::map<std::string, ContainerDraft> drafts;
  for (const Container& container : scene.census.docker->containers) {
    if (container.state != "running") continue;
    const std::string& own =
        container.compose_service.empty() ? container.name : container.compose_service;
    const std::string pattern = pattern_of(own);
    const auto at = inside.find(&container);
    ContainerDraft draft =
        draft_of(scene, container, at == inside.end() ? std::nullopt : std::optional{at->second});
    const auto [known_as, is_new] = drafts.emplace(pattern, draft);
    if (is_new) {
      order.push_back(pattern);
    } else {
      merge(known_as->second, std::move(draft));
    }
  }
  for (const std::string& pattern : order) {
    const ContainerDraft& draft = drafts.at(pattern);
    const bool active =
        (draft.limit.limit || draft.log) && pattern.find_first_not_of('*') != std::string::npos;
    memory.containers.push_back({pattern, value_of(draft), {draft.limit.reason}, active});
  }
  if (memory.redis.maxmemory && too_tight(*memory.redis.maxmemory, drafts)) {
    memory.redis.reasons = {say("{} is more than three quarters of its container's limit",
                                "{} es más de tres cuartos del límite de su contenedor",
                                {*memory.redis.maxmemory})};
    memory.redis.maxmemory.reset();
  }
  return memory;
}

}  // namespace plimsoll
