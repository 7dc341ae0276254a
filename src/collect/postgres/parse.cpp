#include "collect/postgres/parse.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr double kDay = 86400;
constexpr double kLongest = 1e11;  // seconds: some 3,000 years; more is no window of anything

/// Seconds of one of a unit, by any of its spellings.
std::optional<double> unit_seconds(std::string_view unit) {
  if (unit.size() > 1 && unit.back() == 's' && unit != "ms" && unit != "us") unit.remove_suffix(1);
  struct Spelling {
    std::string_view name;
    double seconds;
  };
  constexpr std::array<Spelling, 16> kUnits{{{"year", 360 * kDay},
                                             {"yr", 360 * kDay},
                                             {"mon", 30 * kDay},
                                             {"month", 30 * kDay},
                                             {"week", 7 * kDay},
                                             {"day", kDay},
                                             {"d", kDay},
                                             {"hour", 3600},
                                             {"hr", 3600},
                                             {"h", 3600},
                                             {"minute", 60},
                                             {"min", 60},
                                             {"m", 60},
                                             {"second", 1},
                                             {"sec", 1},
                                             {"s", 1}}};
  for (const auto& [name, seconds] : kUnits) {
    if (unit == name) return seconds;
  }
  return std::nullopt;
}

/// "-04:05:06.7"
std::optional<double> parse_clock(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto parts = split(text, ':');
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
  double seconds = 0;
  double scale = 3600;
  for (const auto part : parts) {
    const auto number = parse_double(part);
    if (!number || *number < 0) return std::nullopt;
    seconds += *number * scale;
    scale /= 60;
  }
  return negative ? -seconds : seconds;
}

std::optional<Seconds> whole_seconds(double seconds) {
  if (!std::isfinite(seconds) || std::abs(seconds) > kLongest) return std::nullopt;
  return Seconds{static_cast<std::int64_t>(seconds)};
}

/// "P1Y2M3DT4H5M6S": M is months before the T and minutes after it.
std::optional<Seconds> parse_iso_interval(std::string_view text) {
  double total = 0;
  bool in_time = false;
  bool any = false;
  std::size_t begin = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= '0' && c <= '9') || c == '.' || c == '-') continue;
    if (c == 'T') {
      in_time = true;
    } else {
      const auto number = parse_double(text.substr(begin, i - begin));
      const std::string_view unit = c == 'Y'               ? "year"
                                    : c == 'M' && !in_time ? "mon"
                                    : c == 'W'             ? "week"
                                    : c == 'D'             ? "day"
                                    : c == 'H'             ? "hour"
                                    : c == 'M'             ? "min"
                                    : c == 'S'             ? "sec"
                                                           : "";
      const auto seconds = unit_seconds(unit);
      if (!number || !seconds) return std::nullopt;
      total += *number * *seconds;
      any = true;
    }
    begin = i + 1;
  }
  if (!any || begin != text.size()) return std::nullopt;
  return whole_seconds(total);
}

}  // namespace

std::optional<Seconds> parse_interval(std::string_view text) {
  text = trim(text);
  if (text.starts_with('P')) return parse_iso_interval(text);
  double total = 0;
  bool any = false;
  bool ago = false;
  double number = 0;
  bool unit_follows = false;
  for (const auto word : split(text, ' ')) {
    if (word.empty() || (word == "@" && !any)) continue;
    if (word == "ago" && any && !unit_follows) {
      ago = true;
      continue;
    }
    if (unit_follows) {
      const auto seconds = unit_seconds(word);
      if (!seconds) return std::nullopt;
      total += number * *seconds;
      unit_follows = false;
      any = true;
    } else if (word.find(':') != std::string_view::npos) {
      const auto clock = parse_clock(word);
      if (!clock) return std::nullopt;
      total += *clock;
      any = true;
    } else {
      const auto parsed = parse_double(word.starts_with('+') ? word.substr(1) : word);
      if (!parsed) return std::nullopt;
      number = *parsed;
      unit_follows = true;
    }
  }
  if (!any || unit_follows) return std::nullopt;
  return whole_seconds(ago ? -total : total);
}

std::optional<std::vector<std::string>> parse_array(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> elements;
  std::size_t i = 0;
  while (i < text.size()) {
    std::string element;
    const bool quoted = text[i] == '"';
    if (quoted) ++i;
    bool closed = !quoted;
    for (; i < text.size() && (quoted || text[i] != ','); ++i) {
      if (quoted && text[i] == '"') {
        closed = true;
        ++i;
        break;
      }
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      if (!quoted && (text[i] == '{' || text[i] == '}')) return std::nullopt;
      element += text[i];
    }
    if (!closed || (i < text.size() && text[i] != ',')) return std::nullopt;
    if (quoted || element != "NULL") elements.push_back(std::move(element));
    ++i;
    if (i == text.size()) return std::nullopt;  // a comma with nothing behind it
  }
  return elements;
}

namespace {

RangeValue parse_bound_value(std::string_view text) {
  if (const auto number = parse_int(text)) return *number;
  if (const auto instant = parse_iso8601(text)) return *instant;
  return std::monostate{};
}

/// The first of ('2025-11-01', MINVALUE).
RangeValue first_value(std::string_view list) {
  list = trim(list);
  if (!list.starts_with('(')) return std::monostate{};
  list = trim(list.substr(1));
  if (list.starts_with('\'')) {
    const auto end = list.find('\'', 1);
    if (end == std::string_view::npos) return std::monostate{};
    return parse_bound_value(list.substr(1, end - 1));
  }
  return parse_bound_value(trim(list.substr(0, list.find_first_of(",)"))));
}

/// Where `word` stands outside of quotes.
std::size_t find_unquoted(std::string_view text, std::string_view word) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (!quoted && text.substr(i).starts_with(word)) return i;
  }
  return std::string_view::npos;
}

}  // namespace

PartitionBound parse_bound(std::string_view expression) {
  PartitionBound bound;
  expression = trim(expression);
  if (expression == "DEFAULT") {
    bound.is_default = true;
    return bound;
  }
  constexpr std::string_view kFrom = "FOR VALUES FROM ";
  if (!expression.starts_with(kFrom)) return bound;
  expression.remove_prefix(kFrom.size());
  constexpr std::string_view kTo = ") TO (";
  const auto to = find_unquoted(expression, kTo);
  if (to == std::string_view::npos) return bound;
  bound.from = first_value(expression.substr(0, to + 1));
  bound.to = first_value(expression.substr(to + kTo.size() - 1));
  return bound;
}

std::optional<EpochUnit> epoch_unit(std::int64_t value, Instant now) {
  constexpr std::int64_t kFrom = 631'152'000;  // 1990
  const auto until = std::chrono::floor<Seconds>(now.time_since_epoch()).count() + 3650 * 86400LL;
  std::int64_t scale = 1;
  for (const auto unit : {EpochUnit::seconds, EpochUnit::milliseconds, EpochUnit::microseconds,
                          EpochUnit::nanoseconds}) {
    if (value / scale >= kFrom && value / scale <= until) return unit;
    scale *= 1000;
  }
  return std::nullopt;
}

Instant instant_of(std::int64_t value, EpochUnit unit) {
  // Beyond this a number of seconds or milliseconds does not fit in microseconds.
  constexpr std::int64_t kLimit = 9'000'000'000'000;
  switch (unit) {
    case EpochUnit::seconds:
      return instant_of_unix_seconds(std::clamp<std::int64_t>(value, -kLimit, kLimit));
    case EpochUnit::milliseconds:
      return instant_of_unix_ms(std::clamp<std::int64_t>(value, -kLimit * 1000, kLimit * 1000));
    case EpochUnit::microseconds:
      return Instant{std::chrono::microseconds{value}};
    case EpochUnit::nanoseconds:
      break;
  }
  return Instant{std::chrono::microseconds{value / 1000}};
}

std::string_view abbreviation(EpochUnit unit) {
  constexpr std::array<std::string_view, 4> kNames{"s", "ms", "us", "ns"};
  return kNames.at(static_cast<std::size_t>(unit));
}

std::optional<Instant> parse_time_value(std::string_view text, std::optional<EpochUnit> unit) {
  if (!unit) return parse_iso8601(text);
  const auto number = parse_int(text);
  if (!number) return std::nullopt;
  return instant_of(*number, *unit);
}

}  // namespace plimsoll
