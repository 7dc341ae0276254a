#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace plimsoll {

/// Where a server is and how to get in. `origin` says who told: "--postgres", "plimsoll.yaml:4",
/// "PLIMSOLL_POSTGRES_URL", "container tradeul_timescale".
struct ServerTarget {
  std::string name;  ///< "main"; part of every ResourceId
  std::string url;   ///< without its password: that is in `password`
  Secret password;
  std::string origin;
  std::string password_file;  ///< where `password` was or is to be read from; empty: nowhere
};

struct DockerTarget {
  std::string address = "unix:///var/run/docker.sock";  ///< also tcp://host:port
  std::string project;                                  ///< Compose project to look at; empty: all
  std::string origin;
  std::string compose_file;  ///< as written; empty where not given
};

struct Targets {
  std::vector<ServerTarget> postgres;
  std::vector<ServerTarget> redis;
  std::optional<DockerTarget> docker;
  std::vector<std::string> disks;  ///< mount points to look at; empty: all real ones
  /// For servers that come without a password of their own, whoever named them.
  Secret postgres_password, redis_password;
};

/// Each kind of target from the first that names any: command line, plimsoll.yaml, environment,
/// discovery. Naming PostgreSQL on the command line does not hide the file's Redis. Of `docker` the
/// address and the project are taken apart: an address left empty is the next one's.
Targets merge_targets(const Targets& flags, const Targets& file, const Targets& environment,
                      const Targets& discovered);

/// From variables already read: PLIMSOLL_POSTGRES_URL, PLIMSOLL_REDIS_URL, PLIMSOLL_DOCKER (a
/// socket or tcp://), PLIMSOLL_POSTGRES_PASSWORD, PLIMSOLL_REDIS_PASSWORD. Empty ones count as not
/// set. Errors: unsupported, for an URL that is none; the text never holds its value.
Result<Targets> targets_of_environment(const std::map<std::string, std::string>& variables);

}  // namespace plimsoll
