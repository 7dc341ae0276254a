#include "link/redis/tls.h"

#ifdef PLIMSOLL_REDIS_TLS
#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/text.h"
#endif

namespace plimsoll::redis {

#ifdef PLIMSOLL_REDIS_TLS
namespace {

struct FreeSslContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

tl::unexpected<Error> no_tls(const Address& address, const std::string& why) {
  return failure(ErrorCode::denied,
                 say("no TLS with {}: {}", "sin TLS con {}: {}", {address.shown(), printable(why)}),
                 say("is the authority that signed its certificate known here? SSL_CERT_FILE may "
                     "name it",
                     "¿se conoce aquí la autoridad que firmó su certificado? SSL_CERT_FILE puede "
                     "indicarla"));
}

/// hiredis verifies the chain but not the name, so the name is set on the connection ourselves.
bool expect_host(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return true;
  return SSL_set1_host(ssl, host.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1;
}

}  // namespace

Result<void> start_tls(redisContext& context, const Address& address) {
  const std::unique_ptr<SSL_CTX, FreeSslContext> ssl_context{SSL_CTX_new(TLS_client_method())};
  if (ssl_context == nullptr || SSL_CTX_set_default_verify_paths(ssl_context.get()) != 1)
    return no_tls(address, "no certificate authorities");
  SSL_CTX_set_verify(ssl_context.get(), SSL_VERIFY_PEER, nullptr);
  SSL* ssl = SSL_new(ssl_context.get());
  if (ssl == nullptr) return no_tls(address, "out of memory");
  if (!expect_host(ssl, address.host)) {
    SSL_free(ssl);
    return no_tls(address, "not a host name");
  }
  if (redisInitiateSSL(&context, ssl) != REDIS_OK) return no_tls(address, context.errstr);
  return {};  // the context owns `ssl` now
}

#else

Result<void> start_tls(redisContext&, const Address& address) {
  return failure(ErrorCode::unsupported,
                 say("{}: this build's hiredis has no TLS",
                     "{}: el hiredis de esta compilación no tiene TLS", {address.shown()}),
                 say("build on Debian 13 or newer (libhiredis with hiredis_ssl), use the Unix "
                     "socket, or put stunnel in front",
                     "compila en Debian 13 o posterior (libhiredis con hiredis_ssl), usa el socket "
                     "Unix o pon stunnel delante"));
}

#endif

}  // namespace plimsoll::redis
