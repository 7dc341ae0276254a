#include "discover/discover.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "base/text.h"
#include "discover/addresses.h"
#include "discover/credentials.h"
#include "discover/identify.h"
#include "link/docker/json.h"

namespace plimsoll {
namespace {

constexpr const char* kTarget = "docker";

Result<std::vector<std::string>> running_ids(std::string_view body) {
  const auto document = docker::parse_list(body, "containers");
  if (!document) return failure(document.error());
  std::vector<std::string> ids;
  for (const docker::Json& row : *document) {
    if (docker::text_at(row, {"State"}) != "running") continue;
    if (auto id = docker::text_at(row, {"Id"}); !id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      encoded.append({'%', kHex[byte >> 4U], kHex[byte & 0xFU]});
    }
  }
  return encoded;
}

/// A server together with what it is called once all are known.
struct Named {
  FoundServer server;
  std::string service;
  int port = 0;
};

class Finder {
 public:
  Finder(docker::Link& link, const DiscoverOptions& options)
      : link_{link}, options_{options}, deadline_{deadline_in(options.budget)} {}

  Result<Discovery> run() {
    if (auto read = read_containers(); !read) return failure(read.error());
    const bool local = link_.address().may_be_local();
    const auto processes =
        local ? find_server_processes(options_.proc) : std::vector<ServerProcess>{};
    for (const ContainerFacts& facts : all_) {
      if (!options_.project.empty() && facts.compose_project != options_.project) continue;
      std::vector<ServerProcess> own;
      std::copy_if(processes.begin(), processes.end(), std::back_inserter(own),
                   [&](const ServerProcess& p) { return p.container_id == facts.id; });
      const bool visible = local && process_is_of_container(options_.proc, facts.pid, facts.id);
      for (const ServerInside& inside : identify(facts, own, visible)) add(facts, inside, visible);
    }
    give_names();
    return std::move(discovery_);
  }

 private:
  Result<void> read_containers() {
    const auto body = link_.containers(deadline_);
    if (!body) return failure(body.error());
    const auto ids = running_ids(*body);
    if (!ids) return failure(ids.error());
    for (const auto& inspected : link_.inspect(*ids, deadline_)) {
      if (!inspected && inspected.error().code == ErrorCode::conflict) continue;  // gone meanwhile
      auto facts = inspected ? parse_container_facts(*inspected)
                             : Result<ContainerFacts>{failure(inspected.error())};
      if (!facts) {
        gap(say("a container", "un contenedor"), facts.error());
      } else if (facts->running) {
        all_.push_back(std::move(*facts));
      }
    }
    return {};
  }

  void gap(Text what, const Error& error) {
    discovery_.gaps.push_back({kTarget, std::move(what), error.what, error.hint});
  }

  void add(const ContainerFacts& facts, const ServerInside& inside, bool visible) {
    const bool postgres = inside.kind == TargetKind::postgres;
    const std::string product = postgres ? "PostgreSQL" : "Redis";
    const Text what =
        say("{} in container {}", "{} en el contenedor {}", {product, printable(facts.name)});
    const auto addresses = addresses_of_port(facts, inside.port, link_.address(), all_);
    if (addresses.empty()) {
      return gap(what,
                 Error{ErrorCode::unreachable,
                       say("port {} is not published and the container has no address that "
                           "can be reached from here",
                           "el puerto {} no está publicado y el contenedor no tiene una "
                           "dirección accesible desde aquí",
                           {std::to_string(inside.port)}),
                       say("publish it on 127.0.0.1, or run Plimsoll on the engine's host",
                           "publíquelo en 127.0.0.1 o ejecute Plimsoll en el host del motor")});
    }
    // A mount's source is a path of the engine's host; only a process we can see proves it is ours.
    Credentials credentials =
        postgres ? postgres_credentials(facts, visible) : redis_credentials(facts, visible);
    if (credentials.missing) {
      gap(say("password of {}", "contraseña de {}", {what}), *credentials.missing);
    }
    Named named;
    named.service = facts.shown_name();
    named.port = inside.port;
    named.server.kind = inside.kind;
    named.server.container = facts.name;
    named.server.candidates = postgres ? postgres_candidates(addresses, credentials)
                                       : redis_candidates(addresses, credentials, inside.tls);
    for (ServerTarget& target : named.server.candidates) target.origin = "container " + facts.name;
    found_.push_back(std::move(named));
  }

  static ServerTarget target_at(std::string url, const Credentials& credentials) {
    ServerTarget target;
    target.url = std::move(url);
    target.password = credentials.password;
    return target;
  }

  static std::vector<ServerTarget> postgres_candidates(const std::vector<HostPort>& addresses,
                                                       const Credentials& credentials) {
    std::vector<ServerTarget> candidates;
    std::vector<std::string> databases{credentials.database};
    // The one that is always there, should POSTGRES_DB name one that was dropped or renamed.
    if (credentials.database != "postgres") databases.emplace_back("postgres");
    for (const std::string& database : databases) {
      for (const HostPort& at : addresses) {
        candidates.push_back(target_at("postgresql://" + encoded(credentials.user) + "@" + at.host +
                                           ":" + std::to_string(at.port) + "/" + encoded(database),
                                       credentials));
      }
    }
    return candidates;
  }

  static std::vector<ServerTarget> redis_candidates(const std::vector<HostPort>& addresses,
                                                    const Credentials& credentials, bool tls) {
    std::vector<ServerTarget> candidates;
    for (const HostPort& at : addresses) {
      candidates.push_back(target_at(
          (tls ? "rediss://" : "redis://") + at.host + ":" + std::to_string(at.port) + "/0",
          credentials));
    }
    return candidates;
  }

  void give_names() {
    std::sort(found_.begin(), found_.end(), [](const Named& a, const Named& b) {
      return std::tie(a.service, a.server.container, a.port) <
             std::tie(b.service, b.server.container, b.port);
    });
    std::map<TargetKind, int> of_kind;
    std::map<std::pair<TargetKind, std::string>, int> of_service, of_container;
    for (const Named& named : found_) {
      ++of_kind[named.server.kind];
      ++of_service[{named.server.kind, named.service}];
      ++of_container[{named.server.kind, named.server.container}];
    }
    for (Named& named : found_) {
      const TargetKind kind = named.server.kind;
      std::string name = "main";
      if (of_kind[kind] > 1) {
        // Replicas share a service, and one container may run two servers.
        name = of_service[{kind, named.service}] > 1 ? named.server.container : named.service;
        if (of_container[{kind, named.server.container}] > 1) {
          name += "-" + std::to_string(named.port);
        }
      }
      for (ServerTarget& target : named.server.candidates) target.name = name;
      discovery_.servers.push_back(std::move(named.server));
    }
  }

  docker::Link& link_;
  const DiscoverOptions& options_;
  Deadline deadline_;
  std::vector<ContainerFacts> all_;
  std::vector<Named> found_;
  Discovery discovery_;
};

}  // namespace

Result<Discovery> discover(docker::Link& link, const DiscoverOptions& options) {
  return Finder{link, options}.run();
}

}  // namespace plimsoll
