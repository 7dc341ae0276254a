#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace plimsoll::redis {

/// Where a server is and as whom to go in.
struct Address {
  std::string host = "127.0.0.1";
  int port = 6379;
  std::string unix_path;  ///< not empty: this socket instead of host and port
  int database = 0;
  std::string user;  ///< empty: the default user
  Secret password;
  bool tls = false;

  /// "redis://user@host:6379/0", "unix:///run/redis.sock?db=0": without the password, safe to show.
  std::string shown() const;
};

/// redis://[user][:password@]host[:port][/db], the same with rediss:// (TLS), valkey://,
/// valkeys://, and unix://[user:password@]/path/to.sock[?db=n] (also redis+unix://); user and
/// password are percent-decoded; "host:port" alone and a path that begins with '/' are taken too.
/// Query: db=, user= and password= are read, others ignored.
/// Errors: malformed; the URL is quoted without its password.
Result<Address> parse_address(std::string_view url);

}  // namespace plimsoll::redis
