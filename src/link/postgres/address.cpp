#include "link/postgres/address.h"

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <vector>

#include "base/text.h"

namespace plimsoll::postgres {
namespace {

struct OptionsFree {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, OptionsFree>;

struct Setting {
  std::string keyword;
  std::string value;
};

bool is_url(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

tl::unexpected<Error> malformed_address() {
  return failure(ErrorCode::malformed, say("not a PostgreSQL URL", "no es una URL de PostgreSQL"),
                 say("write postgresql://user@host:5432/database; in a password, write '@' as %40, "
                     "'/' as %2F, '%' as %25",
                     "escriba postgresql://usuario@servidor:5432/base; en una contraseña, '@' se "
                     "escribe %40, '/' es %2F y '%' es %25"));
}

/// libpq cuts a URL at the first '@' and the first '/', so a password that holds one raw would end
/// up, in part, as the host or the database, and be printed as such.
bool has_stray_at(std::string_view url) {
  const auto rest = url.substr(url.find("://") + 3);
  const auto before_query = rest.substr(0, rest.find('?'));
  const auto at = before_query.find('@');
  return at != std::string_view::npos &&
         (before_query.find('@', at + 1) != std::string_view::npos || before_query.find('/') < at);
}

bool is_port_list(std::string_view ports) {
  for (const auto port : split(ports, ',')) {
    if (!port.empty() && !parse_int(port)) return false;
  }
  return true;
}

std::string percent_encode(std::string_view text, std::string_view also_plain) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos || also_plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return encoded;
}

/// user@host:port/database, and the rest as a query. Several hosts, and sockets, go into the query.
std::string as_url(const std::vector<Setting>& settings) {
  std::string user;
  std::string host;
  std::string port;
  std::string database;
  std::string query;
  for (const auto& [keyword, value] : settings) {
    const bool plain_host = value.find_first_of("/,") == std::string::npos;
    if (keyword == "user") {
      user = percent_encode(value, "") + '@';
    } else if (keyword == "host" && plain_host) {
      host = value.find(':') == std::string::npos ? percent_encode(value, "") : '[' + value + ']';
    } else if (keyword == "port" && value.find(',') == std::string::npos) {
      port = ':' + value;
    } else if (keyword == "dbname") {
      database = '/' + percent_encode(value, "");
    } else {
      query += (query.empty() ? '?' : '&') + keyword + '=' + percent_encode(value, "/,:");
    }
  }
  if (database.empty() && !query.empty()) database = "/";
  return "postgresql://" + user + host + port + database + query;
}

std::string as_conninfo(const std::vector<Setting>& settings) {
  std::string conninfo;
  for (const auto& [keyword, value] : settings) {
    if (!conninfo.empty()) conninfo += ' ';
    conninfo += keyword + '=';
    const bool plain = !value.empty() && value.find_first_of(" \t\n'\\") == std::string::npos;
    if (plain) {
      conninfo += value;
      continue;
    }
    conninfo += '\'';
    for (const char c : value) {
      if (c == '\'' || c == '\\') conninfo += '\\';
      conninfo += c;
    }
    conninfo += '\'';
  }
  return conninfo;
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  const std::string text{url};
  if (text.find('\0') != std::string::npos) return malformed_address();
  if (is_url(text) && has_stray_at(text)) return malformed_address();
  char* complaint = nullptr;
  const Options options{PQconninfoParse(text.c_str(), &complaint)};
  PQfreemem(complaint);
  if (!options) return malformed_address();

  Address address;
  std::vector<Setting> settings;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "password") {
      address.password = Secret{option->val};
    } else if (keyword == "sslpassword") {
      address.ssl_password = Secret{option->val};
    } else if (keyword == "application_name") {
      address.application_name = option->val;
    } else if (keyword == "port" && !is_port_list(option->val)) {
      return malformed_address();
    } else {
      settings.push_back({option->keyword, option->val});
    }
  }
  address.url = is_url(text) ? as_url(settings) : as_conninfo(settings);
  return address;
}

}  // namespace plimsoll::postgres
