#include "demo/dormant_consumer.h"

#include <cstdint>

namespace plimsoll {
namespace {

constexpr std::size_t kChecksumBytes = 8;

/// CRC-64 of Jones, reflected, as redis/src/crc64.c computes it.
std::uint64_t crc64(std::string_view bytes) {
  constexpr std::uint64_t kPolynomial = 0x95AC9329AC4BC9B5ULL;  // 0xAD93D23594C935A9, bits reversed
  std::uint64_t crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
  }
  return crc;
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

void put_little_endian(std::string& text, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) text[at + i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
}

}  // namespace

std::string with_consumer_last_seen(std::string dump, const std::string& consumer, Instant seen) {
  // A string is its length and its bytes; after a consumer's name comes its seen time in
  // milliseconds, and since Redis 7.2 its active time, which is near it.
  const std::string name = static_cast<char>(consumer.size()) + consumer;
  const auto found = dump.find(name);
  if (consumer.size() > 63 || found == std::string::npos) return dump;
  const auto seen_ms = static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(seen).time_since_epoch().count());
  std::size_t at = found + name.size();
  if (at + 16 + kChecksumBytes > dump.size()) return dump;
  const std::uint64_t before = little_endian(std::string_view{dump}.substr(at));
  put_little_endian(dump, at, seen_ms);
  const std::uint64_t next = little_endian(std::string_view{dump}.substr(at + 8));
  constexpr std::uint64_t kDay = 86'400'000;
  if (next + kDay > before && next < before + kDay) put_little_endian(dump, at + 8, seen_ms);
  const std::size_t body = dump.size() - kChecksumBytes;
  put_little_endian(dump, body, crc64(std::string_view{dump}.substr(0, body)));
  return dump;
}

}  // namespace plimsoll
