// First line: a password. The rest: a message. However a URL or conninfo is made of them, the
// password does not show.
#include <algorithm>
#include <cctype>
#include <string>

#include "base/secret.h"
#include "fuzz.h"

using namespace plimsoll;

namespace {

// Short ones also occur by chance in the words around them, and one with a star can form again from the stars.
bool is_worth_looking_for(std::string_view password) {
  return password.size() >= 6 && password.find('*') == std::string_view::npos;
}

// What a URL can hold without escapes, and a conninfo without quotes.
bool is_plain(std::string_view password) {
  return std::all_of(password.begin(), password.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           (c < 0x80 &&
            std::string_view{"-._~!$*+%"}.find(static_cast<char>(c)) != std::string_view::npos);
  });
}

// A password that the words around it hold as well ("sslmode") is not hidden by anything.
void require_hidden(const std::string& before, const std::string& password,
                    const std::string& after) {
  if ((before + "***" + after).find(password) != std::string::npos) return;
  fuzz::require(redact(before + password + after).find(password) == std::string::npos,
                "a password in a URL or conninfo does not show");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [first, rest] = fuzz::halves(fuzz::text_of(data, size));
  const std::string password{first};
  const std::string message{rest};
  redact(message);
  const auto safe = redact(message + password + message, Secret{password});
  if (!is_worth_looking_for(password)) return 0;
  fuzz::require(safe.find(password) == std::string::npos, "a secret in a message does not show");
  if (!is_plain(password) || message.find(password) != std::string::npos) return 0;
  require_hidden("postgresql://user:", password, "@host:5432/db");
  require_hidden("redis://:", password, "@host");
  require_hidden("host=h password=", password, " dbname=d");
  require_hidden("host=h password = '", password, "' dbname=d");
  require_hidden("postgresql://host/db?password=", password, "&sslmode=require");
  return 0;
}
