#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/instant.h"

namespace plimsoll {

enum class Language { en, es };

/// "es", "es_ES.UTF-8" and "es-MX" are es; everything else, the empty text included, is en.
Language language_of(std::string_view locale);

/// What an operator reads, in both languages at once: where a text is born both are written side by
/// side, so that neither can be forgotten, and history can be read later in the other one.
struct Text {
  std::string en;
  std::string es;

  const std::string& in(Language language) const { return language == Language::es ? es : en; }
  bool empty() const { return en.empty(); }
  friend bool operator==(const Text&, const Text&) = default;
};

/// A share of one, written as a percentage: Share{0.8} is "80 %" (en "80%").
struct Share {
  double of_one;
};

/// Bytes a day, written as "1.5 GB/day" or "1,5 GB/día".
struct BytesPerDay {
  double bytes;
};

/// A value inside a text. Each language writes it its own way: 12,536,682 and 12.536.682.
/// int64 is a count with thousands separators; double has one decimal; Seconds is a rounded span
/// ("13 days"). An Instant is a date with minutes in UTC.
using TextArgument = std::variant<std::string, std::int64_t, double, Bytes, BytesPerDay, Share,
                                  Seconds, Instant, Text>;

/// say("{} chunks are overdue", "{} chunks están vencidos", {std::int64_t{12}}). Each "{}" takes
/// the next argument; "{1}" names one. A text whose braces do not fit its arguments is a bug and
/// asserts.
Text say(std::string_view en, std::string_view es,
         std::initializer_list<TextArgument> arguments = {});

/// The same text in both languages: names, commands, what a server said.
Text verbatim(std::string text);

std::string format_argument(const TextArgument& argument, Language language);

}  // namespace plimsoll
