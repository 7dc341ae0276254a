// URLs of servers, as an operator or a container's environment gives them.
#include <string>

#include "fuzz.h"
#include "link/docker/address.h"
#include "link/docker/api_version.h"
#include "link/postgres/address.h"
#include "link/redis/address.h"

using namespace plimsoll;

namespace {

bool is_plain(std::string_view text) {
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/") ==
         std::string_view::npos;
}

void check_redis(std::string_view input) {
  const auto address = redis::parse_address(input);
  if (!address) return;
  fuzz::require(address->port > 0 && address->port <= 65535, "a port is a port");
  fuzz::require(address->database >= 0, "a database is not negative");
  // What must be escaped to be shown is shown as it reads best, which may be another address.
  if (!is_plain(address->unix_path) || !is_plain(address->user) || !is_plain(address->host)) return;
  const auto again = redis::parse_address(address->shown());
  fuzz::require(again.has_value(), "what is shown of an address is an address");
  fuzz::require(again->unix_path == address->unix_path && again->database == address->database &&
                    again->tls == address->tls,
                "and the same one");
}

void check_postgres(std::string_view input) {
  const auto address = postgres::parse_address(input);
  if (!address) {
    // Bar what the error says of every such address.
    static const auto kSame = postgres::parse_address("=").error().what.en;
    fuzz::require(input.size() < 8 || kSame.find(input) != std::string::npos ||
                      address.error().what.en.find(input) == std::string::npos,
                  "an address that is not understood is not quoted");
    return;
  }
  const auto again = postgres::parse_address(address->url);
  fuzz::require(again.has_value(), "an address without its password is an address");
  fuzz::require(again->password.empty() && again->ssl_password.empty(), "and has none");
}

void check_docker(std::string_view input) {
  const auto address = docker::parse_address(input);
  if (address) {
    fuzz::require(address->is_unix() || (address->port > 0 && address->port <= 65535),
                  "a port is a port");
    address->may_be_local();
    address->text();
  }
  if (const auto version = docker::parse_api_version(input)) {
    fuzz::require(docker::parse_api_version(version->text()) == version,
                  "a version reads the same again");
    docker::negotiate(*version, version);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  check_redis(input);
  check_postgres(input);
  check_docker(input);
  return 0;
}
