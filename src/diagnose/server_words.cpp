#include "diagnose/server_words.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace plimsoll {
namespace {

// PostgreSQL's reserved words, those that only functions and types may have included: as the bare
// name of a table or column each of them is a syntax error.
constexpr std::string_view kReserved =
    " all analyse analyze and any array as asc asymmetric authorization binary both case cast check"
    " collate collation column concurrently constraint create cross current_catalog current_date"
    " current_role current_schema current_time current_timestamp current_user default deferrable"
    " desc distinct do else end except false fetch for foreign freeze from full grant group having"
    " ilike in initially inner intersect into is isnull join lateral leading left like limit"
    " localtime localtimestamp natural not notnull null offset on only or order outer overlaps"
    " placing primary references returning right select session_user similar some symmetric"
    " system_user table tablesample then to trailing true union unique user using variadic verbose"
    " when where window with ";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

bool is_plain_identifier(std::string_view name) {
  const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto goes_on = [&](char c) { return starts(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && starts(name.front()) && std::all_of(name.begin(), name.end(), goes_on) &&
         kReserved.find(" " + std::string{name} + " ") == std::string_view::npos;
}

std::string hexadecimal(const char* format, char c) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), format,
                static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text.data();
}

/// Every `quote` doubled: what both of SQL's quotings ask for.
std::string doubled(std::string_view text, char quote) {
  std::string safe;
  for (const char c : text) {
    if (c == quote) safe += quote;
    safe += c;
  }
  return safe;
}

/// 'x\ny': what follows the $ of a shell's own escapes.
std::string ansi_quoted(std::string_view text) {
  std::string escaped = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      escaped += {'\\', c};
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (is_control(c)) {
      escaped += hexadecimal("\\x%02X", c);
    } else {
      escaped += c;
    }
  }
  return escaped + "'";
}

std::string quoted_identifier(std::string_view name) {
  return is_plain_identifier(name) ? std::string{name} : '"' + doubled(name, '"') + '"';
}

std::string qualified_with(std::string_view text, std::string (*quote)(std::string_view)) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return quote(text);
  return quote(text.substr(0, dot)) + "." + quote(text.substr(dot + 1));
}

}  // namespace

std::string sql_identifier(std::string_view name) {
  if (!has_control(name)) return quoted_identifier(name);
  std::string escaped = "U&\"";
  for (const char c : name) {
    if (is_control(c)) {
      escaped += hexadecimal("\\%04X", c);
    } else if (c == '"' || c == '\\') {
      escaped += {c, c};
    } else {
      escaped += c;
    }
  }
  return escaped + "\"";
}

std::string sql_qualified(std::string_view schema_and_name) {
  return qualified_with(schema_and_name, sql_identifier);
}

std::string sql_literal(std::string_view text) {
  if (!has_control(text) && text.find('\\') == std::string_view::npos) {
    return "'" + doubled(text, '\'') + "'";
  }
  std::string escaped = "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      escaped += {c, c};
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (is_control(c)) {
      escaped += hexadecimal("\\x%02X", c);
    } else {
      escaped += c;
    }
  }
  return escaped + "'";
}

std::string sql_regclass(std::string_view schema_and_name) {
  // regclass input knows double quotes but not U&"…": control characters are escaped outside.
  return sql_literal(qualified_with(schema_and_name, quoted_identifier));
}

std::string sql_interval(Seconds length) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 4> kUnits{
      {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
  for (const Unit& unit : kUnits) {
    if (length.count() % unit.seconds != 0) continue;
    const std::int64_t count = length.count() / unit.seconds;
    return "INTERVAL '" + std::to_string(count) + " " + unit.name + (count == 1 ? "'" : "s'");
  }
  return {};
}

std::string redis_argument(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{":_.-/@{}+,=#"}.find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string{text};
  std::string escaped = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      escaped += {'\\', c};
    } else if (c == '\n') {
      escaped += "\\n";
    } else if (is_control(c)) {
      escaped += hexadecimal("\\x%02X", c);
    } else {
      escaped += c;
    }
  }
  return escaped + "\"";
}

std::string shell_argument(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_.-/:@"}.find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string{text};
  if (has_control(text)) return "$" + ansi_quoted(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

}  // namespace plimsoll
