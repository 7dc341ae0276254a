#pragma once

#include <string>
#include <vector>

#include "report/document.h"
#include "report/overview.h"

namespace plimsoll {

/// Where the chapters of a document are written: what they know, and the blocks so far.
struct Chapter {
  const Report& report;
  const Overview& overview;
  Language language;
  std::vector<Block> blocks{};

  Line line(std::string_view en, std::string_view es,
            std::initializer_list<TextArgument> arguments = {}) const {
    return rich(language, en, es, arguments);
  }
  std::string word(const Text& text) const { return text.in(language); }
  std::string value(const TextArgument& argument) const {
    return format_argument(argument, language);
  }
  void heading(int level, Line text, std::optional<Severity> severity = std::nullopt) {
    blocks.push_back(Heading{level, std::move(text), severity});
  }
  void paragraph(Line text) {
    blocks.push_back(Paragraph{std::move(text), Paragraph::Tone::plain});
  }
  void warning(Line text) {
    blocks.push_back(Paragraph{std::move(text), Paragraph::Tone::warning});
  }
  void items(std::vector<Line> lines, int first = 0) {
    if (!lines.empty()) blocks.push_back(Items{std::move(lines), first});
  }
  /// A finding's cause or remedy: its own paragraphs, with a strong word before the first.
  void said(std::string_view label_en, std::string_view label_es, const Text& text);
};

// In the order of the document; each writes nothing where it has nothing to say.
void add_summary(Chapter& chapter);
void add_problems(Chapter& chapter);
void add_solutions(Chapter& chapter);
void add_cleanup_script(Chapter& chapter);
void add_expected_results(Chapter& chapter);
void add_action_plan(Chapter& chapter);
void add_monitoring(Chapter& chapter);
void add_notes(Chapter& chapter);
void add_warnings(Chapter& chapter);
void add_annex(Chapter& chapter);

}  // namespace plimsoll
