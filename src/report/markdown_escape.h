#pragma once

#include <string>
#include <string_view>

namespace plimsoll {

/// Text that Markdown (CommonMark and GitHub's) shows as it is, inside a line: a table called
/// "a|b <script>" stays a name.
std::string markdown_text(std::string_view text);

/// The same for a code span, whatever backticks the text has.
std::string markdown_code(std::string_view text);

/// A finished line made safe at the start of a paragraph or item, where "# ", "- " and "1." would
/// open something else.
std::string markdown_line_start(std::string line);

/// A finished line made safe inside a table: a bar ends a cell even within a code span.
std::string markdown_cell(std::string_view line);

/// A fence longer than any run of backticks in the text.
std::string markdown_fence(std::string_view text);

}  // namespace plimsoll
