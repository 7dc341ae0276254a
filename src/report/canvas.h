#pragma once

#include <string>
#include <string_view>

#include "base/language.h"
#include "report/layout.h"
#include "report/report.h"

namespace plimsoll {

enum class Ink { normal, strong, faint, alarm, bad, warn, good, note };

/// Where a text report is drawn: knows the width, the language and whether it may use colour.
/// Colour never carries a meaning that the words do not have.
class Canvas {
 public:
  Canvas(Language language, const TextStyle& style);

  Language language() const { return language_; }
  const Glyphs& with() const { return glyphs_; }
  std::size_t columns() const { return columns_; }
  std::string word(std::string_view en, std::string_view es,
                   std::initializer_list<TextArgument> arguments = {}) const;
  std::string value(const TextArgument& argument) const;
  std::string paint(std::string_view text, Ink ink) const;

  /// A finished line, as it is.
  void line(std::string_view text = {});
  /// Words, wrapped; every line begins after `indent` columns.
  void words(std::size_t indent, std::string_view text, Ink ink = Ink::normal);
  /// "  label   text", the text wrapped beside the label, which takes `label_columns`.
  void labelled(std::size_t indent, std::string_view label, std::size_t label_columns,
                std::string_view text, Ink ink = Ink::normal);
  /// "FINDINGS ─────────".
  void section(std::string_view title);
  /// A command, copyable: never wrapped inside a token.
  void command(std::size_t indent, std::string_view text);

  std::string take() { return std::move(out_); }

 private:
  Language language_;
  const Glyphs& glyphs_;
  std::size_t columns_;
  bool colour_;
  std::string out_;
};

}  // namespace plimsoll
