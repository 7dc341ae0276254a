#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plimsoll::docker {

/// Where an engine listens: a Unix socket, or a host and port in plain HTTP.
struct Address {
  std::string socket;  ///< path; empty for tcp
  std::string host;    ///< tcp only; an IPv6 address without its brackets
  int port = 0;        ///< tcp only

  bool is_unix() const { return !socket.empty(); }
  /// True for a socket and for loopback: only there can an engine's paths, process ids and loopback
  /// ports be ours too. They still need not be (Docker Desktop, a forwarded socket), so whoever
  /// reads them checks.
  bool may_be_local() const;
  std::string text() const;  ///< "unix:///var/run/docker.sock", "tcp://10.0.0.5:2375"
};

/// Takes "unix:///path", a bare absolute path, "tcp://host:port" and "http://host:port" (port 2375
/// where none is given). Errors: unsupported, with the forms that are understood in the hint.
Result<Address> parse_address(std::string_view text);

}  // namespace plimsoll::docker
