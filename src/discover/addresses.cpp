#include "discover/addresses.h"

#include <algorithm>

#include "discover/command.h"

namespace plimsoll {
namespace {

std::string in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

const ContainerFacts& network_owner(const ContainerFacts& facts,
                                    const std::vector<ContainerFacts>& all) {
  constexpr std::string_view kShared = "container:";
  if (!facts.network_mode.starts_with(kShared)) return facts;
  const std::string owner = facts.network_mode.substr(kShared.size());
  const auto found = std::find_if(all.begin(), all.end(), [&](const ContainerFacts& other) {
    return !owner.empty() && (other.id.starts_with(owner) || other.name == owner);
  });
  return found == all.end() ? facts : *found;
}

}  // namespace

std::vector<HostPort> addresses_of_port(const ContainerFacts& facts, int port,
                                        const docker::Address& engine,
                                        const std::vector<ContainerFacts>& all) {
  std::vector<HostPort> found;
  const auto add = [&](const std::string& host, int at) {
    const HostPort address{in_url(host), at};
    if (std::find(found.begin(), found.end(), address) == found.end()) found.push_back(address);
  };
  const std::string host_itself = engine.is_unix() ? "127.0.0.1" : engine.host;
  const ContainerFacts& owner = network_owner(facts, all);
  if (owner.network_mode == "host") add(host_itself, port);
  for (const PublishedPort& published : owner.published) {
    const auto host_port = parse_port(published.host_port);
    if (published.container_port != std::to_string(port) + "/tcp" || !host_port) continue;
    const std::string& bound = published.host_address;
    const bool everywhere = bound.empty() || bound == "0.0.0.0" || bound == "::";
    add(everywhere ? host_itself : bound, *host_port);
  }
  if (engine.may_be_local()) {
    for (const std::string& address : owner.addresses) add(address, port);
  }
  return found;
}

}  // namespace plimsoll
