#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace plimsoll::postgres {

/// Where a server is and how to get in.
struct Address {
  std::string url;      ///< postgresql:// URL or conninfo, with no password in it: fit for print
  Secret password;      ///< empty: libpq looks at PGPASSWORD, passfile and ~/.pgpass itself
  Secret ssl_password;  ///< of the client's key file; nearly always empty
  std::string application_name = "plimsoll";
};

/// Takes the passwords out of a URL or conninfo, wherever they stand in it. What the text leaves
/// out (host, user, database) stays out: libpq fills it in from PGHOST and the like when it
/// connects. Errors: malformed; the message never quotes the text, since any part of one that
/// cannot be parsed may be the password. A password with a raw '@' or '/' in a URL is such a case.
Result<Address> parse_address(std::string_view url);

}  // namespace plimsoll::postgres
