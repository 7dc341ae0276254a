#include "report/plan_text.h"

#include "base/text.h"
#include "report/canvas.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kIndent = 4;
constexpr std::size_t kLabel = 9;
constexpr std::size_t kWordsShown = 4;

Text lost_range(const LosesRange& loss) {
  const Text items =
      loss.items ? say("about {} rows or entries", "unas {} filas o entradas", {*loss.items})
                 : say("rows or entries", "filas o entradas");
  if (loss.first && loss.last)
    return say("{} from {} to {}", "{} del {} al {}", {items, *loss.first, *loss.last});
  if (loss.last) return say("{} up to {}", "{} hasta el {}", {items, *loss.last});
  if (loss.first)
    return say("the oldest {}, from {} on", "las más antiguas, {}, desde el {}",
               {items, *loss.first});
  return items;
}

Text loses(const Step& step) {
  const auto* loss = std::get_if<LosesRange>(&step.loss);
  return loss == nullptr ? say("nothing", "nada") : lost_range(*loss);
}

void draw_words(Canvas& canvas, const Step& step) {
  std::size_t shown = 0;
  for (const std::string& word : step.words) {
    if (shown++ == kWordsShown) {
      canvas.words(kIndent + 2,
                   canvas.word("… and {} more; all of them: --format json",
                               "… y {} más; todas: --format json",
                               {static_cast<std::int64_t>(step.words.size() - kWordsShown)}),
                   Ink::faint);
      return;
    }
    canvas.command(kIndent + 2, printable(word));
  }
}

void draw_step(Canvas& canvas, const Step& step) {
  const auto in = [&](const Text& text) { return text.in(canvas.language()); };
  canvas.line();
  const std::string head = right(std::to_string(step.number), 2, canvas.with()) + "  ";
  bool first = true;
  for (const std::string& part : wrap(in(step.title), canvas.columns() - head.size())) {
    canvas.line((first ? head : std::string(head.size(), ' ')) + canvas.paint(part, Ink::strong));
    first = false;
  }
  canvas.labelled(kIndent, canvas.word("Why", "Motivo"), kLabel, in(step.why));
  canvas.labelled(kIndent, canvas.word("Loses", "Pierde"), kLabel, in(loses(step)),
                  std::holds_alternative<LosesNothing>(step.loss) ? Ink::good : Ink::warn);
  if (step.frees && step.frees->count() > 0)
    canvas.labelled(kIndent, canvas.word("Frees", "Libera"), kLabel, canvas.value(*step.frees));
  if (step.takes) {
    Text takes = say("about {}", "cerca de {}", {*step.takes});
    if (step.heavy)
      takes = say("{}; heavy: only in a maintenance window, or with --now",
                  "{}; pesado: solo en una ventana de mantenimiento, o con --now", {takes});
    canvas.labelled(kIndent, canvas.word("Takes", "Tarda"), kLabel, in(takes));
  }
  if (!step.basis.empty())
    canvas.labelled(kIndent, canvas.word("Basis", "Base"), kLabel, in(step.basis), Ink::faint);
  if (!step.locks.empty())
    canvas.labelled(kIndent, canvas.word("Locks", "Bloqueos"), kLabel, in(step.locks));
  if (!step.undo.empty())
    canvas.labelled(kIndent, canvas.word("Undo", "Deshacer"), kLabel, in(step.undo));
  for (const int earlier : step.after)
    canvas.labelled(kIndent, canvas.word("After", "Tras"), kLabel,
                    canvas.word("step {}", "el paso {}", {std::to_string(earlier)}));
  draw_words(canvas, step);
}

void draw_refusals(Canvas& canvas, const Plan& plan) {
  if (plan.refusals.empty()) return;
  canvas.line();
  canvas.section(canvas.word("NOT DONE, AND WHY", "LO QUE NO SE HACE, Y POR QUÉ"));
  for (const Refusal& refusal : plan.refusals) {
    canvas.words(1, refusal.what.in(canvas.language()), Ink::strong);
    canvas.words(3, refusal.why.in(canvas.language()));
    if (!refusal.instead.empty())
      canvas.words(3,
                   std::string{canvas.with().arrow} + " " + refusal.instead.in(canvas.language()),
                   Ink::note);
  }
}

}  // namespace

Bytes frees_of(const Plan& plan) {
  Bytes sum;
  for (const Step& step : plan.steps) sum += step.frees.value_or(Bytes{});
  return sum;
}

Text losses_of(const Plan& plan) {
  Text all;
  for (const Step& step : plan.steps) {
    const auto* loss = std::get_if<LosesRange>(&step.loss);
    if (loss == nullptr) continue;
    const Text one = say("  {}: {}", "  {}: {}", {short_name(step.resource), lost_range(*loss)});
    all = all.empty() ? one : say("{}\n{}", "{}\n{}", {all, one});
  }
  return all;
}

std::string render_plan(const Plan& plan, Language language, const TextStyle& style) {
  Canvas canvas{language, style};
  canvas.line(canvas.paint(canvas.word("Plimsoll plan", "Plan de Plimsoll"), Ink::strong) + "  " +
              canvas.word("from {}, good until {}", "del {}, válido hasta el {}",
                          {plan.taken_at, plan.expires_at}));
  canvas.line();
  const auto count = static_cast<std::int64_t>(plan.steps.size());
  if (plan.steps.empty()) {
    canvas.words(
        2,
        canvas.word("Nothing to do: every store the policy names is within its bound.",
                    "Nada que hacer: todo lo que nombra la política está dentro de su límite."),
        Ink::good);
  } else {
    canvas.words(
        2,
        canvas.word("{}, to free about {}. Nothing has been changed yet.",
                    "{}, para liberar unos {}. Aún no se ha cambiado nada.",
                    {count_words(count, {"step", "steps", "paso", "pasos"}), frees_of(plan)}),
        Ink::strong);
  }
  for (const Step& step : plan.steps) draw_step(canvas, step);
  draw_refusals(canvas, plan);
  canvas.line();
  canvas.line(
      canvas.paint(canvas.word("plan {}", "plan {}", {plan.hash.substr(0, 12)}), Ink::faint));
  return canvas.take();
}

std::string render_plan_markdown(const Plan& plan, Language language) {
  const auto in = [&](const Text& text) { return text.in(language); };
  std::string out = "# " + in(say("Plimsoll plan", "Plan de Plimsoll")) + "\n\n" +
                    in(say("From {}, good until {}.", "Del {}, válido hasta el {}.",
                           {plan.taken_at, plan.expires_at})) +
                    "\n";
  for (const Step& step : plan.steps) {
    out += "\n## " + std::to_string(step.number) + ". " + in(step.title) + "\n\n";
    out += "- **" + in(say("Why", "Por qué")) + "** " + in(step.why) + "\n";
    out += "- **" + in(say("Loses", "Pierde")) + "** " + in(loses(step)) + "\n";
    if (step.frees)
      out +=
          "- **" + in(say("Frees", "Libera")) + "** " + in(say("{}", "{}", {*step.frees})) + "\n";
    out += "- **" + in(say("Locks", "Bloqueos")) + "** " + in(step.locks) + "\n";
    out += "- **" + in(say("Undo", "Deshacer")) + "** " + in(step.undo) + "\n\n```\n";
    for (const std::string& word : step.words) out += printable(word) + "\n";
    out += "```\n";
  }
  if (!plan.refusals.empty())
    out += "\n## " + in(say("Not done, and why", "Lo que no se hace, y por qué")) + "\n\n";
  for (const Refusal& refusal : plan.refusals)
    out += "- " + in(refusal.what) + ": " + in(refusal.why) + ". " + in(refusal.instead) + "\n";
  return out;
}

std::string render_outcome(const Step& step, const Outcome& outcome, Language language,
                           const TextStyle& style) {
  Canvas canvas{language, style};
  const bool good = outcome.state == StepState::done || outcome.state == StepState::nothing_to_do;
  const bool waits = outcome.state == StepState::held || outcome.state == StepState::stopped;
  const std::string mark = good    ? canvas.paint(style.utf8 ? "✓" : "ok", Ink::good)
                           : waits ? canvas.paint(style.utf8 ? "…" : "--", Ink::note)
                                   : canvas.paint(style.utf8 ? "✗" : "!!", Ink::bad);
  canvas.line(mark + " " + right(std::to_string(step.number), 2, canvas.with()) + "  " +
              fit(step.title.in(language), canvas.columns() - 7, canvas.with()));
  const Text what = outcome.state == StepState::stale
                        ? say("plan is stale: {}", "el plan ya no vale: {}", {outcome.what})
                        : outcome.what;
  canvas.words(6, what.in(language), good ? Ink::faint : Ink::normal);
  if (outcome.freed && outcome.freed->count() > 0)
    canvas.words(6, canvas.word("freed {}", "liberados {}", {*outcome.freed}), Ink::faint);
  if (!outcome.hint.empty()) canvas.words(6, outcome.hint.in(language), Ink::note);
  return canvas.take();
}

}  // namespace plimsoll
