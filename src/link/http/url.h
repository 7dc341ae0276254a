#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace plimsoll::http {

/// "wss://host:port/path" in its parts.
struct Url {
  std::string scheme;  ///< http, https, ws or wss
  std::string host;    ///< an IPv6 address without its brackets
  int port = 0;
  std::string path;  ///< from '/', query included

  bool is_encrypted() const { return scheme == "https" || scheme == "wss"; }
  bool is_loopback() const;
};

/// Errors: malformed. User and password in a URL are refused: a key belongs elsewhere.
Result<Url> parse_url(std::string_view text);

}  // namespace plimsoll::http
