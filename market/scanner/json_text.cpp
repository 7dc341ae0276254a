#include "scanner/json_text.h"

#include <array>

#include "analytics/decimal_text.h"

namespace plimsoll::market {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kMostPerByte = 6;                    // \u001f

bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

/// Bytes of the well-formed UTF-8 sequence at the front (Unicode, table 3-7); 0: there is none.
std::size_t sequence_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  unsigned least = 0x80;
  unsigned most = 0xBF;
  if (lead == 0xE0) least = 0xA0;
  if (lead == 0xED) most = 0x9F;
  if (lead == 0xF0) least = 0x90;
  if (lead == 0xF4) most = 0x8F;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (!is_continuation(byte(i))) return 0;
  return size;
}

char* write_escaped(char* to, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  *to++ = '\\';
  if (byte == '"' || byte == '\\') {
    *to++ = static_cast<char>(byte);
    return to;
  }
  std::memcpy(to, "u00", 3);
  to[3] = kHex[byte >> 4U];
  to[4] = kHex[byte & 0xFU];
  return to + 5;
}

}  // namespace

void JsonText::add_quoted(std::string_view text) {
  char* at = room(text.size() * kMostPerByte + 2);
  *at++ = '"';
  while (!text.empty()) {
    const auto size = sequence_size(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (size == 0) {
      std::memcpy(at, kReplacement.data(), kReplacement.size());
      at += kReplacement.size();
    } else if (byte < 0x20 || byte == '"' || byte == '\\') {
      at = write_escaped(at, byte);
    } else {
      std::memcpy(at, text.data(), size);
      at += size;
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  *at++ = '"';
  wrote(at);
}

void JsonText::add_whole(std::int64_t value) { wrote(write_whole(room(kMostDigits), value)); }

}  // namespace plimsoll::market
