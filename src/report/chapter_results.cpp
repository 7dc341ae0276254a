#include <algorithm>
#include <set>

#include "base/text.h"
#include "report/chapter.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

template <typename Value>
std::string known(const Chapter& chapter, const std::optional<Value>& value) {
  return value ? chapter.value(*value) : chapter.word(say("not known", "no se sabe"));
}

std::string known_rate(const Chapter& chapter, const std::optional<double>& rate) {
  return rate ? chapter.value(BytesPerDay{*rate}) : chapter.word(say("not known", "no se sabe"));
}

/// The memory and the log of a container have one name: the kind tells them apart.
Line named(const Chapter& chapter, const ResourceId& id) {
  const Store* store = chapter.overview.store(id);
  if (store == nullptr || id.rfind("docker/", 0) != 0) return code(short_name(id));
  return chapter.line("{} `{}`", "{} `{}`", {kind_words(store->kind), short_name(id)});
}

Chart before_and_after(const Chapter& chapter) {
  Chart chart{chapter.word(say("Before and after", "Antes y después")), {}};
  for (const BeforeAfter& outcome : chapter.overview.outcomes) {
    if (!outcome.before || !outcome.after || outcome.ceiling || chart.rows.size() == 8) continue;
    ChartRow row;
    row.label = short_name(outcome.store);
    row.value = static_cast<double>(outcome.before->count());
    row.value_text = chapter.value(*outcome.before);
    row.after = static_cast<double>(outcome.after->count());
    row.after_text = chapter.value(*outcome.after);
    chart.rows.push_back(std::move(row));
  }
  return chart;
}

/// A target's total counts only what is known: the rest keeps its present size, and is named.
struct TargetOutcome {
  Bytes change{};
  double growth_stopped = 0;
  std::int64_t unknown = 0;
};

TargetOutcome outcome_of(const Chapter& chapter, const std::string& prefix) {
  TargetOutcome total;
  std::set<ResourceId> told;
  for (const BeforeAfter& outcome : chapter.overview.outcomes) {
    if (outcome.store.compare(0, prefix.size(), prefix) != 0) continue;
    if (kind_of_id(outcome.store) == "container") continue;  // memory, not disk
    if (outcome.before && outcome.after) {
      total.change += *outcome.after - *outcome.before;
      told.insert(outcome.store);
    }
    if (outcome.growth_before && outcome.growth_after) {
      total.growth_stopped += *outcome.growth_before - *outcome.growth_after;
    }
  }
  std::set<ResourceId> open;
  for (const Finding& finding : chapter.report.diagnosis.findings) {
    if (finding.store.compare(0, prefix.size(), prefix) != 0 || told.count(finding.store) != 0) {
      continue;
    }
    const Store* store = chapter.overview.store(finding.store);
    if (store != nullptr && store->kind != "container") open.insert(finding.store);
  }
  total.unknown = static_cast<std::int64_t>(open.size());
  return total;
}

std::string growth_of(const Chapter& chapter, const Holding& holding, double stopped) {
  const double rate = std::max(0.0, holding.unstopped_bytes_per_day - stopped);
  if (rate >= 1) {
    return chapter.word(say("growing {}", "y crece {}", {BytesPerDay{rate}}));
  }
  return holding.rate_unknown > 0
             ? chapter.word(say("growth not known yet", "crecimiento aún desconocido"))
             : chapter.word(say("no growth without a bound", "sin crecimiento fuera de límite"));
}

std::vector<Line> totals(const Chapter& chapter, bool after) {
  std::vector<Line> lines;
  for (const Holding& holding : chapter.overview.holdings) {
    if (!holding.bytes || holding.target->kind == TargetKind::host) continue;
    const std::string title = target_title(*holding.target, chapter.language);
    const std::string prefix =
        std::string{name_of(holding.target->kind)} + "/" + holding.target->name + "/";
    const TargetOutcome total = outcome_of(chapter, prefix);
    if (!after) {
      lines.push_back(chapter.line("{}: {}, {}", "{}: {}, {}",
                                   {title, *holding.bytes, growth_of(chapter, holding, 0)}));
      continue;
    }
    const Bytes bytes = std::max(Bytes{}, *holding.bytes + total.change);
    const std::string growth = growth_of(chapter, holding, total.growth_stopped);
    lines.push_back(
        total.unknown == 0
            ? chapter.line("{}: about {}, {}", "{}: unos {}, {}", {title, bytes, growth})
            : chapter.line(
                  "{}: about {}, {} (not counting {} whose result is not known)",
                  "{}: unos {}, {} (sin contar el resultado, desconocido, de {})",
                  {title, bytes, growth,
                   count_words(total.unknown, {"store", "stores", "almacén", "almacenes"})}));
  }
  return lines;
}

}  // namespace

void add_expected_results(Chapter& chapter) {
  if (chapter.report.diagnosis.findings.empty()) return;
  chapter.heading(2, chapter.line("Expected results", "Resultados esperados"));
  chapter.paragraph(chapter.line("*Before*:", "*Antes*:"));
  chapter.items(totals(chapter, false));
  chapter.paragraph(chapter.line("*After the solutions*:", "*Después de aplicar las soluciones*:"));
  chapter.items(totals(chapter, true));
  if (chapter.overview.outcomes.empty()) return;
  Grid grid;
  grid.header = {chapter.word(say("Store", "Almacén")), chapter.word(say("Before", "Antes")),
                 chapter.word(say("After", "Después")),
                 chapter.word(say("Growth before", "Crecimiento antes")),
                 chapter.word(say("Growth after", "Crecimiento después"))};
  grid.numeric = {false, true, true, true, true};
  for (const BeforeAfter& outcome : chapter.overview.outcomes) {
    grid.rows.push_back({named(chapter, outcome.store), plain(known(chapter, outcome.before)),
                         plain((outcome.ceiling ? "≤ " : "") + known(chapter, outcome.after)),
                         plain(known_rate(chapter, outcome.growth_before)),
                         plain(known_rate(chapter, outcome.growth_after))});
  }
  chapter.blocks.push_back(std::move(grid));
  Chart chart = before_and_after(chapter);
  if (!chart.rows.empty()) chapter.blocks.push_back(std::move(chart));
}

}  // namespace plimsoll
