#include "analytics/decimal_text.h"

#include <array>
#include <chrono>
#include <cstring>

namespace plimsoll::market {
namespace {

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

char* write_unsigned(char* to, std::uint64_t value) {
  std::array<char, kMostDigits> digits;
  char* const end = digits.data() + digits.size();
  char* first = end;
  while (value >= 100) {
    first -= 2;
    std::memcpy(first, &kPairs[(value % 100) * 2], 2);
    value /= 100;
  }
  if (value >= 10) {
    first -= 2;
    std::memcpy(first, &kPairs[value * 2], 2);
  } else {
    *--first = static_cast<char>('0' + value);
  }
  const auto size = static_cast<std::size_t>(end - first);
  std::memcpy(to, first, size);
  return to + size;
}

std::uint64_t magnitude(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? ~bits + 1 : bits;
}

char* write_two(char* to, unsigned value) {
  std::memcpy(to, &kPairs[std::size_t{value} * 2], 2);
  return to + 2;
}

}  // namespace

char* write_whole(char* to, std::int64_t value) {
  if (value < 0) *to++ = '-';
  return write_unsigned(to, magnitude(value));
}

char* write_decimal(char* to, std::int64_t ten_thousandths) {
  if (ten_thousandths < 0) *to++ = '-';
  const auto all = magnitude(ten_thousandths);
  to = write_unsigned(to, all / 10'000);
  const auto fraction = static_cast<unsigned>(all % 10'000);
  if (fraction == 0) return to;
  *to++ = '.';
  write_two(to, fraction / 100);
  write_two(to + 2, fraction % 100);
  to += 4;
  while (to[-1] == '0') --to;
  return to;
}

char* write_instant(char* to, std::int64_t unix_ms) {
  using std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> instant{milliseconds{unix_ms}};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const auto of_day = static_cast<unsigned>((instant - day).count());
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  to = write_two(to, year / 100 % 100);
  to = write_two(to, year % 100);
  *to++ = '-';
  to = write_two(to, static_cast<unsigned>(date.month()));
  *to++ = '-';
  to = write_two(to, static_cast<unsigned>(date.day()));
  *to++ = 'T';
  to = write_two(to, of_day / 3'600'000);
  *to++ = ':';
  to = write_two(to, of_day / 60'000 % 60);
  *to++ = ':';
  to = write_two(to, of_day / 1000 % 60);
  *to++ = '.';
  *to++ = static_cast<char>('0' + of_day % 1000 / 100);
  to = write_two(to, of_day % 100);
  *to++ = 'Z';
  return to;
}

}  // namespace plimsoll::market
