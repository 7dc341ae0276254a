#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "census/store.h"
#include "link/docker/link.h"
#include "policy/targets.h"

namespace plimsoll {

struct DiscoverOptions {
  std::string project;  ///< Compose project; empty: all
  std::chrono::milliseconds budget{3000};
  std::filesystem::path proc = "/proc";
};

/// One server in a container. Its candidates differ in address and database; the first that lets us
/// in is the one. Never empty.
struct FoundServer {
  TargetKind kind{};      ///< postgres or redis
  std::string container;  ///< its name
  std::vector<ServerTarget> candidates;
};

struct Discovery {
  std::vector<FoundServer> servers;
  std::vector<Gap> gaps;  ///< servers that could not be reached or whose password could not be had
};

/// PostgreSQL, Redis and Valkey servers that run in an engine's containers. Names: "main" where
/// there is one of a kind, else the Compose service or the container. Connects to none of them.
/// Source: containers, inspect, and on the engine's own host the names of processes. No exec, no
/// top, no logs. Passwords go from the container's environment, command or secret file into
/// ServerTarget::password and nowhere else.
/// Errors: those of the link, when the engine cannot be asked at all.
Result<Discovery> discover(docker::Link& link, const DiscoverOptions& options = {});

}  // namespace plimsoll
