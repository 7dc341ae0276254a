#include "discover/identify.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "discover/command.h"

namespace plimsoll {
namespace {

/// "registry:5000/timescale/timescaledb:latest-pg15@sha256:…" → "timescaledb"
std::string_view image_name(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const auto slash = image.rfind('/');
  if (slash != std::string_view::npos) image = image.substr(slash + 1);
  return image.substr(0, image.find(':'));
}

template <std::size_t N>
bool is_among(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool hints_at_postgres(const ContainerFacts& facts) {
  constexpr std::array<std::string_view, 8> kImages{"postgres",       "postgresql", "timescaledb",
                                                    "timescaledb-ha", "postgis",    "pgvector",
                                                    "citus",          "spilo"};
  return is_among(image_name(facts.image), kImages) || has(facts.exposed_ports, "5432/tcp") ||
         !facts.variable("PGDATA").empty();
}

bool hints_at_redis(const ContainerFacts& facts) {
  constexpr std::array<std::string_view, 7> kImages{
      "redis", "redis-stack", "redis-stack-server", "valkey", "valkey-bundle", "keydb", "redis-ha"};
  return is_among(image_name(facts.image), kImages) || has(facts.exposed_ports, "6379/tcp") ||
         !facts.variable("REDIS_VERSION").empty() || !facts.variable("VALKEY_VERSION").empty();
}

constexpr int kPostgresPort = 5432;
constexpr int kRedisPort = 6379;

std::optional<ServerInside> as_redis(const ContainerFacts& facts, const std::vector<Word>& words) {
  const auto variable = [&](const std::string& name) { return facts.variable(name); };
  const auto port_at = [&](std::string_view flag) -> std::optional<int> {
    const auto value = value_of(words, flag);
    if (!value) return std::nullopt;
    const std::string text = expand(*value, variable);
    return text == "0" ? std::optional{0} : parse_port(text);
  };
  int port = port_at("--port").value_or(
      parse_port(facts.variable("REDIS_PORT_NUMBER")).value_or(kRedisPort));
  const auto tls_port = port_at("--tls-port");
  const bool tls = port == 0 && tls_port.value_or(0) > 0;
  if (tls) port = *tls_port;
  if (port == 0) return std::nullopt;
  return ServerInside{TargetKind::redis, port, tls};
}

ServerInside as_postgres(const ContainerFacts& facts, const std::vector<Word>& words) {
  const auto port = postgres_port(words);
  const auto variable = parse_port(facts.variable("PGPORT"));
  return {TargetKind::postgres, port.value_or(variable.value_or(kPostgresPort)), false};
}

}  // namespace

std::vector<ServerInside> identify(const ContainerFacts& facts,
                                   const std::vector<ServerProcess>& processes, bool visible) {
  const auto words = words_of(facts.command);
  std::vector<ServerInside> servers;
  const auto add = [&](std::optional<ServerInside> server) {
    if (!server) return;
    const bool known = std::any_of(servers.begin(), servers.end(), [&](const ServerInside& s) {
      return s.kind == server->kind && s.port == server->port;
    });
    if (!known) servers.push_back(*server);
  };
  for (const ServerProcess& process : processes) {
    if (process.kind == TargetKind::postgres) {
      ServerInside server = as_postgres(facts, words);
      server.port = process.port.value_or(server.port);
      add(server);
    } else if (process.port.value_or(0) > 0) {
      add(ServerInside{TargetKind::redis, *process.port, false});
    } else {
      add(as_redis(facts, words));  // TLS alone: its title says port 0
    }
  }
  if (!servers.empty()) return servers;
  // A server that is just starting has no process yet, so its command counts also where we can see.
  const bool guess = !visible && !runs_client(words);
  if (starts_postgres(words) || (guess && hints_at_postgres(facts))) add(as_postgres(facts, words));
  if (starts_redis(words) || (guess && hints_at_redis(facts))) add(as_redis(facts, words));
  return servers;
}

}  // namespace plimsoll
