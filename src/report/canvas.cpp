#include "report/canvas.h"

#include <algorithm>

#include "base/text.h"
#include "report/command_words.h"

namespace plimsoll {
namespace {

constexpr int kNarrowest = 40;  // below it words would be cut more often than not

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::normal:
      return "";
    case Ink::strong:
      return "\x1b[1m";
    case Ink::faint:
      return "\x1b[2m";
    case Ink::alarm:
      return "\x1b[1;97;41m";
    case Ink::bad:
      return "\x1b[1;31m";
    case Ink::warn:
      return "\x1b[33m";
    case Ink::good:
      return "\x1b[32m";
    case Ink::note:
      return "\x1b[36m";
  }
  return "";
}

std::string_view continuation_of(std::string_view command) {
  return kind_of_command(command) == CommandKind::shell ? " \\" : "";
}

/// Only SQL and shell commands may go on in a next line.
bool may_continue(std::string_view command) {
  const CommandKind kind = kind_of_command(command);
  return kind == CommandKind::sql || kind == CommandKind::shell;
}

}  // namespace

Canvas::Canvas(Language language, const TextStyle& style)
    : language_{language},
      glyphs_{glyphs(style.utf8)},
      columns_{static_cast<std::size_t>(std::max(style.columns, kNarrowest))},
      colour_{style.colour} {}

std::string Canvas::word(std::string_view en, std::string_view es,
                         std::initializer_list<TextArgument> arguments) const {
  return say(en, es, arguments).in(language_);
}

std::string Canvas::value(const TextArgument& argument) const {
  return format_argument(argument, language_);
}

std::string Canvas::paint(std::string_view text, Ink ink) const {
  if (!colour_ || ink == Ink::normal || text.empty()) return std::string{text};
  return std::string{code_of(ink)} + std::string{text} + "\x1b[0m";
}

void Canvas::line(std::string_view text) {
  out_ += text;
  while (!out_.empty() && out_.back() == ' ') out_.pop_back();
  out_ += '\n';
}

void Canvas::words(std::size_t indent, std::string_view text, Ink ink) {
  for (const std::string& part : wrap(text, columns_ - std::min(columns_ - 1, indent))) {
    line(std::string(indent, ' ') + paint(part, ink));
  }
}

void Canvas::labelled(std::size_t indent, std::string_view label, std::size_t label_columns,
                      std::string_view text, Ink ink) {
  const std::size_t from = indent + label_columns + 1;
  bool first = true;
  for (const std::string& part : wrap(text, columns_ - std::min(columns_ - 1, from))) {
    const std::string head = left(first ? label : "", label_columns, glyphs_);
    line(std::string(indent, ' ') + paint(head, Ink::faint) + " " + paint(part, ink));
    first = false;
  }
}

void Canvas::section(std::string_view title) {
  line();
  const std::size_t used = display_width(title) + 1;
  line(paint(title, Ink::strong) + " " +
       paint(repeat(glyphs_.rule, columns_ - std::min(columns_, used)), Ink::faint));
}

void Canvas::command(std::size_t indent, std::string_view text) {
  const bool continued = may_continue(text);
  for (const std::string& whole : command_lines(text)) {
    const std::vector<std::string> parts =
        continued ? continue_command(whole, columns_ - indent, continuation_of(text))
                  : std::vector<std::string>{whole};
    for (const std::string& part : parts) line(std::string(indent, ' ') + paint(part, Ink::note));
  }
}

}  // namespace plimsoll
