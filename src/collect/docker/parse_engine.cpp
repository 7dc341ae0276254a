#include <algorithm>

#include "base/text.h"
#include "collect/docker/parse.h"
#include "link/docker/json.h"

namespace plimsoll {
namespace {

using docker::int_at;
using docker::Json;
using docker::member;
using docker::text_at;

bool is_anonymous(const Volume& volume, const Json& row) {
  if (member(row, {"Labels", "com.docker.volume.anonymous"}) != nullptr) return true;
  return volume.name.size() == 64 &&
         volume.name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// One part of system/df, in whichever shape it came. `summary` is null for the old shape.
struct DiskUsagePart {
  const Json* rows = nullptr;
  const Json* summary = nullptr;
};

/// API 1.52 sends both shapes at once unless asked to be verbose, the new one then without Items.
std::optional<DiskUsagePart> part_of(const Json& document, const std::string& old_name,
                                     std::initializer_list<std::string_view> new_names) {
  DiskUsagePart part;
  const auto old_rows = document.find(old_name);
  if (old_rows != document.end()) part.rows = &*old_rows;  // null is an empty list of Go
  for (const std::string_view name : new_names) {
    const Json* summary = member(document, {name});
    if (summary == nullptr || !summary->is_object()) continue;
    part.summary = summary;
    if (const Json* items = member(*summary, {"Items"})) part.rows = items;
  }
  if (part.rows == nullptr && part.summary == nullptr) return std::nullopt;
  return part;
}

auto part_missing(const std::string& name) {
  return failure(ErrorCode::malformed, say("docker: system/df: the answer has no {}",
                                           "docker: system/df: la respuesta no trae {}", {name}));
}

}  // namespace

Result<EngineFacts> parse_info(std::string_view body) {
  const auto document = docker::parse_object(body, "info");
  if (!document) return failure(document.error());
  EngineFacts facts;
  const auto version = parse_int(text_at(*document, {"CgroupVersion"}));
  facts.cgroup_version =
      version && (*version == 1 || *version == 2) ? static_cast<int>(*version) : 0;
  facts.root_directory = text_at(*document, {"DockerRootDir"});
  facts.default_log_driver = text_at(*document, {"LoggingDriver"});
  const auto memory = int_at(*document, {"MemTotal"});
  if (memory && *memory > 0) facts.host_memory = Bytes{*memory};
  return facts;
}

Result<std::vector<ImageUse>> parse_images(std::string_view body) {
  const auto document = docker::parse_list(body, "images");
  if (!document) return failure(document.error());
  std::vector<ImageUse> images;
  for (const Json& row : *document) {
    ImageUse image;
    image.id = text_at(row, {"Id"});
    image.tags = docker::texts_at(row, {"RepoTags"});
    std::erase(image.tags, "<none>:<none>");
    image.dangling = image.tags.empty();
    const auto size = int_at(row, {"Size"});
    if (image.id.empty() || !size) {
      return failure(ErrorCode::malformed, say("docker: images: a row without Id or Size",
                                               "docker: images: una fila sin Id o sin Size"));
    }
    image.bytes = Bytes{*size};
    if (const auto created = int_at(row, {"Created"}); created && *created > 0) {
      image.created_at = instant_of_unix_seconds(*created);
    }
    images.push_back(std::move(image));
  }
  return images;
}

Result<std::vector<Volume>> parse_volumes(std::string_view body) {
  const auto document = docker::parse_object(body, "volumes");
  if (!document) return failure(document.error());
  std::vector<Volume> volumes;
  const Json* rows = member(*document, {"Volumes"});
  if (rows == nullptr || !rows->is_array()) return volumes;  // null: none
  for (const Json& row : *rows) {
    Volume volume;
    volume.name = text_at(row, {"Name"});
    if (volume.name.empty()) {
      return failure(ErrorCode::malformed, say("docker: volumes: a row without Name",
                                               "docker: volumes: una fila sin Name"));
    }
    volume.anonymous = is_anonymous(volume, row);
    volume.created_at = docker::instant_at(row, {"CreatedAt"});
    volume.mountpoint = text_at(row, {"Mountpoint"});
    volumes.push_back(std::move(volume));
  }
  return volumes;
}

Result<std::map<std::string, Bytes>> parse_writable_layers(std::string_view body) {
  const auto document = docker::parse_object(body, "system/df");
  if (!document) return failure(document.error());
  const auto part = part_of(*document, "Containers",
                            {"ContainerUsage", "ContainersUsage", "ContainersDiskUsage"});
  if (!part) return part_missing("Containers");
  std::map<std::string, Bytes> layers;
  if (part->rows == nullptr || !part->rows->is_array()) return layers;
  for (const Json& row : *part->rows) {
    // Left out by the engine when it is 0.
    layers[text_at(row, {"Id"})] = Bytes{int_at(row, {"SizeRw"}).value_or(0)};
  }
  return layers;
}

Result<std::map<std::string, Bytes>> parse_volume_sizes(std::string_view body) {
  const auto document = docker::parse_object(body, "system/df");
  if (!document) return failure(document.error());
  const auto part =
      part_of(*document, "Volumes", {"VolumeUsage", "VolumesUsage", "VolumesDiskUsage"});
  if (!part) return part_missing("Volumes");
  std::map<std::string, Bytes> sizes;
  if (part->rows == nullptr || !part->rows->is_array()) return sizes;
  for (const Json& row : *part->rows) {
    const auto size = int_at(row, {"UsageData", "Size"});
    if (size && *size >= 0) sizes[text_at(row, {"Name"})] = Bytes{*size};
  }
  return sizes;
}

Result<Bytes> parse_build_cache(std::string_view body) {
  const auto document = docker::parse_object(body, "system/df");
  if (!document) return failure(document.error());
  const auto part = part_of(*document, "BuildCache", {"BuildCacheUsage", "BuildCacheDiskUsage"});
  if (!part) return part_missing("BuildCache");
  if (part->summary != nullptr) {
    return Bytes{int_at(*part->summary, {"TotalSize"}).value_or(0)};  // left out when it is 0
  }
  Bytes sum{0};
  if (!part->rows->is_array()) return sum;
  for (const Json& row : *part->rows) {
    // A shared record's bytes are an image's too, and are counted there.
    if (!docker::bool_at(row, {"Shared"}).value_or(false)) {
      sum += Bytes{int_at(row, {"Size"}).value_or(0)};
    }
  }
  return sum;
}

}  // namespace plimsoll
