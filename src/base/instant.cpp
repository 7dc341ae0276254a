#include "base/instant.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace plimsoll {
namespace {

/// Takes `digits` decimal digits off the front; empty when they are not there.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto number = text.substr(0, digits);
  if (number.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<int>(*parse_int(number));
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// Digits after the point, as microseconds; more than six are cut off.
std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return std::chrono::microseconds{0};
  std::int64_t value = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits < 6) value = value * 10 + (text.front() - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) value *= 10;
  return std::chrono::microseconds{value};
}

/// "", "Z", "+00", "-05:30", "+0530".
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  using std::chrono::minutes;
  if (text.empty() || take(text, 'Z')) return minutes{0};
  const bool negative = text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours) return std::nullopt;
  minutes offset{*hours * 60};
  if (!text.empty()) {
    take(text, ':');
    const auto rest = take_number(text, 2);
    if (!rest) return std::nullopt;
    offset += minutes{*rest};
  }
  return negative ? -offset : offset;
}

}  // namespace

std::string iso8601(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date{day};
  const auto in_day = instant - day;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(in_day).count();
  const auto micros = (in_day % std::chrono::seconds{1}).count();
  std::array<char, 64> buffer{};
  auto length = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d",
                              static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                              static_cast<unsigned>(date.day()), static_cast<int>(seconds / 3600),
                              static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  std::string text{buffer.data(), static_cast<std::size_t>(length)};
  if (micros != 0) {
    length = std::snprintf(buffer.data(), buffer.size(), ".%06d", static_cast<int>(micros));
    text.append(buffer.data(), static_cast<std::size_t>(length));
  }
  return text + 'Z';
}

std::optional<Instant> parse_iso8601(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const Instant midnight{std::chrono::sys_days{date}};
  if (text.empty()) return midnight;

  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return midnight + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + *fraction - *offset;
}

}  // namespace plimsoll
