#include "link/http/url.h"

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "base/text.h"

namespace plimsoll::http {
namespace {

struct KnownScheme {
  std::string_view name;
  int port;
};
constexpr std::array kSchemes{KnownScheme{"http", 80}, KnownScheme{"https", 443},
                              KnownScheme{"ws", 80}, KnownScheme{"wss", 443}};

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':';
}

tl::unexpected<Error> bad_url(std::string_view text) {
  return failure(ErrorCode::malformed,
                 say("'{}' is no URL we understand", "'{}' no es una URL que entendamos",
                     {printable(redact(text))}));
}

}  // namespace

bool Url::is_loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<Url> parse_url(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return bad_url(text);
  Url url;
  url.scheme = text.substr(0, colon);
  const auto* scheme = std::find_if(kSchemes.begin(), kSchemes.end(),
                                    [&](const auto& known) { return known.name == url.scheme; });
  if (scheme == kSchemes.end()) return bad_url(text);
  url.port = scheme->port;
  auto authority = text.substr(colon + 3);
  const auto slash = authority.find('/');
  url.path = slash == std::string_view::npos ? "/" : authority.substr(slash);
  authority = authority.substr(0, slash);
  const bool visible =
      std::all_of(url.path.begin(), url.path.end(), [](char c) { return c > ' ' && c <= '~'; });
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto at = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = authority.substr(0, at);
  if (bracket != std::string_view::npos) url.host = authority.substr(1, bracket - 1);
  if (at != std::string_view::npos) {
    const auto port = parse_int(authority.substr(at + 1));
    if (!port || *port < 1 || *port > 65535) return bad_url(text);
    url.port = static_cast<int>(*port);
  }
  if (!visible || url.host.empty() ||
      !std::all_of(url.host.begin(), url.host.end(), is_host_letter)) {
    return bad_url(text);
  }
  return url;
}

}  // namespace plimsoll::http
