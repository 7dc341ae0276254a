#include "report/document.h"

#include "base/text.h"
#include "report/chapter.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

void add_stores(Chapter& chapter) {
  if (chapter.overview.stores.empty()) return;
  chapter.heading(3, chapter.line("Everything that was measured", "Todo lo que se midió"));
  Grid grid;
  grid.header = {chapter.word(say("Store", "Almacén")),
                 chapter.word(say("Kind", "Clase")),
                 chapter.word(say("Size", "Tamaño")),
                 chapter.word(say("Items", "Elementos")),
                 chapter.word(say("Growth", "Crecimiento")),
                 chapter.word(say("Bound", "Límite")),
                 chapter.word(say("Time to line", "Tiempo hasta su línea"))};
  grid.numeric = {false, false, true, true, true, false, true};
  for (const Store& store : chapter.overview.stores) {
    const std::string unknown = "?";
    const auto shown = [&](std::string text) { return plain(text.empty() ? unknown : text); };
    const std::string until = time_words(store, chapter.language);
    grid.rows.push_back(
        {code(short_name(store.id)), plain(kind_words(store.kind).in(chapter.language)),
         shown(store.bytes ? chapter.value(*store.bytes) : std::string{}),
         plain(items_words(store, chapter.language)), shown(growth_words(store, chapter.language)),
         plain(bound_words(store.bound).in(chapter.language)), plain(until.empty() ? "–" : until)});
  }
  chapter.blocks.push_back(std::move(grid));
}

void add_gaps(Chapter& chapter) {
  if (chapter.report.diagnosis.gaps.empty()) return;
  chapter.heading(3, chapter.line("What could not be seen", "Lo que no se pudo ver"));
  Grid grid;
  grid.header = {chapter.word(say("Target", "Destino")), chapter.word(say("What", "Qué")),
                 chapter.word(say("Why", "Por qué")),
                 chapter.word(say("What would show it", "Qué lo mostraría"))};
  grid.numeric = {false, false, false, false};
  for (const Gap& gap : chapter.report.diagnosis.gaps) {
    grid.rows.push_back({code(gap.target), plain(gap.what.in(chapter.language)),
                         plain(gap.why.in(chapter.language)),
                         plain(gap.hint.in(chapter.language))});
  }
  chapter.blocks.push_back(std::move(grid));
}

void add_targets(Chapter& chapter) {
  if (chapter.report.census.targets.empty()) return;
  chapter.heading(3, chapter.line("What was looked at", "Qué se miró"));
  std::vector<Line> lines;
  for (const Target& target : chapter.report.census.targets) {
    const std::string title = target_title(target, chapter.language);
    if (!target.reachable) {
      lines.push_back(chapter.line("{} `{}`: *not reachable*", "{} `{}`: *inaccesible*",
                                   {title, target.address}));
      continue;
    }
    std::string version = target.version;
    if (!target.edition.empty()) version += (version.empty() ? "" : ", ") + target.edition;
    lines.push_back(version.empty() ? plain(title)
                                    : chapter.line("{} {}", "{} {}", {title, version}));
  }
  chapter.items(std::move(lines));
}

}  // namespace

void Chapter::said(std::string_view label_en, std::string_view label_es, const Text& text) {
  const std::string& whole = text.in(language);
  bool first = true;
  for (const std::string_view part : split(whole, '\n')) {
    if (trim(part).empty()) continue;
    Line said = plain(trim(part));
    if (first && !label_en.empty()) {
      const std::string label{language == Language::es ? label_es : label_en};
      said.insert(said.begin(), {{Span::Style::strong, label}, {Span::Style::plain, ": "}});
    }
    first = false;
    paragraph(std::move(said));
  }
}

void add_annex(Chapter& chapter) {
  chapter.heading(2, chapter.line("Annex: what this rests on", "Anexo: en qué se basa"));
  add_targets(chapter);
  add_stores(chapter);
  add_gaps(chapter);
}

Document document_of(const Report& report, Language language) {
  const Overview overview = overview_of(report);
  Chapter chapter{report, overview, language};
  chapter.paragraph(
      chapter.line("Read on {}. Every number below was read from the servers or computed "
                   "from what they said; what is not known says so.",
                   "Leído el {}. Todos los números vienen de los servidores o se calculan "
                   "con lo que dijeron; lo que no se sabe se dice.",
                   {report.census.taken_at}));
  for (const auto add :
       {add_summary, add_problems, add_solutions, add_cleanup_script, add_expected_results,
        add_action_plan, add_monitoring, add_notes, add_warnings, add_annex}) {
    add(chapter);
  }
  const Text title =
      report.diagnosis.findings.empty()
          ? say("Diagnosis: nothing grows without a bound", "Diagnóstico: nada crece sin límite")
          : say("Diagnosis: data that grows without a bound",
                "Diagnóstico: datos que crecen sin límite");
  return {language,
          overview.reachable == 0 ? chapter.word(say("Diagnosis: nothing could be reached",
                                                     "Diagnóstico: no se pudo llegar a nada"))
                                  : title.in(language),
          std::move(chapter.blocks)};
}

}  // namespace plimsoll
