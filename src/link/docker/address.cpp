#include "link/docker/address.h"

#include <sys/un.h>

#include "base/secret.h"
#include "base/text.h"

namespace plimsoll::docker {
namespace {

constexpr int kDefaultPort = 2375;

auto not_understood(std::string_view text) {
  const std::string shown = printable(redact(text));
  return failure(ErrorCode::unsupported,
                 say("docker address '{}' is not understood",
                     "no se entiende la dirección de Docker '{}'", {shown}),
                 say("use unix:///var/run/docker.sock, a path, or tcp://host:2375",
                     "use unix:///var/run/docker.sock, una ruta o tcp://host:2375"));
}

Result<Address> parse_socket(std::string_view path, std::string_view whole) {
  if (path.empty() || path.front() != '/') return not_understood(whole);
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return failure(
        ErrorCode::unsupported,
        say("docker socket path has {} bytes, and a Unix socket takes at most 107",
            "la ruta del socket de Docker tiene {} bytes y un socket Unix admite 107 como máximo",
            {static_cast<std::int64_t>(path.size())}));
  }
  return Address{std::string{path}, {}, 0};
}

Result<Address> parse_host_port(std::string_view rest, std::string_view whole) {
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  Address address{{}, {}, kDefaultPort};
  std::string_view port;
  if (!rest.empty() && rest.front() == '[') {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return not_understood(whole);
    address.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const auto colon = rest.find(':');
    address.host = rest.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon);
  }
  // What goes into a URL is a name or an address and nothing else: no user, path, query or escape.
  constexpr std::string_view kHostCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
  if (address.host.empty() ||
      address.host.find_first_not_of(kHostCharacters) != std::string::npos) {
    return not_understood(whole);
  }
  if (port.empty()) return address;
  const auto number = parse_int(port.substr(1));
  if (port.front() != ':' || !number || *number < 1 || *number > 65535)
    return not_understood(whole);
  address.port = static_cast<int>(*number);
  return address;
}

}  // namespace

bool Address::may_be_local() const {
  return is_unix() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string Address::text() const {
  if (is_unix()) return "unix://" + socket;
  const bool v6 = host.find(':') != std::string::npos;
  return "tcp://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with("unix://")) return parse_socket(trimmed.substr(7), trimmed);
  if (trimmed.starts_with("/")) return parse_socket(trimmed, trimmed);
  if (trimmed.starts_with("tcp://")) return parse_host_port(trimmed.substr(6), trimmed);
  if (trimmed.starts_with("http://")) return parse_host_port(trimmed.substr(7), trimmed);
  return not_understood(trimmed);
}

}  // namespace plimsoll::docker
