#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "apply/compose/yaml_tree.h"

// Where in the text the parts of a YAML file begin and end: the parser says where nodes begin only.
// Whatever is misjudged here is found afterwards, since the result is parsed and compared.
namespace plimsoll::compose {

struct Region {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

std::size_t line_begin(std::string_view text, std::size_t at);
/// Behind the line's break, or the end of the text.
std::size_t next_line(std::string_view text, std::size_t at);
/// "\r\n" or "\n", as the line at `at` ends; that of the line before where it has no end.
std::string_view line_break_at(std::string_view text, std::size_t at);
/// Columns of spaces at the beginning of the line at `at`.
std::size_t indentation_at(std::string_view text, std::size_t at);
/// Nothing but space, or a comment.
bool is_blank_or_comment(std::string_view line);

/// Where the node after this one and all it holds begins; the end of the text where there is none.
std::size_t following_offset(std::string_view text, const YamlNode& root, const YamlNode& node);

enum class ScalarStyle { plain, single_quoted, double_quoted, block };
ScalarStyle scalar_style(std::string_view text, const YamlNode& scalar);

/// The characters of a scalar: inside the quotes; of a block scalar its lines, breaks included.
/// Empty where it has an anchor or a tag, or cannot be told.
std::optional<Region> scalar_region(std::string_view text, const YamlNode& root,
                                    const YamlNode& scalar);

/// Inside the brackets of a flow collection: from behind the opening one to behind the last
/// character that is neither space nor comment. Empty where it cannot be told.
std::optional<Region> flow_region(std::string_view text, const YamlNode& collection);

/// Where a further entry of a block collection is written: at the beginning of a line, behind its
/// last entry and the comments that stand directly below at its own indentation.
std::size_t end_of_block(std::string_view text, const YamlNode& root, const YamlNode& collection);

/// `lines` (each with its line break) put before the line that begins at `at`. A text that does not
/// end in a line break does not afterwards either.
std::string with_lines(std::string_view text, std::size_t at, std::string lines);
std::string replaced(std::string_view text, Region region, std::string_view by);

}  // namespace plimsoll::compose
