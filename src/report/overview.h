#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/report.h"

namespace plimsoll {

/// What one reachable target holds, and what of its growth nothing stops.
struct Holding {
  const Target* target = nullptr;
  std::optional<Bytes> bytes;
  double unstopped_bytes_per_day = 0;
  std::int64_t rate_unknown = 0;   ///< its stores without a bound whose growth is not known
  const Store* largest = nullptr;  ///< of its stores; null where it has none of known size
  SizeBound line = Unknown{};      ///< maxmemory, or what the disk still takes
};

/// The soonest thing to give way.
struct Filling {
  Text what;         ///< "the disk under PostgreSQL main"
  ResourceId store;  ///< the one store that fills, or the fastest grower of those that fill it
  std::optional<Bytes> left;
  double bytes_per_day = 0;
  Seconds within{};
};

/// A store before and after the remedies of its findings. Unknown stays empty: nothing is guessed.
struct BeforeAfter {
  ResourceId store;
  std::optional<Bytes> before, after;
  std::optional<double> growth_before, growth_after;  ///< bytes a day
  bool ceiling = false;  ///< `after` is the most it may hold, rather than what it will
};

/// Findings that say the same of several stores (nine logs without rotation), told as one. Nearly
/// always a group of one.
struct Group {
  std::vector<const Finding*> findings;
  const Finding& first() const { return *findings.front(); }
};

/// What the remedies of a group give together.
struct Gain {
  std::optional<Bytes> frees, steady_state;
  std::optional<BytesPerDay> stops;
  bool ceiling = false;  ///< steady_state is the most it may hold
};
Gain gain_of(const Group& group);

/// What every format says first, computed once from the same values. Points into the report.
struct Overview {
  Overview() = default;
  Overview(Overview&&) = default;  // a copy's pointers would lead into the original
  Overview& operator=(Overview&&) = default;

  std::vector<Store> stores;
  std::vector<Holding> holdings;
  std::optional<Filling> fills_next;
  std::vector<const Store*> growing;  ///< nothing stops these; fastest first
  double unstopped_bytes_per_day = 0;
  std::int64_t rate_unknown = 0;    ///< stores without a bound whose growth could not be measured
  std::optional<double> cpu_share;  ///< of one core, of the busiest container
  std::string cpu_of;
  std::vector<Group> groups;  ///< in the order of the findings; their numbers in every format
  std::vector<BeforeAfter> outcomes;  ///< of stores with findings, in the order of the findings
  std::optional<Bytes> frees;         ///< at once, by all remedies; empty where none can be told
  std::size_t reachable = 0;  ///< servers and engines that answered; the host does not count
  std::size_t unreachable = 0;

  const Store* store(const ResourceId& id) const;
};

/// Pure; the report must outlive it.
Overview overview_of(const Report& report);

}  // namespace plimsoll
