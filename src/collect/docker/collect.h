#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "census/docker.h"
#include "collect/docker/cgroup.h"
#include "link/docker/link.h"

namespace plimsoll {

struct DockerOptions {
  std::string project;  ///< Compose project; its containers and volumes only. Empty: all
  bool sizes = false;   ///< writable layers, volumes, build cache: the engine walks through files
  std::chrono::milliseconds budget{5000};           ///< for everything but `sizes`
  std::chrono::milliseconds sizes_budget{120'000};  ///< for each of the three walks
  std::chrono::milliseconds sample_interval{700};   ///< between the two samples
  CgroupRoots roots;
};

struct DockerCollection {
  DockerCensus census;
  std::vector<Gap> gaps;
  Target target;
};

/// Everything an engine and the files of its host say about its containers, volumes and images.
/// Read-only. Source: info, containers, inspect, images, volumes, system/df; memory and CPU from
/// the cgroup's files where the container's process is on this host, else from the engine's stats;
/// log bytes from the files' sizes. Cost: two calls and one per container, eight at once, then one
/// sample interval.
/// Errors: those of the link, when the engine cannot be asked at all. A part that fails is a gap; a
/// container that vanishes between two calls is left out.
Result<DockerCollection> collect_docker(docker::Link& link, const DockerOptions& options = {});

}  // namespace plimsoll
