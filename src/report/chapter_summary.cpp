#include <algorithm>

#include "base/text.h"
#include "report/chapter.h"
#include "report/moment_words.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kChartRows = 8;

void add_opening(Chapter& chapter) {
  const Overview& overview = chapter.overview;
  if (overview.reachable == 0) {
    chapter.paragraph(chapter.line(
        "*No target could be reached*, so nothing is known about what grows. What was tried, and "
        "what would help, is at the end.",
        "*No se ha podido llegar a ningún destino*, así que no se sabe qué crece. Al final está lo "
        "que se intentó y lo que ayudaría."));
    return;
  }
  if (const auto& next = overview.fills_next) {
    chapter.blocks.push_back(
        Paragraph{chapter.line("*Fills next: {}, {}* ({} left, growing {})",
                               "*Lo próximo en llenarse: {}, {}* (quedan {} y crece {})",
                               {next->what, in_time(next->within, chapter.language),
                                next->left.value_or(Bytes{}), BytesPerDay{next->bytes_per_day}}),
                  Paragraph::Tone::lead});
  }
  const bool growing = !chapter.report.diagnosis.findings.empty();
  chapter.paragraph(
      growing
          ? chapter.line("The stack keeps data without limits that hold:",
                         "El sistema acumula datos sin límites que los contengan:")
          : chapter.line("*Nothing was found that grows without a bound*, in what was looked at:",
                         "*No se ha encontrado nada que crezca sin límite* en lo que se miró:"));
}

std::optional<Line> holding_line(const Chapter& chapter, const Holding& holding) {
  if (!holding.bytes || holding.target->kind == TargetKind::host) return std::nullopt;
  const std::string title = target_title(*holding.target, chapter.language);
  if (holding.largest == nullptr || !holding.largest->bytes) {
    return chapter.line("*{} in {}*", "*{} en {}*", {*holding.bytes, title});
  }
  return chapter.line("*{} in {}*; the largest is {} `{}` with {}",
                      "*{} en {}*; lo más grande: {} `{}`, con {}",
                      {*holding.bytes, title, kind_words(holding.largest->kind),
                       short_name(holding.largest->id), *holding.largest->bytes});
}

void add_disks(const Chapter& chapter, std::vector<Line>& lines) {
  if (!chapter.report.census.host) return;
  for (const FileSystem& files : chapter.report.census.host->file_systems) {
    const Bytes reachable = files.used + files.available;
    if (reachable.count() <= 0) continue;
    const Share used{static_cast<double>(files.used.count()) /
                     static_cast<double>(reachable.count())};
    if (used.of_one < 0.8) continue;  // a disk with room is no summary
    lines.push_back(chapter.line("*Disk {} {} full*: {} left", "*Disco {} al {}*: quedan {}",
                                 {files.mount_point, used, files.available}));
  }
}

std::optional<Line> growth_line(const Chapter& chapter) {
  const Overview& overview = chapter.overview;
  const BytesPerDay total{overview.unstopped_bytes_per_day};
  if (total.bytes < 1) return std::nullopt;
  const Store& first = *overview.growing.front();
  const BytesPerDay of_first{first.growth->bytes_per_day.value_or(0)};
  return chapter.line("*Continuous growth*: {} that no bound stops; `{}` alone adds {}",
                      "*Crecimiento continuo*: {} que ningún límite detiene; solo `{}` aporta {}",
                      {total, short_name(first.id), of_first});
}

std::vector<Line> totals(const Chapter& chapter) {
  const Overview& overview = chapter.overview;
  std::vector<Line> lines;
  const auto add = [&](std::optional<Line> line) {
    if (line) lines.push_back(std::move(*line));
  };
  for (const Holding& holding : overview.holdings) add(holding_line(chapter, holding));
  add_disks(chapter, lines);
  add(growth_line(chapter));
  if (overview.cpu_share) {
    lines.push_back(chapter.line("*CPU at {}* in {} (100% is one core)",
                                 "*CPU al {}* en {} (100 % es un núcleo)",
                                 {Share{*overview.cpu_share}, overview.cpu_of}));
  }
  const auto findings = static_cast<std::int64_t>(chapter.report.diagnosis.findings.size());
  if (findings > 0) {
    lines.push_back(
        chapter.line("*{}*: {}", "*{}*: {}",
                     {count_words(findings, {"finding", "findings", "hallazgo", "hallazgos"}),
                      severity_counts(chapter.report.diagnosis, chapter.language)}));
  }
  if (overview.frees) {
    lines.push_back(chapter.line("*{} can be freed* with the remedies below",
                                 "*Se pueden liberar {}* con los remedios de más abajo",
                                 {*overview.frees}));
  }
  const auto gaps = static_cast<std::int64_t>(chapter.report.diagnosis.gaps.size());
  if (gaps > 0) {
    lines.push_back(
        chapter.line("*{}*; the annex says why", "*{}*; el anexo dice por qué",
                     {count_words(gaps, {"thing could not be seen", "things could not be seen",
                                         "cosa no se pudo ver", "cosas no se pudieron ver"})}));
  }
  return lines;
}

Chart chart_of(const Chapter& chapter, std::string title, const std::vector<const Store*>& stores,
               bool growth) {
  Chart chart{std::move(title), {}};
  for (const Store* store : stores) {
    if (chart.rows.size() == kChartRows) break;
    ChartRow row;
    row.label = short_name(store->id);
    if (growth) {
      row.value = store->growth->bytes_per_day.value_or(0);
      row.value_text = growth_words(*store, chapter.language);
    } else {
      row.value = static_cast<double>(store->bytes.value_or(Bytes{}).count());
      row.value_text = chapter.value(*store->bytes);
    }
    if (row.value > 0) chart.rows.push_back(std::move(row));
  }
  return chart;
}

void add_charts(Chapter& chapter) {
  std::vector<const Store*> sized;
  for (const Store& store : chapter.overview.stores) {
    const bool outer = store.kind == "volume" || store.kind == "file_system" ||
                       store.kind == "redis_memory" || store.kind == "container";
    if (store.bytes && !outer) sized.push_back(&store);
  }
  Chart sizes = chart_of(chapter, chapter.word(say("What takes the space", "Qué ocupa el espacio")),
                         sized, false);
  Chart growth = chart_of(
      chapter,
      chapter.word(say("What grows, and nothing stops it", "Qué crece sin que nada lo detenga")),
      chapter.overview.growing, true);
  if (!sizes.rows.empty()) chapter.blocks.push_back(std::move(sizes));
  if (!growth.rows.empty()) chapter.blocks.push_back(std::move(growth));
}

}  // namespace

void add_summary(Chapter& chapter) {
  chapter.heading(2, chapter.line("Executive summary", "Resumen ejecutivo"));
  add_opening(chapter);
  chapter.items(totals(chapter));
  if (chapter.overview.reachable > 0) add_charts(chapter);
}

}  // namespace plimsoll
