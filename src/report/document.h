#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/language.h"
#include "diagnose/finding.h"

namespace plimsoll {

// The written report as values, between what is said (the chapters) and how it is written down
// (Markdown, HTML): both formats come from one Document, so they have the same content. Every text
// in it is printable; escaping for a format is the writer's.

struct Span {
  enum class Style { plain, strong, code };
  Style style = Style::plain;
  std::string text;
};
using Line = std::vector<Span>;

struct Heading {
  int level = 2;
  Line line;
  std::optional<Severity> severity;  ///< of the finding it opens
};
struct Paragraph {
  enum class Tone { plain, lead, warning };  ///< lead: the answer, for who reads nothing else
  Line line;
  Tone tone = Tone::plain;
};
struct Items {
  std::vector<Line> items;
  int first = 0;  ///< 0: bullets; else the number of the first
};
struct Grid {
  std::vector<std::string> header;
  std::vector<bool> numeric;  ///< per column: to the right
  std::vector<std::vector<Line>> rows;
};
struct Code {
  std::string language;  ///< "sql", "bash", "yaml", ""
  std::string text;
};
/// Bars, one per row; `after` draws a second one under the first. Markdown leaves charts out: their
/// numbers are in the tables.
struct ChartRow {
  std::string label, value_text;
  double value = 0;
  std::optional<double> after;
  std::string after_text;
};
struct Chart {
  std::string title;
  std::vector<ChartRow> rows;
};
using Block = std::variant<Heading, Paragraph, Items, Grid, Code, Chart>;

struct Document {
  Language language{};
  std::string title;
  std::vector<Block> blocks;
};

/// A line with marks: *strong* and `code` in the pattern; what is put in for "{}" is shown as it is
/// whatever marks it has, made printable.
Line rich(Language language, std::string_view en, std::string_view es,
          std::initializer_list<TextArgument> arguments = {});
Line plain(std::string_view text);
Line code(std::string_view text);

/// The report in the order of the document that started it.
struct Report;
Document document_of(const Report& report, Language language);

std::string write_markdown(const Document& document);
std::string write_html(const Document& document);

}  // namespace plimsoll
