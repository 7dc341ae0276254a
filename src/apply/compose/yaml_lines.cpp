#include "apply/compose/yaml_lines.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll::compose {
namespace {

std::string_view line_of(std::string_view text, std::size_t at) {
  const std::size_t begin = line_begin(text, at);
  return text.substr(begin, next_line(text, at) - begin);
}

/// The next node in the order of the file, after `wanted` and all it holds.
const YamlNode* seek(const YamlNode& at, const YamlNode& wanted, bool& passed) {
  if (passed) return &at;
  if (&at == &wanted) {
    passed = true;
    return nullptr;
  }
  for (const YamlNode& item : at.items) {
    if (const YamlNode* found = seek(item, wanted, passed)) return found;
  }
  return nullptr;
}

const YamlNode& last_leaf(const YamlNode& node) {
  return node.items.empty() ? node : last_leaf(node.items.back());
}

/// Behind the last line of a block scalar whose header is on the line at `header`; blank lines at
/// its end are part of it only where it keeps them ("|+").
std::size_t block_scalar_end(std::string_view text, std::size_t header) {
  const std::size_t least = indentation_at(text, header) + 1;
  const bool keeps = text.substr(header, 3).find('+') != std::string_view::npos;
  std::size_t at = next_line(text, header);
  std::size_t end = at;
  std::size_t indentation = 0;
  while (at < text.size()) {
    const bool blank = trim(line_of(text, at)).empty();
    if (!blank) {
      if (indentation == 0) indentation = std::max(least, indentation_at(text, at));
      if (indentation_at(text, at) < indentation) break;
    }
    at = next_line(text, at);
    if (!blank || keeps) end = at;
  }
  return end;
}

/// Of a plain scalar that may go over several lines: up to the last character before `limit` that
/// is neither space nor comment.
std::size_t plain_end(std::string_view text, std::size_t begin, std::size_t limit) {
  std::size_t end = begin;
  for (std::size_t at = begin; at < limit;) {
    const std::size_t next = std::min(next_line(text, at), limit);
    std::string_view line = text.substr(at, next - at);
    if (at != begin && trim(line).starts_with('#')) break;
    const std::size_t comment = std::min(line.find(" #"), line.find("\t#"));
    line = line.substr(0, comment);
    const std::size_t last = line.find_last_not_of(" \t\r\n");
    if (last != std::string_view::npos) end = at + last + 1;
    if (comment != std::string_view::npos) break;
    at = next;
  }
  return end;
}

std::optional<std::size_t> closing_quote(std::string_view text, std::size_t begin, char quote) {
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 >= text.size() || text[at + 1] != quote) return at;
      ++at;  // '' inside single quotes
    }
  }
  return std::nullopt;
}

}  // namespace

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t found = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return found == std::string_view::npos ? 0 : found + 1;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t found = text.find('\n', at);
  return found == std::string_view::npos ? text.size() : found + 1;
}

std::string_view line_break_at(std::string_view text, std::size_t at) {
  std::size_t end = text.find('\n', at);
  if (end == std::string_view::npos) end = text.rfind('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t indentation_at(std::string_view text, std::size_t at) {
  const std::string_view line = line_of(text, at);
  return std::min(line.find_first_not_of(' '), line.size());
}

bool is_blank_or_comment(std::string_view line) {
  line = trim(line);
  return line.empty() || line.front() == '#';
}

std::size_t following_offset(std::string_view text, const YamlNode& root, const YamlNode& node) {
  bool passed = false;
  const YamlNode* next = seek(root, node, passed);
  return next == nullptr ? text.size() : std::min(next->offset, text.size());
}

ScalarStyle scalar_style(std::string_view text, const YamlNode& scalar) {
  const char first = scalar.offset < text.size() ? text[scalar.offset] : ' ';
  if (!scalar.quoted) return ScalarStyle::plain;
  if (first == '\'') return ScalarStyle::single_quoted;
  if (first == '"') return ScalarStyle::double_quoted;
  return ScalarStyle::block;
}

std::optional<Region> scalar_region(std::string_view text, const YamlNode& root,
                                    const YamlNode& scalar) {
  const std::size_t begin = scalar.offset;
  if (scalar.kind != YamlNode::Kind::scalar || scalar.tagged || scalar.anchor != 0 ||
      begin >= text.size())
    return std::nullopt;
  switch (scalar_style(text, scalar)) {
    case ScalarStyle::plain:
      if (text.substr(begin).starts_with(scalar.value))
        return Region{begin, begin + scalar.value.size()};
      return Region{begin, plain_end(text, begin, following_offset(text, root, scalar))};
    case ScalarStyle::single_quoted:
    case ScalarStyle::double_quoted: {
      const auto end = closing_quote(text, begin + 1, text[begin]);
      return end ? std::optional{Region{begin + 1, *end}} : std::nullopt;
    }
    case ScalarStyle::block:
      if (text[begin] != '|' && text[begin] != '>') return std::nullopt;
      return Region{next_line(text, begin), block_scalar_end(text, begin)};
  }
  return std::nullopt;
}

std::optional<Region> flow_region(std::string_view text, const YamlNode& collection) {
  const std::size_t begin = collection.offset;
  if (!collection.flow || collection.tagged || collection.anchor != 0 || begin >= text.size() ||
      (text[begin] != '{' && text[begin] != '['))
    return std::nullopt;
  int depth = 0;
  std::size_t last = begin + 1;  // behind the last character that says something
  bool token_begins = true;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const bool after_space =
        at > 0 && std::string_view{" \t\n"}.find(text[at - 1]) != std::string_view::npos;
    if (c == '#' && after_space) {
      at = next_line(text, at) - 1;
      continue;
    }
    if ((c == ']' || c == '}') && --depth == 0) return Region{begin + 1, last};
    if (c == '[' || c == '{') ++depth;
    if (token_begins && (c == '"' || c == '\'')) {
      const auto end = closing_quote(text, at + 1, c);
      if (!end) return std::nullopt;
      at = *end;
    }
    token_begins = std::string_view{"[{,:"}.find(c) != std::string_view::npos;
    last = at + 1;
  }
  return std::nullopt;
}

std::size_t end_of_block(std::string_view text, const YamlNode& root, const YamlNode& collection) {
  const std::size_t limit = line_begin(text, following_offset(text, root, collection));
  const bool at_end = following_offset(text, root, collection) == text.size();
  const std::size_t stop = at_end ? text.size() : limit;
  std::size_t end = next_line(text, collection.offset);
  for (std::size_t at = end; at < stop; at = next_line(text, at)) {
    const std::string_view line = line_of(text, at);
    if (!is_blank_or_comment(line) && !line.starts_with("...")) end = next_line(text, at);
  }
  const YamlNode& leaf = last_leaf(collection);
  const bool block = leaf.kind == YamlNode::Kind::scalar && leaf.quoted &&
                     scalar_style(text, leaf) == ScalarStyle::block;
  if (block) end = std::max(end, std::min(stop, block_scalar_end(text, leaf.offset)));
  while (end < stop) {
    const std::string_view line = line_of(text, end);
    if (!trim(line).starts_with('#') ||
        indentation_at(text, end) < static_cast<std::size_t>(collection.items.front().column))
      break;
    end = next_line(text, end);
  }
  return end;
}

std::string with_lines(std::string_view text, std::size_t at, std::string lines) {
  std::string result{text.substr(0, at)};
  if (at == text.size() && !text.empty() && text.back() != '\n') {
    const std::string line_break{line_break_at(text, at)};
    lines.resize(lines.size() - line_break.size());
    result += line_break;
  }
  return result.append(lines).append(text.substr(at));
}

std::string replaced(std::string_view text, Region region, std::string_view by) {
  return std::string{text.substr(0, region.begin)}.append(by).append(text.substr(region.end));
}

}  // namespace plimsoll::compose
