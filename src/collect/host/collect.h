#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "census/host.h"

namespace plimsoll {

struct HostOptions {
  /// Folders whose file systems to look at, network ones included. Empty: every disk of this host.
  std::vector<std::string> disks;
  std::chrono::milliseconds patience{500};  ///< for each file system
  std::filesystem::path proc = "/proc";
};

struct HostCollection {
  HostCensus census;
  std::vector<Gap> gaps;
  Target target;
};

/// Memory, swap, load, OOM kills and file systems of the host this runs on. Read-only. Source:
/// /proc/meminfo, loadavg, uptime, vmstat, self/mountinfo and statvfs(2). Never fails: what cannot
/// be read is a gap. A file system that does not answer costs `patience` and leaves a thread behind
/// until it does.
HostCollection collect_host(const HostOptions& options = {});

}  // namespace plimsoll
