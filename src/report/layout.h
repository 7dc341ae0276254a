#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll {

/// What a report may draw with. Plain is for terminals whose locale is not UTF-8: the words keep
/// their tildes, the ornaments become ASCII.
struct Glyphs {
  std::string_view ellipsis, dot, rule, arrow, full, empty;
  bool eighths;  ///< the last cell of a bar may be a part of a block
};
const Glyphs& glyphs(bool utf8);

/// At most `columns` wide on a terminal; what does not fit is cut and ends in the ellipsis.
std::string fit(std::string_view text, std::size_t columns, const Glyphs& with);

/// fit(), then filled with spaces to exactly `columns`. A number goes to the right of its column.
std::string left(std::string_view text, std::size_t columns, const Glyphs& with);
std::string right(std::string_view text, std::size_t columns, const Glyphs& with);

/// The middle is cut instead of the end: both ends of "postgres/main/table/public.scan_results"
/// tell more than its middle.
std::string fit_middle(std::string_view text, std::size_t columns, const Glyphs& with);

/// Lines of at most `columns`, broken between words; a word longer than a line is broken where the
/// line ends. Newlines in the text stay. Never empty: the empty text is one empty line.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// A horizontal bar of exactly `columns`: share 0 is empty, 1 and more is full. A share above zero
/// shows at least something.
std::string bar(double share, std::size_t columns, const Glyphs& with);

/// `glyph` repeated.
std::string repeat(std::string_view glyph, std::size_t times);

/// One command line as lines that can be pasted back: what is longer than `columns` is continued at
/// spaces outside quotes, indented by two; `continuation` is what the language wants at the end of
/// a line that goes on (" \\" for a shell, nothing for SQL). No token is ever broken, so a line may
/// stay longer than `columns`; a comment ("-- …") is one token.
std::vector<std::string> continue_command(std::string_view command, std::size_t columns,
                                          std::string_view continuation);

}  // namespace plimsoll
