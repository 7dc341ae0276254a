#include "census/census.h"

namespace plimsoll {

ResourceId id_of(const PostgresCensus& server, const Table& table) {
  return "postgres/" + server.target + "/table/" + table.qualified();
}

ResourceId id_of(const RedisCensus& server, const Stream& stream) {
  return redis_store_id(server, "stream", stream.database, stream.key);
}

ResourceId redis_store_id(const RedisCensus& server, std::string_view kind, int database,
                          std::string_view name) {
  ResourceId id = "redis/" + server.target + "/" + std::string{kind};
  // Database 0 is what everybody means; another one is part of the kind, since a key may hold any
  // byte and no mark inside the name would be safe.
  if (database != 0) id += "@" + std::to_string(database);
  return id + "/" + std::string{name};
}

ResourceId id_of(const DockerCensus& engine, const Container& container) {
  return "docker/" + engine.target + "/container/" + container.name;
}

}  // namespace plimsoll
