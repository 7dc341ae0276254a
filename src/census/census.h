#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "census/docker.h"
#include "census/host.h"
#include "census/postgres.h"
#include "census/redis.h"
#include "census/store.h"

namespace plimsoll {

/// What every target said at one time. A target that could not be reached is in `targets`
/// (reachable: false) and in `gaps`, and nowhere else.
struct Census {
  Instant taken_at{};
  std::vector<Target> targets;
  std::vector<PostgresCensus> postgres;
  std::vector<RedisCensus> redis;
  std::optional<DockerCensus> docker;
  std::optional<HostCensus> host;
  std::vector<Gap> gaps;
};

/// Every store of the census as one list, largest first, unknown sizes last: what the report's
/// table and the JSON's "stores" show. Pure: bounds are those the servers report or whose effect is
/// plain (see stream_cap()).
std::vector<Store> stores_of(const Census& census);

ResourceId id_of(const PostgresCensus& server, const Table& table);
ResourceId id_of(const RedisCensus& server, const Stream& stream);
ResourceId id_of(const DockerCensus& engine, const Container& container);

/// "redis/main/stream/ticks"; in another database than 0 the kind says which: "…/stream@5/ticks".
ResourceId redis_store_id(const RedisCensus& server, std::string_view kind, int database,
                          std::string_view name);

/// The container a server runs in, as far as its address, its published ports and its image tell;
/// null where none or more than one would do. Bounds nest: key, server, container, host.
const Container* container_of(const Census& census, const RedisCensus& server);
const Container* container_of(const Census& census, const PostgresCensus& server);

/// The cap a stream is held at by whoever writes or trims it, as far as its own facts show: it was
/// trimmed (entries-added > length without deletions), its length stands within a node or two above
/// a round number, or it took entries between two samples and did not get longer. Empty: no sign of
/// a cap.
struct StreamCap {
  std::int64_t entries =
      0;  ///< the round number, or the present length where there is no round one near
  bool certain = false;  ///< trimming was seen, rather than a length that merely looks like a cap
};
std::optional<StreamCap> stream_cap(const Stream& stream, int node_max_entries);

/// When an entry was added, as its id says; empty where the ids are no clock (a counter the
/// producer chose, or more than a day ahead of `now`).
std::optional<Instant> instant_of_stream_id(const StreamId& id, Instant now);

/// What keeps a container's log small: none for json-file without max-size, unknown for a driver
/// that writes elsewhere.
Bound log_bound(const Container& container);

}  // namespace plimsoll
