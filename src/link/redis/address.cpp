#include "link/redis/address.h"

#include <optional>

#include "base/text.h"

namespace plimsoll::redis {
namespace {

tl::unexpected<Error> bad_address(std::string_view url, Text why) {
  return failure(ErrorCode::malformed,
                 say("Redis address '{}': {}", "dirección de Redis '{}': {}",
                     {printable(redact(url)), std::move(why)}),
                 say("write it as redis://[user:password@]host:6379/0, rediss://… or "
                     "unix:///path/redis.sock?db=0",
                     "escríbela como redis://[usuario:contraseña@]host:6379/0, rediss://… o "
                     "unix:///ruta/redis.sock?db=0"));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Empty when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::optional<int> small_number(std::string_view text, int smallest, int largest) {
  const auto number = parse_int(text);
  if (!number || *number < smallest || *number > largest) return std::nullopt;
  return static_cast<int>(*number);
}

constexpr int kLargestDatabase = 1'000'000;

Text not_encoded() {
  return say("a '%' is not followed by two hexadecimal digits",
             "un '%' no va seguido de dos dígitos hexadecimales");
}
Text bad_database() {
  return say("the database is not a number", "la base de datos no es un número");
}

/// "user:password", ":password", "user". Returns false where the encoding is broken.
bool read_credentials(std::string_view text, Address& address) {
  const auto colon = text.find(':');
  const auto user = percent_decoded(text.substr(0, colon));
  if (!user) return false;
  address.user = *user;
  if (colon == std::string_view::npos) return true;
  const auto password = percent_decoded(text.substr(colon + 1));
  if (!password) return false;
  address.password = Secret{*password};
  return true;
}

std::optional<Text> read_query(std::string_view query, Address& address) {
  if (query.empty()) return std::nullopt;
  for (const auto pair : split(query, '&')) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = pair.substr(0, equals);
    const auto value = percent_decoded(pair.substr(equals + 1));
    if (!value) return not_encoded();
    if (name == "db" || name == "database") {
      const auto database = small_number(*value, 0, kLargestDatabase);
      if (!database) return bad_database();
      address.database = *database;
    } else if (name == "user" || name == "username") {
      address.user = *value;
    } else if (name == "password") {
      address.password = Secret{*value};
    }
  }
  return std::nullopt;
}

/// "host", "host:port", "[::1]:port", each part may be missing.
std::optional<Text> read_host(std::string_view text, Address& address) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return say("a '[' is not closed", "falta un ']'");
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':')
      return say("text between ']' and the port", "hay texto entre ']' y el puerto");
    if (!port.empty()) port.remove_prefix(1);
  } else if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (!host.empty()) address.host = std::string{host};
  if (!port.empty()) {
    const auto number = small_number(port, 1, 65535);
    if (!number)
      return say("the port is not between 1 and 65535", "el puerto no está entre 1 y 65535");
    address.port = *number;
  }
  if (address.host.find_first_of(" \t\r\n") != std::string::npos)
    return say("the host holds a space", "el nombre del servidor contiene un espacio");
  return std::nullopt;
}

}  // namespace

std::string Address::shown() const {
  const std::string who = user.empty() ? "" : user + "@";
  const std::string number = std::to_string(database);
  if (!unix_path.empty()) return printable("unix://" + who + unix_path + "?db=" + number);
  const bool six = host.find(':') != std::string::npos;
  return printable((tls ? "rediss://" : "redis://") + who + (six ? "[" + host + "]" : host) + ":" +
                   std::to_string(port) + "/" + number);
}

Result<Address> parse_address(std::string_view url) {
  Address address;
  std::string_view rest = trim(url);
  bool socket = false;
  if (const auto scheme_end = rest.find("://"); scheme_end != std::string_view::npos) {
    const auto scheme = rest.substr(0, scheme_end);
    socket = scheme == "unix" || scheme == "redis+unix" || scheme == "redis-socket";
    address.tls = scheme == "rediss" || scheme == "valkeys";
    if (!socket && !address.tls && scheme != "redis" && scheme != "valkey")
      return bad_address(url, say("unknown scheme", "esquema desconocido"));
    rest.remove_prefix(scheme_end + 3);
  } else if (rest.starts_with('/')) {
    socket = true;
  }
  if (rest.empty()) return bad_address(url, say("no host", "falta el servidor"));

  std::string_view query;
  // '?' in an unencoded password would cut it short, so it is looked for behind the last '@'.
  const auto at = rest.rfind('@');
  const auto question = rest.find('?', at == std::string_view::npos ? 0 : at);
  if (question != std::string_view::npos) {
    query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (at != std::string_view::npos) {
    if (!read_credentials(rest.substr(0, at), address)) return bad_address(url, not_encoded());
    rest.remove_prefix(at + 1);
  }
  if (socket) {
    const auto path = percent_decoded(rest);
    if (!path || path->empty())
      return bad_address(url, say("no socket path", "falta la ruta del socket"));
    address.unix_path = *path;
  } else {
    const auto slash = rest.find('/');
    if (auto why = read_host(rest.substr(0, slash), address))
      return bad_address(url, std::move(*why));
    if (slash != std::string_view::npos && slash + 1 < rest.size()) {
      const auto database = small_number(rest.substr(slash + 1), 0, kLargestDatabase);
      if (!database) return bad_address(url, bad_database());
      address.database = *database;
    }
  }
  if (auto why = read_query(query, address)) return bad_address(url, std::move(*why));
  return address;
}

}  // namespace plimsoll::redis
