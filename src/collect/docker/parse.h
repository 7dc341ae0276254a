#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "census/docker.h"
#include "collect/docker/sample.h"

// Pure functions from an engine's bodies to values. None throws; each names what was malformed.
// Config.Env, Config.Cmd, Path and Args may hold passwords: nothing here reads them. The shapes are
// those of API 1.24 to 1.53 and Podman's.

namespace plimsoll {

/// One row of containers/json?all=1.
struct ListedContainer {
  std::string id;
  std::string name;
  std::string image_id;  ///< without "sha256:"
  std::string state;
  std::string compose_project;
  std::vector<std::string> volumes;  ///< names it mounts
};
Result<std::vector<ListedContainer>> parse_container_list(std::string_view body);

/// containers/{id}/json.
struct InspectedContainer {
  Container container;
  std::string log_path;  ///< empty before its first start, and for drivers that write no file
};
Result<InspectedContainer> parse_inspect(std::string_view body);

/// containers/{id}/stats. Where a container does not run, or Podman leaves memory_stats.stats out,
/// the fields stay empty.
Result<ContainerSample> parse_stats(std::string_view body);

struct EngineFacts {
  int cgroup_version = 0;
  std::string root_directory;
  std::string default_log_driver;
  std::optional<Bytes> host_memory;
};
Result<EngineFacts> parse_info(std::string_view body);

/// `containers` of each image stays 0: an engine says −1 there.
Result<std::vector<ImageUse>> parse_images(std::string_view body);

/// `references` and `bytes` stay empty: this call does not know them.
Result<std::vector<Volume>> parse_volumes(std::string_view body);

/// system/df, before 1.52 ("Containers": […]) and since ("ContainerUsage": {"Items": […]}). What
/// the engine did not measure (a volume of another driver: −1) is left out. Errors: malformed also
/// where the part asked for is not there.
Result<std::map<std::string, Bytes>> parse_writable_layers(std::string_view body);
Result<std::map<std::string, Bytes>> parse_volume_sizes(std::string_view body);
Result<Bytes> parse_build_cache(std::string_view body);

std::string without_digest_prefix(std::string_view image_id);

}  // namespace plimsoll
