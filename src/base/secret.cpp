#include "base/secret.h"

#include <array>
#include <cctype>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr std::string_view kStars = "***";

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) !=
        std::tolower(static_cast<unsigned char>(b[i])))
      return false;
  }
  return true;
}

bool names_a_secret(std::string_view word) {
  constexpr std::array kNames{"password", "passwd", "pass",    "pwd",  "token",       "secret",
                              "key",      "apikey", "api_key", "auth", "sslpassword", "access_key"};
  for (const std::string_view name : kNames) {
    if (equal_ignoring_case(word, name)) return true;
  }
  return false;
}

/// The end of a value in a query (up to '&') or a conninfo (up to a space, quotes honoured).
std::size_t value_end(std::string_view text, std::size_t begin) {
  if (begin < text.size() && text[begin] == '\'') {
    for (std::size_t i = begin + 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '\'') {
        return i + 1;
      }
    }
    return text.size();
  }
  const auto end = text.find_first_of("& \t\r\n", begin);
  return end == std::string_view::npos ? text.size() : end;
}

std::string redact_named_values(std::string_view text) {
  std::string safe;
  std::size_t word = 0;  // where the word that ends here began
  for (std::size_t i = 0; i < text.size(); ++i) {
    safe += text[i];
    if (text[i] == '=' && names_a_secret(trim(text.substr(word, i - word)))) {
      const auto begin = text.find_first_not_of(' ', i + 1);
      const auto end = value_end(text, begin == std::string_view::npos ? text.size() : begin);
      safe += kStars;
      i = end - 1;
    }
    if (i < text.size() && !is_word(text[i]) && text[i] != '=' &&
        !(text[i] == ' ' && i + 1 < text.size() && text[i + 1] == '=')) {
      word = i + 1;
    }
  }
  return safe;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string safe{text};
  for (auto scheme = safe.find("://"); scheme != std::string::npos;
       scheme = safe.find("://", scheme + 3)) {
    const auto authority = scheme + 3;
    // The password may itself hold '@' unescaped, and ':' or '/': the last '@' before a space
    // closes it.
    const auto end = std::min(safe.find_first_of(" \t\r\n\"'<>", authority), safe.size());
    const auto at = safe.rfind('@', end == 0 ? 0 : end - 1);
    if (at == std::string::npos || at < authority) continue;
    const auto colon = safe.find(':', authority);
    if (colon == std::string::npos || colon > at) continue;
    safe.replace(colon + 1, at - colon - 1, kStars);
  }
  return redact_named_values(safe);
}

std::string redact(std::string_view message, const Secret& secret) {
  std::string safe{message};
  if (secret.empty()) return safe;
  for (auto at = safe.find(secret.reveal()); at != std::string::npos;
       at = safe.find(secret.reveal(), at + kStars.size())) {
    safe.replace(at, secret.reveal().size(), kStars);
  }
  return safe;
}

}  // namespace plimsoll
