#pragma once

#include <string>
#include <vector>

#include "discover/container_facts.h"
#include "link/docker/address.h"

namespace plimsoll {

struct HostPort {
  std::string host;  ///< a name or an address; IPv6 in brackets
  int port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// Ways to reach a port inside a container from here, best first: the host's own network, published
/// ports, then the container's addresses (those only from the engine's own host). `all` finds the
/// container whose network is shared (`--network container:x`). Empty: there is none.
std::vector<HostPort> addresses_of_port(const ContainerFacts& facts, int port,
                                        const docker::Address& engine,
                                        const std::vector<ContainerFacts>& all);

}  // namespace plimsoll
