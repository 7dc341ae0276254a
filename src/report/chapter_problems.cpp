#include <algorithm>
#include <set>

#include "base/text.h"
#include "report/chapter.h"
#include "report/layout.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

void add_store_block(Chapter& chapter, const Store& store) {
  const auto facts = store_facts(store, chapter.language);
  std::size_t widest = 0;
  for (const auto& [label, value] : facts) widest = std::max(widest, display_width(label));
  std::string text;
  for (const auto& [label, value] : facts) {
    text += label + ":" + std::string(widest - display_width(label) + 1, ' ') + value + "\n";
  }
  chapter.blocks.push_back(Code{"", text});
}

/// What follows if nobody does anything: computed, never told.
std::vector<Line> impact_of(const Chapter& chapter, const Group& group, const Store* store) {
  const Gain finding = gain_of(group);
  std::vector<Line> lines;
  if (finding.stops && finding.stops->bytes >= 1) {
    const Bytes month{static_cast<std::int64_t>(finding.stops->bytes * 30)};
    lines.push_back(chapter.line("It grows {}: {} more in 30 days at this rate",
                                 "Crece {}: {} más en 30 días a este ritmo",
                                 {*finding.stops, month}));
  }
  const auto within = store == nullptr ? std::nullopt : time_to_line(*store);
  if (within && finding.stops) {
    lines.push_back(
        chapter.line("It reaches its line ({}) {}, even if nothing else grows",
                     "Llega a su línea ({}) {}, aunque nada más crezca",
                     {std::get<Bytes>(store->line), in_time(*within, chapter.language)}));
  }
  if (finding.frees && finding.frees->count() > 0) {
    lines.push_back(chapter.line("{} of it can go now", "{} sobran ya", {*finding.frees}));
  }
  return lines;
}

void add_evidence(Chapter& chapter, const Finding& finding) {
  if (finding.evidence.empty()) return;
  Grid grid;
  grid.header = {chapter.word(say("Evidence", "Prueba")), chapter.word(say("Value", "Valor")),
                 chapter.word(say("Where it was read", "Dónde se leyó"))};
  grid.numeric = {false, true, false};
  for (const Fact& fact : finding.evidence) {
    grid.rows.push_back({plain(fact_words(fact.name).in(chapter.language)),
                         plain(value_words(fact).in(chapter.language)),
                         fact.source.empty() ? Line{} : code(fact.source)});
  }
  chapter.blocks.push_back(std::move(grid));
}

void add_members(Chapter& chapter, const Group& group) {
  Grid grid;
  grid.header = {chapter.word(say("Store", "Almacén")), chapter.word(say("Size", "Tamaño")),
                 chapter.word(say("Finding", "Hallazgo"))};
  grid.numeric = {false, true, false};
  for (const Finding* finding : group.findings) {
    const Store* store = chapter.overview.store(finding->store);
    const bool sized = store != nullptr && store->bytes;
    grid.rows.push_back({code(short_name(finding->store)),
                         plain(sized ? chapter.value(*store->bytes) : std::string{"?"}),
                         plain(finding->title.in(chapter.language))});
  }
  chapter.blocks.push_back(std::move(grid));
}

}  // namespace

void add_problems(Chapter& chapter) {
  if (chapter.overview.groups.empty()) return;
  chapter.heading(2, chapter.line("Problems identified", "Problemas identificados"));
  std::set<ResourceId> shown;
  std::int64_t number = 0;
  for (const Group& group : chapter.overview.groups) {
    const Finding& finding = group.first();
    const bool alone = group.findings.size() == 1;
    chapter.heading(
        3,
        chapter.line("{}. {}", "{}. {}",
                     {++number, group_title(group, chapter.overview, chapter.language)}),
        finding.severity);
    chapter.paragraph(chapter.line("*Severity*: {} · {} · `{}`", "*Gravedad*: {} · {} · `{}`",
                                   {severity_words(finding.severity), rule_words(finding.rule),
                                    alone ? finding.store : target_of(finding.store)}));
    const Store* store = alone ? chapter.overview.store(finding.store) : nullptr;
    if (store != nullptr && shown.insert(finding.store).second) add_store_block(chapter, *store);
    if (!alone) add_members(chapter, group);
    chapter.said("Problem", "Problema", finding.cause);
    auto impact = impact_of(chapter, group, store);
    if (!impact.empty()) {
      chapter.paragraph(chapter.line("*Impact*:", "*Impacto*:"));
      chapter.items(std::move(impact));
    }
    if (alone) add_evidence(chapter, finding);
  }
}

}  // namespace plimsoll
