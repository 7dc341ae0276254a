#include "base/language.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>

#include "base/result.h"

namespace plimsoll {
namespace {

char thousands_separator(Language language) { return language == Language::es ? '.' : ','; }
char decimal_point(Language language) { return language == Language::es ? ',' : '.'; }

/// 12536682 → "12,536,682". Spanish leaves four digits together: "1200", but "12.000".
std::string format_count(std::int64_t value, Language language) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  const std::size_t shortest = language == Language::es ? 5 : 4;
  if (digits.size() - first < shortest) return digits;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, thousands_separator(language));
  }
  return digits;
}

std::string format_decimal(double value, int decimals, Language language) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const auto point = text.find('.');
  if (point != std::string::npos) text[point] = decimal_point(language);
  return text;
}

/// Decimal units, as disks and the operators' own reports count: 10,012 MB is 10.0 GB.
std::string format_bytes(double bytes, Language language) {
  constexpr std::array<const char*, 6> kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  double value = bytes;
  while (std::abs(value) >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || std::abs(value) >= 99.95 ? 0 : 1;
  return format_decimal(value, decimals, language) + " " + kUnits.at(unit);
}

std::string format_span(Seconds span, Language language) {
  struct Unit {
    std::int64_t seconds;
    const char *one_en, *many_en, *one_es, *many_es;
  };
  constexpr std::array<Unit, 5> kUnits{{{std::int64_t{86400} * 365, "year", "years", "año", "años"},
                                        {86400, "day", "days", "día", "días"},
                                        {3600, "hour", "hours", "hora", "horas"},
                                        {60, "minute", "minutes", "minuto", "minutos"},
                                        {1, "second", "seconds", "segundo", "segundos"}}};
  const std::int64_t length = std::abs(span.count());
  for (const Unit& unit : kUnits) {
    // Two of the larger unit before it is used: 36 hours say more than 1.5 days.
    if (length < unit.seconds * (unit.seconds > 1 ? 2 : 1) && unit.seconds > 1) continue;
    const std::int64_t count = (length + unit.seconds / 2) / unit.seconds;
    const bool one = count == 1;
    const char* name = language == Language::es ? (one ? unit.one_es : unit.many_es)
                                                : (one ? unit.one_en : unit.many_en);
    return (span.count() < 0 ? "-" : "") + format_count(count, language) + " " + name;
  }
  return {};
}

/// "2025-11-11 17:03 UTC": the one date form that no reader of either language mistakes.
std::string format_instant(Instant instant) {
  const std::string iso = iso8601(instant);
  return iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC";
}

struct Formatter {
  Language language;
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(std::int64_t count) const { return format_count(count, language); }
  std::string operator()(double value) const { return format_decimal(value, 1, language); }
  std::string operator()(Bytes bytes) const {
    return format_bytes(static_cast<double>(bytes.count()), language);
  }
  std::string operator()(BytesPerDay rate) const {
    return format_bytes(rate.bytes, language) + (language == Language::es ? "/día" : "/day");
  }
  std::string operator()(Share share) const {
    const double percent = share.of_one * 100;
    return format_decimal(percent, percent != 0 && std::abs(percent) < 9.95 ? 1 : 0, language) +
           (language == Language::es ? " %" : "%");
  }
  std::string operator()(Seconds span) const { return format_span(span, language); }
  std::string operator()(Instant instant) const { return format_instant(instant); }
  std::string operator()(const Text& text) const { return text.in(language); }
};

std::string render(std::string_view pattern, std::initializer_list<TextArgument> arguments,
                   Language language) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const auto& argument : arguments) store.push_back(format_argument(argument, language));
  try {
    return fmt::vformat(pattern, store);
  } catch (const fmt::format_error&) {
    assert(false && "the braces of a text do not fit its arguments");
    return std::string{pattern};
  }
}

}  // namespace

Language language_of(std::string_view locale) {
  const bool spanish = locale.substr(0, 2) == "es" && (locale.size() == 2 || locale[2] == '_' ||
                                                       locale[2] == '-' || locale[2] == '.');
  return spanish ? Language::es : Language::en;
}

std::string format_argument(const TextArgument& argument, Language language) {
  return std::visit(Formatter{language}, argument);
}

Text say(std::string_view en, std::string_view es, std::initializer_list<TextArgument> arguments) {
  return {render(en, arguments, Language::en), render(es, arguments, Language::es)};
}

Text verbatim(std::string text) { return {text, text}; }

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::unreachable:
      return "unreachable";
    case ErrorCode::denied:
      return "denied";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::conflict:
      return "conflict";
  }
  return "";
}

}  // namespace plimsoll
