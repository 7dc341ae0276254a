#pragma once

#include <vector>

#include "census/census.h"

namespace plimsoll {

/// The stores of one server, appended in the order of its census; stores_of() sorts them.
void add_postgres_stores(const PostgresCensus& server, std::vector<Store>& stores);
/// `census` tells which container the server lives in, and with that the line it heads for.
void add_redis_stores(const Census& census, const RedisCensus& server, std::vector<Store>& stores);
void add_docker_stores(const DockerCensus& engine, std::vector<Store>& stores);
void add_host_stores(const HostCensus& host, std::vector<Store>& stores);

}  // namespace plimsoll
