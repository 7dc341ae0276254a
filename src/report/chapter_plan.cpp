#include "base/text.h"
#include "report/chapter.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

enum class Term { immediate, short_term, medium_term };

/// What needs a new configuration and a restart, or a change in a writer's code, is not done
/// tonight unless it is critical.
bool needs_a_release(Rule rule) {
  switch (rule) {
    case Rule::compression_missing:
    case Rule::container_without_limit:
    case Rule::container_near_limit:
    case Rule::log_without_rotation:
    case Rule::maxmemory_missing:
    case Rule::maxmemory_too_near_limit:
    case Rule::eviction_drops_streams:
    case Rule::bounds_contradict:
    case Rule::keys_without_ttl:
    case Rule::stream_uncapped:
    case Rule::index_unused:
      return true;
    default:
      return false;
  }
}

Term term_of(const Finding& finding) {
  if (finding.severity == Severity::critical) return Term::immediate;
  if (finding.severity == Severity::high) {
    return needs_a_release(finding.rule) ? Term::short_term : Term::immediate;
  }
  return finding.severity == Severity::medium ? Term::short_term : Term::medium_term;
}

std::vector<Line> actions(const Chapter& chapter, Term term) {
  std::vector<Line> lines;
  std::int64_t number = 0;
  for (const Group& group : chapter.overview.groups) {
    const Finding& finding = group.first();
    ++number;
    if (term_of(finding) != term) continue;
    const std::string gain = gain_words(gain_of(group), chapter.language);
    lines.push_back(
        gain.empty()
            ? chapter.line("Solution {}: {} (`{}`)", "Solución {}: {} (`{}`)",
                           {number, rule_words(finding.rule), group_store(group, chapter.language)})
            : chapter.line(
                  "Solution {}: {} (`{}`): {}", "Solución {}: {} (`{}`): {}",
                  {number, rule_words(finding.rule), group_store(group, chapter.language), gain}));
  }
  return lines;
}

void add_always(const Chapter& chapter, Term term, std::vector<Line>& lines) {
  if (term == Term::short_term && !chapter.report.diagnosis.gaps.empty()) {
    lines.push_back(
        chapter.line("Close the gaps of the annex, so that the next report sees them too",
                     "Cerrar los huecos del anexo, para que el próximo informe también los "
                     "vea"));
  }
  if (term == Term::medium_term) {
    lines.push_back(chapter.line(
        "Run `plimsoll diagnose` every day; its exit status is 2 as long as there are findings",
        "Ejecutar `plimsoll diagnose` a diario; su código de salida es 2 mientras haya hallazgos"));
    lines.push_back(
        chapter.line("Be told when a disk, Redis or a container is above 80 % of its line",
                     "Recibir un aviso cuando un disco, Redis o un contenedor pase del "
                     "80 % de su línea"));
  }
}

}  // namespace

void add_action_plan(Chapter& chapter) {
  if (chapter.report.diagnosis.findings.empty()) return;
  chapter.heading(2, chapter.line("Recommended action plan", "Plan de acción recomendado"));
  struct Part {
    Term term;
    const char *en, *es;
  };
  constexpr std::array<Part, 3> kParts{
      {{Term::immediate, "Immediate (today)", "Inmediato (hoy)"},
       {Term::short_term, "Short term (this week)", "Corto plazo (esta semana)"},
       {Term::medium_term, "Medium term (next weeks)", "Mediano plazo (próximas semanas)"}}};
  int next = 1;
  for (const Part& part : kParts) {
    std::vector<Line> lines = actions(chapter, part.term);
    add_always(chapter, part.term, lines);
    if (lines.empty()) continue;
    chapter.heading(3, chapter.line(part.en, part.es));
    const int first = next;
    next += static_cast<int>(lines.size());
    chapter.items(std::move(lines), first);
  }
}

}  // namespace plimsoll
