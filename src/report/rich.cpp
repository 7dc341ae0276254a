#include <algorithm>

#include "base/text.h"
#include "report/document.h"

namespace plimsoll {
namespace {

// Inside a pattern the marks become controls, which no printable text has: what an argument brings
// along can never open or close one.
constexpr char kStrong = '\x01';
constexpr char kCode = '\x02';

std::string marked(std::string_view pattern) {
  std::string text{pattern};
  std::replace(text.begin(), text.end(), '*', kStrong);
  std::replace(text.begin(), text.end(), '`', kCode);
  return text;
}

TextArgument safe(const TextArgument& argument) {
  if (const auto* text = std::get_if<std::string>(&argument)) return printable(*text);
  if (const auto* text = std::get_if<Text>(&argument)) {
    return Text{printable(text->en), printable(text->es)};
  }
  return argument;
}

Span::Style toggled(Span::Style style, char mark) {
  if (style != Span::Style::plain) return Span::Style::plain;
  return mark == kStrong ? Span::Style::strong : Span::Style::code;
}

}  // namespace

Line rich(Language language, std::string_view en, std::string_view es,
          std::initializer_list<TextArgument> arguments) {
  std::string text = marked(language == Language::es ? es : en);
  std::size_t next = 0;
  for (const TextArgument& argument : arguments) {
    const std::size_t at = text.find("{}", next);
    if (at == std::string::npos) break;
    const std::string value = format_argument(safe(argument), language);
    text.replace(at, 2, value);
    next = at + value.size();
  }
  Line line;
  Span span;
  for (const char c : text) {
    if (c != kStrong && c != kCode) {
      span.text += c;
      continue;
    }
    if (!span.text.empty()) line.push_back(span);
    span = {toggled(span.style, c), {}};
  }
  if (!span.text.empty()) line.push_back(std::move(span));
  return line;
}

Line plain(std::string_view text) { return {{Span::Style::plain, printable(text)}}; }
Line code(std::string_view text) { return {{Span::Style::code, printable(text)}}; }

}  // namespace plimsoll
