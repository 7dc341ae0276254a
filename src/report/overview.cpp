#include "report/overview.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "diagnose/under_policy.h"
#include "report/outcomes.h"
#include "report/words.h"

namespace plimsoll {
namespace {

double rate_of(const Store& store) {
  const bool known = store.growth && store.growth->bytes_per_day;
  return known ? std::max(0.0, *store.growth->bytes_per_day) : 0.0;
}

bool starts_with(const ResourceId& id, const std::string& target) {
  return id.compare(0, target.size() + 1, target + "/") == 0;
}

/// A store whose bytes are another's seen from outside (the container and the volume a database
/// lives in, the disk under both) would count the same growth twice.
bool is_outer(const Store& store) {
  return store.kind == "container" || store.kind == "volume" || store.kind == "file_system" ||
         store.kind == "redis_memory";
}

/// Ids of stores whose bound is there but does not hold, as a finding says.
std::set<ResourceId> leaking(const Diagnosis& diagnosis) {
  std::set<ResourceId> ids;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.stops && finding.stops->bytes > 0) ids.insert(finding.store);
  }
  return ids;
}

bool unstopped(const Store& store, const std::set<ResourceId>& leaks) {
  if (leaks.count(store.id) != 0) return true;
  return store.bound.kind == BoundKind::none || store.bound.kind == BoundKind::unknown;
}

std::string id_of_target(const Target& target) {
  return std::string{name_of(target.kind)} + "/" + target.name;
}

std::optional<Bytes> sum(const std::vector<std::optional<Bytes>>& parts) {
  std::optional<Bytes> total;
  for (const auto& part : parts) {
    if (part) total = total.value_or(Bytes{}) + *part;
  }
  return total;
}

std::optional<Bytes> docker_bytes(const DockerCensus& engine) {
  std::vector<std::optional<Bytes>> parts{engine.build_cache};
  for (const Container& container : engine.containers) {
    parts.push_back(container.log_bytes);
    parts.push_back(container.writable_layer);
  }
  for (const ImageUse& image : engine.images) parts.emplace_back(image.bytes);
  return sum(parts);
}

void fill_holding(const Census& census, Holding& holding) {
  const Target& target = *holding.target;
  for (const PostgresCensus& server : census.postgres) {
    if (target.kind != TargetKind::postgres || server.target != target.name) continue;
    holding.bytes = sum({server.database_bytes, server.other_databases_bytes, server.wal.bytes});
    if (server.free_disk && holding.bytes) holding.line = *holding.bytes + *server.free_disk;
  }
  for (const RedisCensus& server : census.redis) {
    if (target.kind != TargetKind::redis || server.target != target.name) continue;
    holding.bytes = server.used_memory;
    holding.line = server.maxmemory;
  }
  if (target.kind == TargetKind::docker && census.docker)
    holding.bytes = docker_bytes(*census.docker);
  if (target.kind == TargetKind::host && census.host) {
    std::vector<std::optional<Bytes>> used;
    for (const FileSystem& files : census.host->file_systems) used.emplace_back(files.used);
    holding.bytes = sum(used);
  }
}

void consider(std::optional<Filling>& soonest, Filling candidate) {
  if (!soonest || candidate.within < soonest->within) soonest = std::move(candidate);
}

/// All that grows in one server fills the same line, so together they get there first.
void consider_holding(const Holding& holding, const Overview& overview,
                      std::optional<Filling>& soonest) {
  const Bytes* line = std::get_if<Bytes>(&holding.line);
  if (line == nullptr || !holding.bytes) return;
  Store whole;
  whole.bytes = holding.bytes;
  whole.line = *line;
  whole.growth = GrowthRate{holding.unstopped_bytes_per_day, std::nullopt, {}, {}};
  const auto within = time_to_line(whole);
  if (!within) return;
  const std::string name = printable(holding.target->name);
  const bool memory = holding.target->kind == TargetKind::redis;
  Filling filling;
  filling.what = memory ? say("maxmemory of Redis {}", "el maxmemory de Redis {}", {name})
                        : say("the disk under PostgreSQL {}", "el disco de PostgreSQL {}", {name});
  filling.left = Bytes{std::max<std::int64_t>(0, (*line - *holding.bytes).count())};
  filling.bytes_per_day = holding.unstopped_bytes_per_day;
  filling.within = *within;
  for (const Store* store : overview.growing) {
    if (starts_with(store->id, id_of_target(*holding.target)) && filling.store.empty()) {
      filling.store = store->id;
    }
  }
  consider(soonest, std::move(filling));
}

void consider_store(const Store& store, std::optional<Filling>& soonest) {
  const auto within = time_to_line(store);
  const Bytes* line = std::get_if<Bytes>(&store.line);
  if (!within || line == nullptr || !store.bytes) return;
  Filling filling;
  filling.what = say("{} {}", "{} {}", {kind_words(store.kind), short_name(store.id)});
  filling.store = store.id;
  filling.left = Bytes{std::max<std::int64_t>(0, (*line - *store.bytes).count())};
  filling.bytes_per_day = rate_of(store);
  filling.within = *within;
  consider(soonest, std::move(filling));
}

Holding* holding_of(Overview& overview, const Store& store) {
  for (Holding& holding : overview.holdings) {
    if (starts_with(store.id, id_of_target(*holding.target))) return &holding;
  }
  return nullptr;
}

void count_growth(Overview& overview, Holding* holding, const Store& store) {
  const bool known = store.growth && store.growth->bytes_per_day;
  const std::int64_t unknown = !known && store.bound.kind == BoundKind::none ? 1 : 0;
  overview.unstopped_bytes_per_day += rate_of(store);
  overview.rate_unknown += unknown;
  if (holding == nullptr) return;
  holding->unstopped_bytes_per_day += rate_of(store);
  holding->rate_unknown += unknown;
}

void find_growth(const Diagnosis& diagnosis, Overview& overview) {
  const auto leaks = leaking(diagnosis);
  for (const Store& store : overview.stores) {
    Holding* holding = holding_of(overview, store);
    if (holding != nullptr && holding->largest == nullptr && store.bytes && !is_outer(store)) {
      holding->largest = &store;  // the list is largest first
    }
    if (!unstopped(store, leaks)) continue;
    if (rate_of(store) > 0) overview.growing.push_back(&store);
    if (!is_outer(store)) count_growth(overview, holding, store);
  }
  std::stable_sort(overview.growing.begin(), overview.growing.end(),
                   [](const Store* a, const Store* b) { return rate_of(*a) > rate_of(*b); });
}

void find_next(Overview& overview) {
  for (const Holding& holding : overview.holdings) {
    consider_holding(holding, overview, overview.fills_next);
  }
  // Containers, disks and whatever else carries a line of its own.
  for (const Store* store : overview.growing) consider_store(*store, overview.fills_next);
  for (const Store& store : overview.stores) {
    if (store.kind == "file_system") consider_store(store, overview.fills_next);
  }
}

void find_cpu(const Census& census, Overview& overview) {
  if (!census.docker) return;
  for (const Container& container : census.docker->containers) {
    if (!container.cpu_share || *container.cpu_share <= overview.cpu_share.value_or(-1)) continue;
    overview.cpu_share = container.cpu_share;
    overview.cpu_of = printable(container.name);
  }
}

}  // namespace

const Store* Overview::store(const ResourceId& id) const {
  const auto found =
      std::find_if(stores.begin(), stores.end(), [&](const Store& s) { return s.id == id; });
  return found == stores.end() ? nullptr : &*found;
}

Overview overview_of(const Report& report) {
  Overview overview;
  overview.stores = report.policy != nullptr ? stores_under_policy(report.census, *report.policy)
                                             : stores_of(report.census);
  for (const Target& target : report.census.targets) {
    // This machine itself always answers: that says nothing of the servers.
    if (target.kind != TargetKind::host) {
      ++(target.reachable ? overview.reachable : overview.unreachable);
    }
    if (!target.reachable) continue;
    Holding& holding = overview.holdings.emplace_back();
    holding.target = &target;
    fill_holding(report.census, holding);
  }
  find_growth(report.diagnosis, overview);
  find_next(overview);
  find_cpu(report.census, overview);
  overview.groups = groups_of(report.diagnosis);
  find_outcomes(report.diagnosis, overview);
  return overview;
}

}  // namespace plimsoll
