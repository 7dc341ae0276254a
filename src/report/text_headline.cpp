#include "base/text.h"
#include "report/store_words.h"
#include "report/text_report.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kHeadlineLabel = 13;

/// The one sentence for 3 a.m.
void draw_sentence(Canvas& canvas, const Report& report, const Overview& overview) {
  if (overview.reachable == 0) {
    canvas.words(
        2,
        overview.unreachable == 0
            ? canvas.word("No server was given or found: what grows is not known.",
                          "No se indicó ni se encontró ningún servidor: no se sabe qué crece.")
            : canvas.word("Nothing could be reached: what grows is not known.",
                          "No se ha podido llegar a nada: no se sabe qué crece."),
        Ink::bad);
    return;
  }
  if (const auto& next = overview.fills_next) {
    const bool already = next->within.count() <= 0;
    canvas.words(2,
                 already
                     ? canvas.word("FULL NOW: {}.", "LLENO YA: {}.", {next->what})
                     : canvas.word("Fills next: {}, in {}.", "Lo próximo en llenarse: {}, en {}.",
                                   {next->what, next->within}),
                 Ink::strong);
    if (!already) {
      canvas.words(2,
                   canvas.word("{} left, growing {}.", "Quedan {} y crece {}.",
                               {next->left.value_or(Bytes{}), BytesPerDay{next->bytes_per_day}}));
    }
    return;
  }
  if (!overview.growing.empty()) {
    const Store& first = *overview.growing.front();
    canvas.words(2,
                 canvas.word("Grows fastest: {}, {}, and nothing stops it.",
                             "Lo que más crece: {}, {}, y nada lo detiene.",
                             {short_name(first.id), growth_words(first, canvas.language())}),
                 Ink::strong);
    return;
  }
  canvas.words(2,
               report.diagnosis.findings.empty()
                   ? canvas.word("Nothing grows without a bound, in what was looked at.",
                                 "Nada crece sin límite en lo que se ha mirado.")
                   : canvas.word("Nothing measured is on its way to fill anything.",
                                 "Nada de lo medido va camino de llenar nada."),
               report.diagnosis.findings.empty() ? Ink::good : Ink::strong);
}

std::string holdings_line(const Canvas& canvas, const Overview& overview) {
  std::string text;
  for (const Holding& holding : overview.holdings) {
    const std::string title = target_title(*holding.target, canvas.language());
    const std::string size =
        holding.bytes ? canvas.value(*holding.bytes) : canvas.word("unknown", "se desconoce");
    text += (text.empty() ? "" : std::string{" "} + std::string{canvas.with().dot} + " ") + title +
            " " + size;
  }
  return text;
}

void draw_growth(Canvas& canvas, const Overview& overview) {
  if (overview.unstopped_bytes_per_day >= 1) {
    canvas.labelled(2, canvas.word("Grows", "Crece"), kHeadlineLabel,
                    canvas.word("{} that no bound stops", "{} que ningún límite detiene",
                                {BytesPerDay{overview.unstopped_bytes_per_day}}));
  }
  if (!overview.growing.empty() && overview.fills_next) {
    const Store& first = *overview.growing.front();
    canvas.labelled(2, canvas.word("Most of it", "Lo que más"), kHeadlineLabel,
                    canvas.word("{} {}, {}", "{} {}, {}",
                                {kind_words(first.kind), short_name(first.id),
                                 growth_words(first, canvas.language())}));
  }
  if (overview.rate_unknown > 0) {
    canvas.labelled(
        2, "", kHeadlineLabel,
        canvas.word("{} more without a bound, at a rate not known yet",
                    "{} más sin límite, a un ritmo que aún no se conoce", {overview.rate_unknown}));
  }
}

/// "12 tables, 7 streams, 9 containers": what "nothing found" was found in.
std::string looked_at(const Canvas& canvas, const Report& report) {
  const Census& census = report.census;
  std::size_t tables = 0;
  std::size_t streams = 0;
  std::size_t families = 0;
  for (const PostgresCensus& server : census.postgres) tables += server.tables.size();
  for (const RedisCensus& server : census.redis) {
    streams += server.streams.size();
    families += server.families.size();
  }
  std::string text;
  const auto add = [&](std::size_t count, const Noun& noun) {
    text += (text.empty() ? "" : ", ") +
            count_words(static_cast<std::int64_t>(count), noun).in(canvas.language());
  };
  if (!census.postgres.empty()) add(tables, {"table", "tables", "tabla", "tablas"});
  if (!census.redis.empty()) {
    add(streams, {"stream", "streams", "stream", "streams"});
    add(families, {"key family", "key families", "familia de claves", "familias de claves"});
  }
  if (census.docker) {
    add(census.docker->containers.size(),
        {"container", "containers", "contenedor", "contenedores"});
    add(census.docker->volumes.size(), {"volume", "volumes", "volumen", "volúmenes"});
  }
  if (census.host) {
    add(census.host->file_systems.size(),
        {"file system", "file systems", "sistema de ficheros", "sistemas de ficheros"});
  }
  return text;
}

}  // namespace

void draw_headline(Canvas& canvas, const Report& report, const Overview& overview) {
  const std::string when = canvas.value(report.census.taken_at);
  const std::string title = canvas.word("Plimsoll diagnosis", "Diagnóstico de Plimsoll");
  const std::size_t room = canvas.columns() - display_width(title);
  canvas.line(canvas.paint(title, Ink::strong) +
              canvas.paint(right(when, room, canvas.with()), Ink::faint));
  canvas.line();
  draw_sentence(canvas, report, overview);
  canvas.line();
  const std::string holds = holdings_line(canvas, overview);
  if (!holds.empty()) canvas.labelled(2, canvas.word("Holds", "Ocupa"), kHeadlineLabel, holds);
  draw_growth(canvas, overview);
  if (overview.cpu_share) {
    canvas.labelled(2, "CPU", kHeadlineLabel,
                    canvas.word("{} of a core in {}", "{} de un núcleo en {}",
                                {Share{*overview.cpu_share}, overview.cpu_of}));
  }
  if (overview.frees) {
    canvas.labelled(2, canvas.word("Can be freed", "Se libera"), kHeadlineLabel,
                    canvas.word("{}, by the remedies below", "{}, con los remedios de abajo",
                                {*overview.frees}));
  }
  const std::string counts = severity_counts(report.diagnosis, canvas.language());
  const std::string looked = looked_at(canvas, report);
  if (!counts.empty())
    canvas.labelled(2, canvas.word("Findings", "Hallazgos"), kHeadlineLabel, counts);
  if (!looked.empty() && counts.empty())
    canvas.labelled(2, canvas.word("Looked at", "Se miró"), kHeadlineLabel, looked);
  for (const Target& target : report.census.targets) {
    if (target.reachable) continue;
    canvas.labelled(2, canvas.word("No answer", "No responde"), kHeadlineLabel,
                    target_title(target, canvas.language()) + " " + printable(target.address),
                    Ink::bad);
  }
  const auto gaps = static_cast<std::int64_t>(report.diagnosis.gaps.size());
  if (gaps > 0) {
    canvas.labelled(2, canvas.word("Not seen", "No se vio"), kHeadlineLabel,
                    gaps == 1
                        ? canvas.word("1 thing; see the end", "1 cosa; mira al final")
                        : canvas.word("{} things; see the end", "{} cosas; mira al final", {gaps}));
  }
}

}  // namespace plimsoll
