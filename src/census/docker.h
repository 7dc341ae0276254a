#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "census/store.h"

namespace plimsoll {

struct ContainerMemory {
  std::optional<Bytes> usage;        ///< memory.current
  std::optional<Bytes> working_set;  ///< usage − inactive_file
  std::optional<Bytes> anonymous, file, shmem, peak;
};

struct MountPoint {
  std::string kind;    ///< "volume", "bind", "tmpfs"
  std::string source;  ///< volume name or host path
  std::string destination;
};

struct Container {
  std::string id;    ///< full
  std::string name;  ///< without the leading slash
  std::string image;
  std::string state;                             ///< "running", "exited", "restarting", …
  std::string compose_project, compose_service;  ///< labels; empty where none
  int pid = 0;                                   ///< in the engine's namespace; 0 when not running
  std::optional<Instant> created_at, started_at, finished_at;
  SizeBound memory_limit = Unknown{};  ///< HostConfig.Memory; 0 is Unbounded
  SizeBound memory_reservation = Unknown{};
  /// What the kernel holds it to: memory.max. Another than memory_limit where an update or a
  /// rootless engine did not take effect. Unknown where the cgroup's files are not visible.
  SizeBound memory_limit_in_force = Unknown{};
  std::optional<std::int64_t> memory_swap;  ///< as configured: -1 unlimited, 0 unset
  ContainerMemory memory;
  std::optional<GrowthRate> memory_growth;
  std::optional<double> cpu_share;        ///< of one core, between two samples: 6.71 is 671 %
  std::optional<std::int64_t> oom_kills;  ///< memory.events oom_kill while it runs
  bool oom_killed = false;                ///< State.OOMKilled: sticky and incomplete
  std::int64_t restart_count = 0;
  std::optional<int> exit_code;
  std::string restart_policy;
  std::string log_driver;
  std::map<std::string, std::string> log_options;
  std::optional<Bytes> log_bytes;  ///< current and rotated files
  int rotated_logs = 0;            ///< files among log_bytes that are no longer written to
  /// Since the container was created (an empty log, so this is read twice too); from two samples
  /// where older files may have been rotated away, or where it is younger than a minute.
  std::optional<GrowthRate> log_growth;
  std::optional<GrowthRate> log_growth_now;  ///< two samples, under a second apart: bursts show
  std::optional<Bytes> writable_layer;       ///< on demand only
  std::optional<std::int64_t> pids, pids_limit;
  std::optional<Bytes> shm_size;
  std::vector<MountPoint> mounts;
  std::string network_mode;                      ///< "host", "bridge", a network's name, …
  std::vector<std::string> published_addresses;  ///< "0.0.0.0:6379->6379/tcp"
};

struct Volume {
  std::string name;
  bool anonymous = false;  ///< 64 hexadecimal digits, or the label com.docker.volume.anonymous
  std::optional<std::int64_t> references;  ///< containers, running or not; empty where not asked
  std::optional<Bytes> bytes;
  std::optional<Instant> created_at;
  std::string mountpoint;
};

struct ImageUse {
  std::string id;
  std::vector<std::string> tags;
  Bytes bytes;
  std::int64_t containers = 0;  ///< that use it, running or not
  bool dangling = false;
  std::optional<Instant> created_at;
};

struct DockerCensus {
  std::string target;  ///< "docker"
  Instant taken_at{};
  std::string engine;  ///< "docker" or "podman"
  std::string version, api_version;
  int cgroup_version = 0;  ///< 1, 2; 0 where unknown
  std::string root_directory;
  std::string default_log_driver;
  std::optional<Bytes> host_memory;
  std::vector<Container> containers;
  std::vector<Volume> volumes;
  std::vector<ImageUse> images;
  std::optional<Bytes> build_cache;  ///< on demand only
};

}  // namespace plimsoll
