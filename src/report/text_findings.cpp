#include "base/text.h"
#include "report/command_words.h"
#include "report/store_words.h"
#include "report/text_report.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kFindingIndent = 4;
constexpr std::size_t kFindingLabel = 6;
constexpr std::size_t kFactsShown = 6;

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return Ink::alarm;
    case Severity::high:
      return Ink::bad;
    case Severity::medium:
      return Ink::warn;
    case Severity::low:
      return Ink::note;
    case Severity::info:
      return Ink::faint;
  }
  return Ink::normal;
}

std::string badge(const Canvas& canvas, Severity severity) {
  switch (severity) {
    case Severity::critical:
      return canvas.word("CRITICAL", "CRÍTICO");
    case Severity::high:
      return canvas.word("HIGH", "ALTO");
    case Severity::medium:
      return canvas.word("MEDIUM", "MEDIO");
    case Severity::low:
      return canvas.word("LOW", "BAJO");
    case Severity::info:
      return canvas.word("INFO", "INFO");
  }
  return {};
}

void draw_title(Canvas& canvas, const Overview& overview, const Group& group, std::size_t number) {
  const Severity severity = group.first().severity;
  const std::string mark = badge(canvas, severity);
  const std::string head = right(std::to_string(number), 2, canvas.with()) + " ";
  const std::string title = group_title(group, overview, canvas.language());
  const std::size_t from = display_width(head) + display_width(mark) + 1;
  bool first = true;
  for (const std::string& part : wrap(title, canvas.columns() - from)) {
    const std::string start =
        first ? head + canvas.paint(mark, ink_of(severity)) + " " : std::string(from, ' ');
    canvas.line(start + canvas.paint(part, Ink::strong));
    first = false;
  }
}

/// "length 10,042 entries · entries added 91,201 · …": the strongest first; the rest is in the
/// JSON.
std::string deciding_numbers(const Canvas& canvas, const Finding& finding) {
  constexpr std::size_t kTextShown = 48;  // a statement, an error: its beginning
  std::string text;
  std::size_t shown = 0;
  for (const Fact& fact : finding.evidence) {
    if (shown++ == kFactsShown) break;
    if (!text.empty()) text += " " + std::string{canvas.with().dot} + " ";
    const std::string name = fact_words(fact.name).in(canvas.language());
    const std::string unit = unit_words(fact.unit).in(canvas.language());
    Fact said = fact;
    if (fact.name == fact.unit || name.find(unit) != std::string::npos) {
      said.unit.clear();  // "rows 12 rows"
    }
    text += name + " " + fit(value_words(said).in(canvas.language()), kTextShown, canvas.with());
  }
  return text;
}

/// The stores of a group with what each holds: "tradeul_redis 37.7 MB · …".
std::string members(const Canvas& canvas, const Overview& overview, const Group& group) {
  std::string text;
  for (const Finding* finding : group.findings) {
    if (!text.empty()) text += " " + std::string{canvas.with().dot} + " ";
    text += short_name(finding->store);
    const Store* store = overview.store(finding->store);
    if (store != nullptr && store->bytes) text += " " + canvas.value(*store->bytes);
  }
  return text;
}

void draw_paragraphs(Canvas& canvas, std::string_view label, const Text& text) {
  bool first = true;
  for (const std::string_view part : split(text.in(canvas.language()), '\n')) {
    if (trim(part).empty()) continue;
    canvas.labelled(kFindingIndent, first ? label : "", kFindingLabel, printable(trim(part)));
    first = false;
  }
}

/// Where the commands go, said once for each run of one kind.
std::string place_of(const Canvas& canvas, CommandKind kind) {
  switch (kind) {
    case CommandKind::sql:
      return canvas.word("in psql:", "en psql:");
    case CommandKind::redis:
      return canvas.word("in redis-cli:", "en redis-cli:");
    case CommandKind::shell:
      return canvas.word("in a shell:", "en una terminal:");
    case CommandKind::yaml:
      return canvas.word("in docker-compose.yml:", "en docker-compose.yml:");
    case CommandKind::note:
      break;
  }
  return canvas.word("by hand:", "a mano:");
}

void draw_commands(Canvas& canvas, const Group& group) {
  std::optional<CommandKind> open;
  for (const Finding* finding : group.findings) {
    for (const std::string& command : finding->commands) {
      const CommandKind kind = kind_of_command(command);
      if (kind != open) {
        canvas.labelled(kFindingIndent, canvas.word("Run", "Pon"), kFindingLabel,
                        place_of(canvas, kind));
      }
      open = kind;
      canvas.command(kFindingIndent + 2, command);
    }
  }
}

void draw_group(Canvas& canvas, const Overview& overview, const Group& group, std::size_t number) {
  canvas.line();
  draw_title(canvas, overview, group, number);
  const Finding& first = group.first();
  const bool alone = group.findings.size() == 1;
  const std::string numbers =
      alone ? deciding_numbers(canvas, first) : members(canvas, overview, group);
  if (!numbers.empty()) canvas.words(kFindingIndent, numbers, Ink::faint);
  draw_paragraphs(canvas, canvas.word("Why", "Causa"), first.cause);
  draw_paragraphs(canvas, canvas.word("Do", "Hacer"), first.remedy);
  const std::string gain = gain_words(gain_of(group), canvas.language());
  if (!gain.empty())
    canvas.labelled(kFindingIndent, canvas.word("Gain", "Gana"), kFindingLabel, gain, Ink::good);
  draw_commands(canvas, group);
}

}  // namespace

void draw_findings(Canvas& canvas, const Overview& overview) {
  if (overview.groups.empty()) return;
  canvas.section(canvas.word("FINDINGS", "HALLAZGOS"));
  std::size_t number = 0;
  for (const Group& group : overview.groups) draw_group(canvas, overview, group, ++number);
}

}  // namespace plimsoll
