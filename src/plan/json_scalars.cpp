#include "plan/json_scalars.h"

#include <array>
#include <charconv>

namespace plimsoll::plan_json {
namespace {

constexpr std::string_view kHex = "hex:";
constexpr std::string_view kDigits = "0123456789abcdef";

/// Bytes that follow `lead`; empty for one that begins no character.
std::optional<int> followers(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead <= 0xDF) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  if (lead >= 0xF0 && lead <= 0xF4) return 3;
  return std::nullopt;
}

/// What the second byte may be: this rules out overlong forms, surrogates and what is beyond
/// U+10FFFF.
bool second_fits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const auto more = followers(lead);
    if (!more || text.size() <= static_cast<std::size_t>(*more)) return false;
    for (int i = 1; i <= *more; ++i) {
      const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
      if ((byte & 0xC0U) != 0x80U || (i == 1 && !second_fits(lead, byte))) return false;
    }
    text.remove_prefix(static_cast<std::size_t>(*more) + 1);
  }
  return true;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string encode_bytes(const std::string& raw) {
  if (is_utf8(raw) && !raw.starts_with(kHex)) return raw;
  std::string written{kHex};
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    written += kDigits[byte >> 4U];
    written += kDigits[byte & 0x0FU];
  }
  return written;
}

std::optional<std::string> decode_bytes(const std::string& written) {
  if (!written.starts_with(kHex)) return written;
  const std::string_view digits = std::string_view{written}.substr(kHex.size());
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string raw;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = kDigits.find(digits[i]);
    const auto low = kDigits.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    raw += static_cast<char>(high << 4U | low);
  }
  return raw;
}

std::string encode_stream_id(StreamId id) {
  return std::to_string(id.ms) + "-" + std::to_string(id.sequence);
}

std::optional<StreamId> decode_stream_id(std::string_view written) {
  const auto dash = written.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto ms = whole_number(written.substr(0, dash));
  const auto sequence = whole_number(written.substr(dash + 1));
  if (!ms || !sequence) return std::nullopt;
  return StreamId{*ms, *sequence};
}

}  // namespace plimsoll::plan_json
