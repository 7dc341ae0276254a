#include "report/layout.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr Glyphs kUtf8{"…", "·", "─", "→", "█", "░", true};
constexpr Glyphs kAscii{"~", "-", "-", "->", "#", ".", false};

/// Bytes of the first character of a text that is not empty. Invalid bytes count one by one, as
/// display_width() does.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    ++length;
  }
  return static_cast<unsigned char>(text.front()) < 0x80 ? 1 : length;
}

/// The longest beginning that is at most `columns` wide.
std::string_view head_of(std::string_view text, std::size_t columns) {
  std::size_t taken = 0;
  std::size_t width = 0;
  while (taken < text.size()) {
    const std::size_t length = character_length(text.substr(taken));
    const std::size_t wide = display_width(text.substr(taken, length));
    if (width + wide > columns) break;
    width += wide;
    taken += length;
  }
  return text.substr(0, taken);
}

/// The longest end that is at most `columns` wide.
std::string_view tail_of(std::string_view text, std::size_t columns) {
  while (display_width(text) > columns) text.remove_prefix(character_length(text));
  return text;
}

void wrap_paragraph(std::string_view text, std::size_t columns, std::vector<std::string>& lines) {
  const std::size_t lines_before = lines.size();
  std::string line;
  std::size_t width = 0;
  for (std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && width + 1 + display_width(word) > columns) {
      lines.push_back(std::move(line));
      line.clear();
      width = 0;
    }
    while (line.empty() && display_width(word) > columns) {
      std::string_view head = head_of(word, columns);
      if (head.empty()) head = word.substr(0, character_length(word));  // wider than a whole line
      lines.emplace_back(head);
      word.remove_prefix(head.size());
    }
    if (!line.empty()) line += ' ';
    line += word;
    width = display_width(line);
  }
  if (!line.empty() || lines.size() == lines_before) lines.push_back(std::move(line));
}

/// Where a line that must go on is broken: at the last space outside quotes that fits, or, if that
/// keeps more than half of the line, after the last comma; npos where there is no space. A quote
/// doubled inside a quoted text closes and opens it again, which comes to the same.
std::size_t break_before(std::string_view text, std::size_t columns) {
  char quote = 0;
  std::size_t best = std::string_view::npos;
  std::size_t comma = std::string_view::npos;
  const auto chosen = [&] {
    return comma != std::string_view::npos && comma * 2 > best ? comma : best;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == '-' && text.substr(at, 3) == "-- ") {
      return at == 0 || best == std::string_view::npos ? std::string_view::npos : best;
    } else if (c == ' ' && at > 0) {
      // Past the width, the first chance is taken: a long token stays whole.
      const bool fits = display_width(text.substr(0, at)) <= columns;
      if (!fits) return best != std::string_view::npos ? chosen() : at;
      best = at;
      if (text[at - 1] == ',') comma = at;
    }
  }
  return chosen();
}

}  // namespace

const Glyphs& glyphs(bool utf8) { return utf8 ? kUtf8 : kAscii; }

std::string fit(std::string_view text, std::size_t columns, const Glyphs& with) {
  if (display_width(text) <= columns) return std::string{text};
  const std::size_t mark = display_width(with.ellipsis);
  if (columns < mark) return {};
  return std::string{head_of(text, columns - mark)} + std::string{with.ellipsis};
}

std::string fit_middle(std::string_view text, std::size_t columns, const Glyphs& with) {
  if (display_width(text) <= columns) return std::string{text};
  const std::size_t mark = display_width(with.ellipsis);
  if (columns < mark + 2) return fit(text, columns, with);
  const std::size_t room = columns - mark;
  const std::string_view head = head_of(text, room / 3);
  return std::string{head} + std::string{with.ellipsis} +
         std::string{tail_of(text, room - display_width(head))};
}

std::string left(std::string_view text, std::size_t columns, const Glyphs& with) {
  std::string cell = fit(text, columns, with);
  return cell.append(columns - display_width(cell), ' ');
}

std::string right(std::string_view text, std::size_t columns, const Glyphs& with) {
  const std::string cell = fit(text, columns, with);
  return std::string(columns - display_width(cell), ' ') + cell;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  for (const std::string_view paragraph : split(text, '\n')) {
    wrap_paragraph(paragraph, std::max<std::size_t>(columns, 1), lines);
  }
  return lines;
}

std::string bar(double share, std::size_t columns, const Glyphs& with) {
  constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double clamped = std::isnan(share) ? 0.0 : std::clamp(share, 0.0, 1.0);
  const std::size_t parts = with.eighths ? kEighths.size() : 1;
  auto filled =
      static_cast<std::size_t>(std::lround(clamped * static_cast<double>(columns * parts)));
  if (clamped > 0 && filled == 0 && columns > 0) filled = 1;
  std::string drawn = repeat(with.full, filled / parts);
  const bool partial = filled % parts != 0;
  if (partial) drawn += kEighths.at(filled % parts);
  return drawn + repeat(with.empty, columns - filled / parts - (partial ? 1 : 0));
}

std::string repeat(std::string_view glyph, std::size_t times) {
  std::string text;
  text.reserve(glyph.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += glyph;
  return text;
}

std::vector<std::string> continue_command(std::string_view command, std::size_t columns,
                                          std::string_view continuation) {
  std::vector<std::string> lines;
  std::string indent;
  while (display_width(command) + indent.size() > columns) {
    const std::size_t room = columns - std::min(columns, indent.size() + continuation.size());
    const std::size_t at = break_before(command, room);
    if (at == std::string_view::npos) break;
    lines.push_back(indent + std::string{command.substr(0, at)} + std::string{continuation});
    command.remove_prefix(at + 1);
    indent = "  ";
  }
  lines.push_back(indent + std::string{command});
  return lines;
}

}  // namespace plimsoll
