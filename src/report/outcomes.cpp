#include "report/outcomes.h"

#include <algorithm>
#include <set>

#include "report/words.h"

namespace plimsoll {
namespace {

/// A limit of memory and a rotated log say how far a store may go, not where it will stay.
bool has_ceiling(const ResourceId& id) {
  return kind_of_id(id) == "container" || kind_of_id(id) == "container_log";
}

/// Several findings may free the same bytes of one store: the largest claim stands, never the sum.
struct Claims {
  std::optional<Bytes> frees, steady;
  std::optional<double> stops;
};

BeforeAfter outcome_of(const ResourceId& id, const Store* store, const Claims& claims) {
  BeforeAfter outcome;
  outcome.store = id;
  outcome.ceiling = has_ceiling(id) && claims.steady;
  if (store != nullptr) {
    outcome.before = store->bytes;
    if (store->growth) outcome.growth_before = store->growth->bytes_per_day;
  }
  if (claims.steady) outcome.after = claims.steady;
  if (!outcome.after && claims.frees && outcome.before) {
    outcome.after = std::max(Bytes{}, *outcome.before - *claims.frees);
  }
  if (claims.stops && outcome.growth_before) {
    outcome.growth_after = std::max(0.0, *outcome.growth_before - *claims.stops);
  }
  return outcome;
}

/// The same rule, told in the same words; what is to be done is the same too, or in the commands.
bool same_story(const Finding& a, const Finding& b) {
  const bool told = a.remedy == b.remedy || (!a.commands.empty() && !b.commands.empty());
  if (target_of(a.store) != target_of(b.store)) return false;
  return a.rule == b.rule && a.severity == b.severity && a.cause == b.cause && told;
}

}  // namespace

void find_outcomes(const Diagnosis& diagnosis, Overview& overview) {
  std::vector<std::pair<ResourceId, Claims>> by_store;
  for (const Finding& finding : diagnosis.findings) {
    auto found = std::find_if(by_store.begin(), by_store.end(),
                              [&](const auto& entry) { return entry.first == finding.store; });
    if (found == by_store.end()) found = by_store.insert(by_store.end(), {finding.store, {}});
    Claims& claims = found->second;
    claims.frees = std::max(claims.frees, finding.frees);
    if (!claims.steady) claims.steady = finding.steady_state;
    if (finding.stops) claims.stops = std::max(claims.stops.value_or(0), finding.stops->bytes);
  }
  for (const auto& [id, claims] : by_store) {
    if (claims.frees && claims.frees->count() > 0) {
      overview.frees = overview.frees.value_or(Bytes{}) + *claims.frees;
    }
    if (!claims.frees && !claims.steady && !claims.stops) continue;
    overview.outcomes.push_back(outcome_of(id, overview.store(id), claims));
  }
}

std::vector<Group> groups_of(const Diagnosis& diagnosis) {
  constexpr std::size_t kWorthGrouping = 3;
  std::vector<Group> groups;
  std::set<const Finding*> taken;
  for (const Finding& finding : diagnosis.findings) {
    if (taken.count(&finding) != 0) continue;
    Group group{{&finding}};
    for (const Finding& other : diagnosis.findings) {
      if (&other > &finding && taken.count(&other) == 0 && same_story(finding, other)) {
        group.findings.push_back(&other);
      }
    }
    if (group.findings.size() < kWorthGrouping) group.findings.resize(1);
    taken.insert(group.findings.begin(), group.findings.end());
    groups.push_back(std::move(group));
  }
  return groups;
}

Gain gain_of(const Group& group) {
  Gain gain;
  for (const Finding* finding : group.findings) {
    if (finding->frees) gain.frees = gain.frees.value_or(Bytes{}) + *finding->frees;
    if (finding->stops) {
      gain.stops = BytesPerDay{finding->stops->bytes + (gain.stops ? gain.stops->bytes : 0)};
    }
  }
  if (group.findings.size() == 1) gain.steady_state = group.first().steady_state;
  gain.ceiling = has_ceiling(group.first().store);
  return gain;
}

}  // namespace plimsoll
