#include "report/markdown_escape.h"

#include <algorithm>

namespace plimsoll {
namespace {

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}

std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kAlways = "\\`*[]<>&|$";
  std::string safe;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    // Inside a word an underscore is a letter; scan_results is easier to read than scan\_results.
    const bool inside =
        at > 0 && at + 1 < text.size() && is_word(text[at - 1]) && is_word(text[at + 1]);
    // "~12" can open a stroke, but nothing that follows can close it as long as those are escaped.
    const bool about = c == '~' && (at == 0 || text[at - 1] == ' ') && at + 1 < text.size() &&
                       text[at + 1] >= '0' && text[at + 1] <= '9';
    if ((c == '~' && !about) || kAlways.find(c) != std::string_view::npos || (c == '_' && !inside))
      safe += '\\';
    safe += c;
  }
  return safe;
}

std::string markdown_code(std::string_view text) {
  if (text.empty()) return "` `";
  const std::string ticks(longest_run(text, '`') + 1, '`');
  const bool pad =
      text.front() == '`' || text.back() == '`' || (text.front() == ' ' && text.back() == ' ');
  const std::string space = pad ? " " : "";
  return ticks + space + std::string{text} + space + ticks;
}

std::string markdown_line_start(std::string line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first == std::string::npos) return line;
  line.erase(0, first);
  constexpr std::string_view kOpeners = "#-+=:";
  if (kOpeners.find(line.front()) != std::string_view::npos) return "\\" + line;
  const std::size_t digits = line.find_first_not_of("0123456789");
  if (digits > 0 && digits < line.size() && (line[digits] == '.' || line[digits] == ')')) {
    line.insert(digits, "\\");
  }
  return line;
}

std::string markdown_cell(std::string_view line) {
  std::string safe;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool escaped = at > 0 && line[at - 1] == '\\';
    if (line[at] == '|' && !escaped) safe += '\\';
    safe += line[at];
  }
  return safe;
}

std::string markdown_fence(std::string_view text) {
  return std::string(std::max<std::size_t>(3, longest_run(text, '`') + 1), '`');
}

}  // namespace plimsoll
