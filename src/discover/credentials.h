#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "discover/container_facts.h"

namespace plimsoll {

struct Credentials {
  std::string user, database;  ///< PostgreSQL only
  Secret password;
  /// Why a password that the container is told of could not be had; empty: nothing is missing.
  std::optional<Error> missing;
};

/// POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD and its _FILE, Bitnami's POSTGRESQL_…, PGUSER,
/// PGDATABASE, PGPASSWORD. Without any: user and database `postgres`.
/// A _FILE is read where it is mounted from, if that is on this host (`local`).
Credentials postgres_credentials(const ContainerFacts& facts, bool local);

/// --requirepass of the command (variables of a script filled in) or of REDIS_ARGS, then
/// REDIS_PASSWORD, VALKEY_PASSWORD and their _FILE, then REDISCLI_AUTH.
Credentials redis_credentials(const ContainerFacts& facts, bool local);

/// Where the engine's host keeps what the container sees at `path`; empty: in no mount.
std::string path_on_host(const ContainerFacts& facts, const std::string& path);

}  // namespace plimsoll
