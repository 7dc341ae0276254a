#pragma once

#include "base/result.h"
#include "link/redis/address.h"

struct redisContext;

namespace plimsoll::redis {

/// Puts TLS on a connected context: the certificate is verified against the system's authorities
/// (SSL_CERT_FILE and SSL_CERT_DIR count) and the host's name. The handshake itself happens with
/// the first bytes, within their deadline. Errors: unsupported where hiredis came without TLS
/// (Debian 12), denied when the library refuses.
Result<void> start_tls(redisContext& context, const Address& address);

}  // namespace plimsoll::redis
