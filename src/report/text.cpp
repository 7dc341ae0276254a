#include "base/text.h"

#include "report/text_report.h"

namespace plimsoll {

void draw_gaps(Canvas& canvas, const Report& report) {
  if (report.diagnosis.gaps.empty()) return;
  canvas.section(canvas.word("NOT SEEN", "LO QUE NO SE VIO"));
  for (const Gap& gap : report.diagnosis.gaps) {
    std::string text = printable(gap.target) + ": " + printable(gap.what.in(canvas.language()));
    const std::string why = printable(gap.why.in(canvas.language()));
    if (!why.empty()) text += ": " + why;
    canvas.words(1, text);
    const std::string hint = printable(gap.hint.in(canvas.language()));
    if (!hint.empty()) canvas.labelled(3, canvas.with().arrow, 2, hint, Ink::note);
  }
}

void draw_next(Canvas& canvas, const Report& report, const Overview& overview) {
  canvas.section(canvas.word("WHAT NEXT", "QUÉ HACER AHORA"));
  if (!report.diagnosis.findings.empty()) {
    canvas.words(
        1, canvas.word("Start with finding 1: bound first, delete later. Nothing was changed by "
                       "this diagnosis.",
                       "Empieza por el hallazgo 1: primero el límite, después borrar. Este "
                       "diagnóstico no ha cambiado nada."));
  } else if (overview.reachable == 0) {
    canvas.words(
        1, canvas.word("Give an address with --postgres, --redis or --docker, or close the gaps "
                       "above.",
                       "Indica una dirección con --postgres, --redis o --docker, o cierra los "
                       "huecos de arriba."));
  } else {
    canvas.words(
        1, canvas.word("Run it again tomorrow: two looks show growth that one cannot.",
                       "Repítelo mañana: dos miradas muestran un crecimiento que una no ve."));
  }
  if (overview.reachable > 0) {
    canvas.words(1, canvas.word("To share it: --format markdown, html or json.",
                                "Para compartirlo: --format markdown, html o json."));
  }
}

std::string render_text(const Report& report, Language language, const TextStyle& style) {
  const Overview overview = overview_of(report);
  Canvas canvas{language, style};
  draw_headline(canvas, report, overview);
  draw_findings(canvas, overview);
  draw_stores(canvas, overview);
  draw_gaps(canvas, report);
  draw_next(canvas, report, overview);
  return canvas.take();
}

}  // namespace plimsoll
