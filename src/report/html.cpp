#include <fmt/format.h>

#include <algorithm>

#include "report/document.h"
#include "report/html_escape.h"
#include "report/html_style.h"
#include "report/report.h"
#include "report/words.h"

namespace plimsoll {
namespace {

std::string span_html(const Span& span) {
  const std::string text = html_escaped(span.text);
  switch (span.style) {
    case Span::Style::strong:
      return "<strong>" + text + "</strong>";
    case Span::Style::code:
      return "<code>" + text + "</code>";
    case Span::Style::plain:
      break;
  }
  return text;
}

std::string line_html(const Line& line) {
  std::string html;
  for (const Span& span : line) html += span_html(span);
  return html;
}

/// One bar of a chart. Its words stand beside it as text, so the picture itself is decoration.
std::string bar_html(double share, const char* css) {
  return fmt::format(
      "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<rect class=\"track\" width=\"100\" height=\"10\"/>"
      "<rect class=\"{}\" width=\"{:.2f}\" height=\"10\"/></svg>",
      css, std::clamp(share * 100, share > 0 ? 0.4 : 0.0, 100.0));
}

std::string row_html(const std::string& label, const std::string& value, double share,
                     const char* css) {
  return "<div class=\"row\"><span>" + html_escaped(label) + "</span>" + bar_html(share, css) +
         "<span class=\"value\">" + html_escaped(value) + "</span></div>\n";
}

struct HtmlWriter {
  Language language;
  std::string out{};
  int sections = 0;

  void operator()(const Heading& heading) {
    const std::string tag = "h" + std::to_string(heading.level);
    out += "<" + tag;
    if (heading.level == 2) out += " id=\"s" + std::to_string(++sections) + "\"";
    out += ">";
    if (heading.severity) {
      const std::string word = html_escaped(severity_words(*heading.severity).in(language));
      out += "<span class=\"badge " + std::string{name_of(*heading.severity)} + "\">" + word +
             "</span>";
    }
    out += line_html(heading.line) + "</" + tag + ">\n";
  }
  void operator()(const Paragraph& paragraph) {
    const char* css = paragraph.tone == Paragraph::Tone::plain  ? ""
                      : paragraph.tone == Paragraph::Tone::lead ? " class=\"lead\""
                                                                : " class=\"warning\"";
    out += std::string{"<p"} + css + ">" + line_html(paragraph.line) + "</p>\n";
  }
  void operator()(const Items& items) {
    out += items.first == 0 ? "<ul>\n" : "<ol start=\"" + std::to_string(items.first) + "\">\n";
    for (const Line& item : items.items) out += "<li>" + line_html(item) + "</li>\n";
    out += items.first == 0 ? "</ul>\n" : "</ol>\n";
  }
  void operator()(const Grid& grid) {
    const auto css = [&](std::size_t column) {
      return grid.numeric.at(column) ? " class=\"number\"" : "";
    };
    out += "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>";
    for (std::size_t i = 0; i < grid.header.size(); ++i) {
      out +=
          std::string{"<th scope=\"col\""} + css(i) + ">" + html_escaped(grid.header[i]) + "</th>";
    }
    out += "</tr></thead>\n<tbody>\n";
    for (const auto& row : grid.rows) {
      out += "<tr>";
      for (std::size_t i = 0; i < row.size(); ++i) {
        out += i == 0 ? "<th scope=\"row\">" + line_html(row[i]) + "</th>"
                      : std::string{"<td"} + css(i) + ">" + line_html(row[i]) + "</td>";
      }
      out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
  }
  void operator()(const Code& block) {
    out += block.language.empty() ? "<pre class=\"facts\">" : "<pre tabindex=\"0\">";
    out += "<code>" + html_escaped(block.text) + "</code></pre>\n";
  }
  void operator()(const Chart& chart) {
    double most = 0;
    for (const ChartRow& row : chart.rows)
      most = std::max({most, row.value, row.after.value_or(0)});
    out += "<figure><figcaption>" + html_escaped(chart.title) + "</figcaption>\n";
    for (const ChartRow& row : chart.rows) {
      out += row_html(row.label, row.value_text, most > 0 ? row.value / most : 0, "fill");
      if (row.after) {
        out += row_html("→", row.after_text, most > 0 ? *row.after / most : 0, "then");
      }
    }
    out += "</figure>\n";
  }
};

std::string contents(const Document& document) {
  std::string html = document.language == Language::es ? "<nav aria-label=\"Secciones\"><ul>\n"
                                                       : "<nav aria-label=\"Sections\"><ul>\n";
  int section = 0;
  for (const Block& block : document.blocks) {
    const auto* heading = std::get_if<Heading>(&block);
    if (heading == nullptr || heading->level != 2) continue;
    html += "<li><a href=\"#s" + std::to_string(++section) + "\">" + line_html(heading->line) +
            "</a></li>\n";
  }
  return html + "</ul></nav>\n";
}

}  // namespace

std::string write_html(const Document& document) {
  HtmlWriter writer{document.language};
  for (const Block& block : document.blocks) std::visit(writer, block);
  const std::string title = html_escaped(document.title);
  const std::string lang = document.language == Language::es ? "es" : "en";
  // The policy makes the browser keep the promise: nothing runs and nothing is fetched.
  return "<!doctype html>\n<html lang=\"" + lang +
         "\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         title + "</title>\n<style>" + std::string{html_style()} +
         "</style>\n</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n" + contents(document) +
         writer.out + "</main>\n</body>\n</html>\n";
}

std::string render_html(const Report& report, Language language) {
  return write_html(document_of(report, language));
}

}  // namespace plimsoll
