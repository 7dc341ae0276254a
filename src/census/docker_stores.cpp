#include "census/stores.h"

namespace plimsoll {
namespace {

Store named(const DockerCensus& engine, const std::string& kind, const std::string& name,
            std::optional<Bytes> bytes) {
  Store store;
  store.id = "docker/" + engine.target + "/" + kind + "/" + name;
  store.kind = kind;
  store.bytes = bytes;
  return store;
}

Store memory_store(const DockerCensus& engine, const Container& container) {
  Store store = named(engine, "container", container.name, container.memory.working_set);
  store.id = id_of(engine, container);
  store.growth = container.memory_growth;
  store.line = container.memory_limit;
  if (std::holds_alternative<Unbounded>(container.memory_limit)) {
    store.bound.kind = BoundKind::none;
    if (engine.host_memory) store.line = *engine.host_memory;
  }
  if (const auto* limit = std::get_if<Bytes>(&container.memory_limit)) {
    store.bound = {BoundKind::memory_limit, std::to_string(limit->count()), "cgroup"};
  }
  return store;
}

}  // namespace

Bound log_bound(const Container& container) {
  const auto option = [&](const char* name) {
    const auto found = container.log_options.find(name);
    return found == container.log_options.end() ? std::string{} : found->second;
  };
  if (container.log_driver == "none") return {BoundKind::by_nature, "", "log driver none"};
  if (container.log_driver == "local") {
    // Rotates by itself: 20 MB × 5 unless told otherwise.
    const std::string size = option("max-size").empty() ? "20m" : option("max-size");
    const std::string files = option("max-file").empty() ? "5" : option("max-file");
    return {BoundKind::log_rotation, size + " × " + files, "log driver local"};
  }
  if (container.log_driver == "json-file" || container.log_driver == "k8s-file") {
    const std::string size = option("max-size");
    if (size.empty() || size == "-1") return {BoundKind::none, "", ""};
    const std::string files = option("max-file").empty() ? "1" : option("max-file");
    return {BoundKind::log_rotation, size + " × " + files, "log driver " + container.log_driver};
  }
  return {};
}

void add_docker_stores(const DockerCensus& engine, std::vector<Store>& stores) {
  for (const Container& container : engine.containers) {
    if (container.state == "running") stores.push_back(memory_store(engine, container));
    Store log = named(engine, "container_log", container.name, container.log_bytes);
    log.growth = container.log_growth;
    log.bound = log_bound(container);
    if (log.bytes || log.bound.kind == BoundKind::none) stores.push_back(std::move(log));
    if (container.writable_layer) {
      stores.push_back(named(engine, "writable_layer", container.name, container.writable_layer));
    }
  }
  for (const Volume& volume : engine.volumes) {
    stores.push_back(named(engine, "volume", volume.name, volume.bytes));
  }
  for (const ImageUse& image : engine.images) {
    stores.push_back(
        named(engine, "image", image.tags.empty() ? image.id : image.tags.front(), image.bytes));
  }
  if (engine.build_cache) {
    stores.push_back(named(engine, "build_cache", "build_cache", engine.build_cache));
  }
}

void add_host_stores(const HostCensus& host, std::vector<Store>& stores) {
  for (const FileSystem& files : host.file_systems) {
    Store store;
    store.id = "host/" + host.target + "/file_system/" + files.mount_point;
    store.kind = "file_system";
    store.bytes = files.used;
    store.bound = {BoundKind::capacity, std::to_string(files.size.count()), files.type};
    // What root keeps for itself cannot be used up: the line is what an ordinary user can reach.
    store.line = files.used + files.available;
    stores.push_back(std::move(store));
  }
}

}  // namespace plimsoll
