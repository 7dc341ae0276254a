#include "plan/sql_text.h"

#include <algorithm>
#include <cctype>

namespace plimsoll::sql {
namespace {

std::string enclosed(std::string_view text, char quote) {
  std::string safe{quote};
  for (const char c : text) {
    if (c == quote) safe += quote;
    safe += c;
  }
  return safe + quote;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

/// Where the identifier that begins at `at` ends, quotes and a schema included.
std::size_t end_of_name(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] != '"') continue;
        if (at + 1 >= text.size() || text[at + 1] != '"') break;
        ++at;
      }
      ++at;
    } else {
      while (at < text.size() && is_word(text[at])) ++at;
    }
    if (at >= text.size() || text[at] != '.') break;
    ++at;
  }
  return std::min(at, text.size());
}

/// Where `word` (with its blanks) first stands outside of double quotes.
std::size_t find_outside_quotes(std::string_view text, std::string_view word) {
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') inside = !inside;
    if (!inside && text.substr(i).starts_with(word)) return i;
  }
  return std::string_view::npos;
}

std::string unquoted(std::string_view name) {
  if (name.empty() || name.front() != '"') return std::string{name};
  std::string plain;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    plain += name[i];
    if (name[i] == '"') ++i;
  }
  return plain;
}

std::string lower(std::string_view text) {
  std::string small{text};
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

}  // namespace

std::string quoted(std::string_view name) { return enclosed(name, '"'); }

std::string quoted(const TableName& name) { return quoted(name.schema) + "." + quoted(name.name); }

std::string literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return enclosed(text, '\'');
  std::string safe = "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') safe += c;
    safe += c;
  }
  return safe + '\'';
}

std::string for_table(std::string statement, const TableName& table) {
  constexpr std::string_view kMark = "{table}";
  const std::string name = quoted(table);
  for (auto at = statement.find(kMark); at != std::string::npos;
       at = statement.find(kMark, at + name.size())) {
    statement.replace(at, kMark.size(), name);
  }
  return statement;
}

std::string_view index_body(std::string_view definition) {
  const auto at = find_outside_quotes(definition, " USING ");
  return at == std::string_view::npos ? std::string_view{} : definition.substr(at + 1);
}

TriggerParts trigger_parts(std::string_view definition) {
  constexpr std::string_view kOn = " ON ";
  const auto at = find_outside_quotes(definition, kOn);
  if (at == std::string_view::npos) return {};
  const auto begin = at + kOn.size();
  return {definition.substr(0, begin), definition.substr(end_of_name(definition, begin))};
}

StatisticsParts statistics_parts(std::string_view statement) {
  constexpr std::string_view kCreate = "CREATE STATISTICS ";
  if (!statement.starts_with(kCreate)) return {};
  const auto end = end_of_name(statement, kCreate.size());
  const auto name = statement.substr(kCreate.size(), end - kCreate.size());
  const auto dot = find_outside_quotes(name, ".");
  if (dot == std::string_view::npos) return {};
  return {{unquoted(name.substr(0, dot)), unquoted(name.substr(dot + 1))}, statement.substr(end)};
}

bool mentions(std::string_view text, std::string_view name) {
  const std::string all = lower(text);
  const std::string word = lower(name);
  for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word(all[at - 1])) && (end >= all.size() || !is_word(all[end])))
      return true;
  }
  return false;
}

}  // namespace plimsoll::sql
