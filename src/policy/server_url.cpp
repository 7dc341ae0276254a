#include "policy/server_url.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace plimsoll {
namespace {

struct Parted {
  std::string url;
  std::string password;
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// "…?sslmode=require&password=x" without the password, which wins over the one before '@' as it
/// does in libpq.
std::string take_query_password(std::string_view query, std::string& password) {
  std::string kept;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.starts_with("password=")) {
      password = percent_decode(pair.substr(9));
      continue;
    }
    kept.append(kept.empty() ? "" : "&").append(pair);
  }
  return kept;
}

Parted part_url(std::string_view url) {
  const auto question = url.find('?');
  const std::string_view before = url.substr(0, question);
  const auto begin = before.find("://") + 3;
  const auto at = before.rfind('@');
  Parted parted;
  if (at == std::string_view::npos || at < begin) {
    parted.url = before;
  } else {
    const std::string_view user_info = before.substr(begin, at - begin);
    const auto colon = user_info.find(':');
    if (colon != std::string_view::npos) {
      parted.password = percent_decode(user_info.substr(colon + 1));
    }
    const std::string_view user = user_info.substr(0, colon);
    parted.url.append(before.substr(0, begin)).append(user);
    if (!user.empty()) parted.url.push_back('@');
    parted.url.append(before.substr(at + 1));
  }
  if (question != std::string_view::npos) {
    const std::string query = take_query_password(url.substr(question + 1), parted.password);
    if (!query.empty()) parted.url.append("?").append(query);
  }
  return parted;
}

/// The end of a conninfo's value that begins at `begin`, and the value without quotes and escapes.
std::size_t read_conninfo_value(std::string_view text, std::size_t begin, std::string& value) {
  const bool quoted = begin < text.size() && text[begin] == '\'';
  std::size_t i = begin + (quoted ? 1 : 0);
  for (; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      value.push_back(text[++i]);
    } else if (quoted ? text[i] == '\'' : text[i] == ' ') {
      break;
    } else {
      value.push_back(text[i]);
    }
  }
  return std::min(text.size(), i + (quoted ? 1 : 0));
}

Parted part_conninfo(std::string_view text) {
  Parted parted;
  std::size_t i = 0;
  while (i < text.size()) {
    const auto equals = text.find('=', i);
    if (equals == std::string_view::npos) break;
    const std::string_view key = trim(text.substr(i, equals - i));
    auto begin = text.find_first_not_of(' ', equals + 1);
    begin = std::min(begin, text.size());
    std::string value;
    const auto end = read_conninfo_value(text, begin, value);
    if (key == "password") {
      parted.password = value;
    } else {
      parted.url.append(parted.url.empty() ? "" : " ").append(key).append("=");
      parted.url.append(text.substr(begin, end - begin));
    }
    i = end;
  }
  return parted;
}

ServerTarget target_of(Parted parted, std::string name, std::string origin) {
  ServerTarget target;
  target.name = std::move(name);
  target.url = std::move(parted.url);
  target.password = Secret{std::move(parted.password)};
  target.origin = std::move(origin);
  return target;
}

bool has_scheme(std::string_view url, std::initializer_list<std::string_view> schemes) {
  return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
    return url.size() > scheme.size() && url.starts_with(scheme);
  });
}

}  // namespace

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    if (escape) {
      decoded.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.push_back('%');
      encoded.push_back(kHex[byte >> 4U]);
      encoded.push_back(kHex[byte & 0xFU]);
    }
  }
  return encoded;
}

Result<ServerTarget> postgres_target(std::string name, std::string_view url, std::string origin) {
  const std::string_view text = trim(url);
  if (has_scheme(text, {"postgresql://", "postgres://"})) {
    return target_of(part_url(text), std::move(name), std::move(origin));
  }
  const bool conninfo =
      text.find('=') != std::string_view::npos && text.find("://") == std::string_view::npos;
  if (conninfo) return target_of(part_conninfo(text), std::move(name), std::move(origin));
  return failure(ErrorCode::unsupported,
                 say("{}: that is no PostgreSQL address",
                     "{}: eso no es una dirección de PostgreSQL", {origin}),
                 say("write postgresql://user@host:5432/database",
                     "escriba postgresql://usuario@host:5432/base"));
}

Result<ServerTarget> redis_target(std::string name, std::string_view url, std::string origin) {
  const std::string_view text = trim(url);
  if (has_scheme(text, {"redis://", "rediss://", "valkey://", "valkeys://", "unix://"})) {
    return target_of(part_url(text), std::move(name), std::move(origin));
  }
  return failure(
      ErrorCode::unsupported,
      say("{}: that is no Redis address", "{}: eso no es una dirección de Redis", {origin}),
      say("write redis://host:6379/0", "escriba redis://host:6379/0"));
}

}  // namespace plimsoll
