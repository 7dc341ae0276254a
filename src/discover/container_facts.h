#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plimsoll {

struct PublishedPort {
  std::string container_port;  ///< "5432/tcp"
  std::string host_address;    ///< "0.0.0.0", "127.0.0.1", "::"; empty: all
  std::string host_port;
};

struct MountedPath {
  std::string source;  ///< on the engine's host
  std::string destination;
};

/// What discovery reads of one container. Holds its environment and command, which may be secrets:
/// made, turned into targets, and dropped; never kept, printed or stored.
struct ContainerFacts {
  std::string id, name, image, compose_project, compose_service;
  int pid = 0;
  bool running = false;
  std::string network_mode;
  std::vector<std::string> command;  ///< Path and Args, as the engine runs them
  std::map<std::string, std::string> environment;
  std::vector<std::string> exposed_ports;
  std::vector<PublishedPort> published;
  std::vector<std::string> addresses;  ///< of the container itself, in its networks
  std::vector<MountedPath> mounts;

  std::string variable(const std::string& name) const;  ///< empty where not set
  std::string shown_name() const;                       ///< service, or else name
};

/// containers/{id}/json. Pure; never throws. Errors: malformed.
Result<ContainerFacts> parse_container_facts(std::string_view body);

}  // namespace plimsoll
