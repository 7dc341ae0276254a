#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "report/document.h"
#include "report/markdown_escape.h"
#include "report/report.h"

namespace plimsoll {
namespace {

struct MarkdownWriter {
  std::string out;

  static std::string span(const Span& span) {
    switch (span.style) {
      case Span::Style::strong:
        return "**" + markdown_text(span.text) + "**";
      case Span::Style::code:
        return markdown_code(span.text);
      case Span::Style::plain:
        break;
    }
    return markdown_text(span.text);
  }

  static std::string line(const Line& line) {
    std::string text;
    for (const Span& part : line) text += span(part);
    return text;
  }

  static std::string cell(const Line& parts) { return markdown_cell(line(parts)); }

  void operator()(const Heading& heading) {
    out += std::string(static_cast<std::size_t>(heading.level), '#') + " " + line(heading.line) +
           "\n\n";
  }
  void operator()(const Paragraph& paragraph) {
    const std::string text = markdown_line_start(line(paragraph.line));
    out += (paragraph.tone == Paragraph::Tone::plain ? "" : "> ") + text + "\n\n";
  }
  void operator()(const Items& items) {
    int number = items.first;
    for (const Line& item : items.items) {
      out += items.first == 0 ? "- " : std::to_string(number++) + ". ";
      out += markdown_line_start(line(item)) + "\n";
    }
    out += "\n";
  }
  void operator()(const Grid& grid) {
    out += "|";
    for (const std::string& name : grid.header) out += " " + markdown_cell(name) + " |";
    out += "\n|";
    for (const bool numeric : grid.numeric) out += numeric ? " ---: |" : " --- |";
    out += "\n";
    for (const auto& row : grid.rows) {
      out += "|";
      for (const Line& value : row) out += " " + cell(value) + " |";
      out += "\n";
    }
    out += "\n";
  }
  void operator()(const Code& block) {
    const std::string fence = markdown_fence(block.text);
    out += fence + block.language + "\n" + block.text +
           (block.text.empty() || block.text.back() != '\n' ? "\n" : "") + fence + "\n\n";
  }
  void operator()(const Chart&) {}
};

}  // namespace

std::string write_markdown(const Document& document) {
  MarkdownWriter writer;
  writer.out = "# " + markdown_text(document.title) + "\n\n";
  for (const Block& block : document.blocks) std::visit(writer, block);
  writer.out.pop_back();  // one newline at the end of the file
  return writer.out;
}

std::string render_markdown(const Report& report, Language language) {
  return write_markdown(document_of(report, language));
}

}  // namespace plimsoll
