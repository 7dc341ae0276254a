#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

/// The whole text as a decimal number; empty for anything else, overflow included.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

/// Safe on a terminal and in one line: control characters, escapes and invalid UTF-8 become \n, \t,
/// \xNN. A server's names are input; a table called "a\x1b[2J" must not clear the screen of whoever
/// reads the report.
std::string printable(std::string_view text);

/// Columns the text takes on a terminal: code points of UTF-8, without combining marks; wide East
/// Asian ones count two.
std::size_t display_width(std::string_view utf8);

/// Shell-style pattern: '*' any run, '?' one character; everything else is itself.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace plimsoll
