#include "census/stores.h"

#include <algorithm>

namespace plimsoll {

std::vector<Store> stores_of(const Census& census) {
  std::vector<Store> stores;
  for (const PostgresCensus& server : census.postgres) add_postgres_stores(server, stores);
  for (const RedisCensus& server : census.redis) add_redis_stores(census, server, stores);
  if (census.docker) add_docker_stores(*census.docker, stores);
  if (census.host) add_host_stores(*census.host, stores);
  std::stable_sort(stores.begin(), stores.end(), [](const Store& a, const Store& b) {
    if (a.bytes != b.bytes) return a.bytes > b.bytes;  // nullopt is below every number
    return a.id < b.id;
  });
  return stores;
}

std::optional<Instant> instant_of_stream_id(const StreamId& id, Instant now) {
  constexpr std::uint64_t kYear2000 = 946684800000;  // ids below it are counters, not clocks
  const auto latest =
      std::chrono::duration_cast<std::chrono::milliseconds>((now + Days{1}).time_since_epoch());
  if (id.ms < kYear2000 || latest.count() < 0 ||
      id.ms > static_cast<std::uint64_t>(latest.count())) {
    return std::nullopt;
  }
  return instant_of_unix_ms(static_cast<std::int64_t>(id.ms));
}

}  // namespace plimsoll
