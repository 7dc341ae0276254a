#include "plan/init_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "base/text.h"

namespace plimsoll {
namespace {

/// Plain words that YAML reads as something else than text.
bool is_reserved(std::string_view word) {
  static const std::set<std::string, std::less<>> kWords{"null", "true", "false", "yes", "no",
                                                         "on",   "off",  "y",     "n"};
  std::string lower{word};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kWords.count(lower) > 0;
}

bool is_plain(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto inner = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), inner) &&
         !is_reserved(name);
}

std::string hexadecimal(const char* format, unsigned value) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// Bytes of the character that begins `text`; 0 where it is no UTF-8.
std::size_t length_of_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (text.size() < length) return 0;
  // printable() leaves alone, or writes as one escape a byte, what is a whole character.
  const std::string shown = printable(text.substr(0, length));
  if (shown == text.substr(0, length)) return length;
  if (length == 1) return 1;
  // Hostile but valid ones are C1 controls and the marks of U+200B to U+FEFF.
  const auto second = static_cast<unsigned char>(text[1]);
  if (lead == 0xC2 && second >= 0x80 && second < 0xA0) return 2;
  const bool mark =
      (lead == 0xE2 && (second == 0x80 || second == 0x81)) || (lead == 0xEF && second == 0xBB);
  return mark && (static_cast<unsigned char>(text[2]) & 0xC0U) == 0x80U ? 3 : 0;
}

/// "\u200B" of two or three bytes.
std::string escaped(std::string_view character) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1) return hexadecimal("\\x%02X", byte(0));
  const unsigned value = character.size() == 2 ? ((byte(0) & 0x1FU) << 6U) | (byte(1) & 0x3FU)
                                               : ((byte(0) & 0x0FU) << 12U) |
                                                     ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
  return hexadecimal("\\u%04X", value);
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  while (!name.empty()) {
    const std::size_t length = length_of_character(name);
    const std::string_view character = name.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {
      text += '?';
    } else if (character == "\"" || character == "\\") {
      text.append("\\").append(character);
    } else if (printable(character) == character) {
      text += character;
    } else {
      text += escaped(character);
    }
    name.remove_prefix(character.size());
  }
  return text + '"';
}

}  // namespace

bool InitScene::found(Rule rule, const ResourceId& store) const {
  return std::any_of(
      diagnosis.findings.begin(), diagnosis.findings.end(),
      [&](const Finding& finding) { return finding.rule == rule && finding.store == store; });
}

std::string pattern_of(std::string_view name) {
  std::string pattern;
  while (!name.empty()) {
    const std::size_t length = length_of_character(name);
    if (length == 0) {
      pattern += '?';
    } else {
      pattern += name.substr(0, length);
    }
    name.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return pattern;
}

std::string yaml_name(std::string_view name) {
  return is_plain(name) ? std::string{name} : quoted(name);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = length_of_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string span_text(Seconds span) {
  constexpr std::array<std::pair<std::int64_t, char>, 3> kUnits{
      {{86'400, 'd'}, {3600, 'h'}, {60, 'm'}}};
  for (const auto& [seconds, unit] : kUnits) {
    if (span.count() % seconds == 0) return std::to_string(span.count() / seconds) + unit;
  }
  return std::to_string(span.count()) + 's';
}

std::string size_text(Bytes size) {
  const std::int64_t count = size.count();
  if (count % (1_GiB).count() == 0) return std::to_string(count / (1_GiB).count()) + "G";
  if (count % (1_MiB).count() == 0) return std::to_string(count / (1_MiB).count()) + "M";
  return std::to_string(count);
}

std::optional<Bytes> rounded_up(Bytes size, double factor, Bytes step) {
  const double steps =
      std::ceil(static_cast<double>(size.count()) * factor / static_cast<double>(step.count()));
  if (steps * static_cast<double>(step.count()) >= 9e18) return std::nullopt;
  return Bytes{std::max<std::int64_t>(1, static_cast<std::int64_t>(steps)) * step.count()};
}

std::int64_t rounded_up(std::int64_t count) {
  std::int64_t unit = 1;
  while (count / unit >= 10) unit *= 10;
  const std::int64_t digits = count / unit + (count % unit == 0 ? 0 : 1);
  return digits > INT64_MAX / unit ? count : digits * unit;
}

void add_comment(std::string& text, std::size_t indent, const Text& words, Language language) {
  const std::string& said = words.in(language);
  for (const std::string_view line : split(said, '\n')) {
    text.append(indent, ' ').append("#");
    if (!line.empty()) text.append(" ").append(line);
    text += '\n';
  }
}

std::string section_text(std::string_view section, const std::vector<DraftedRule>& rules,
                         Language language) {
  if (rules.empty()) return {};
  const auto writable = [](const DraftedRule& rule) {
    return rule.active && !rule.name.empty() && rule.name.size() <= kLongestName;
  };
  const bool any = std::any_of(rules.begin(), rules.end(), writable);
  std::string text = std::string{any ? "" : "# "} + std::string{section} + ":\n";
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const DraftedRule& rule = rules[i];
    if (i >= kMostRules && rule.name != "*") {
      ++left_out;
      continue;
    }
    for (const Text& reason : rule.reasons) add_comment(text, 2, reason, language);
    const std::string name = yaml_name(std::string_view{rule.name}.substr(0, kLongestName));
    text.append(writable(rule) ? "  " : "  # ").append(name).append(": ").append(rule.value) +=
        '\n';
  }
  if (left_out > 0) {
    add_comment(text, 2,
                say("and {} more, the smaller ones", "y {} más, los menores",
                    {static_cast<std::int64_t>(left_out)}),
                language);
  }
  return text + "\n";
}

}  // namespace plimsoll
