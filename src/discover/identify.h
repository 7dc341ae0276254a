#pragma once

#include <vector>

#include "discover/container_facts.h"
#include "discover/processes.h"

namespace plimsoll {

/// A server that a container runs, and the port it listens on inside it.
struct ServerInside {
  TargetKind kind{};
  int port = 0;
  bool tls = false;  ///< Redis with a TLS port and no other
};

/// What the container's processes say comes first; `processes` are those of this container, and
/// `visible` tells whether they could be looked for. Where they could not, the command decides, and
/// then the image's name, exposed ports and variables, unless the command is that of a client.
/// A server that is said to listen on no port is left out.
std::vector<ServerInside> identify(const ContainerFacts& facts,
                                   const std::vector<ServerProcess>& processes, bool visible);

}  // namespace plimsoll
