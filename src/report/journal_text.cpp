#include "report/journal_text.h"

#include "base/text.h"
#include "report/canvas.h"
#include "report/words.h"

namespace plimsoll {
namespace {

constexpr std::size_t kHashShown = 12;  // as much of it as tells two plans apart
constexpr std::size_t kStateColumns = 14;
constexpr std::size_t kJournalIndent = 4;

Text plan_state_words(PlanState state) {
  switch (state) {
    case PlanState::begun:
      return say("not finished", "sin terminar");
    case PlanState::partly:
      return say("applied in part", "aplicado en parte");
    case PlanState::applied:
      return say("applied", "aplicado");
  }
  return {};
}

/// Of a step that was begun and never ended: the process is at it, or was killed.
Text step_state_words(const std::optional<StepState>& state) {
  if (!state) return say("begun", "empezado");
  switch (*state) {
    case StepState::done:
      return say("done", "hecho");
    case StepState::nothing_to_do:
      return say("nothing to do", "nada que hacer");
    case StepState::stale:
      return say("stale", "obsoleto");
    case StepState::refused:
      return say("refused", "rechazado");
    case StepState::held:
      return say("held", "en espera");
    case StepState::stopped:
      return say("stopped", "detenido");
    case StepState::failed:
      return say("failed", "fallido");
  }
  return {};
}

Ink ink_of(const std::optional<StepState>& state) {
  if (!state || *state == StepState::failed) return Ink::bad;
  if (*state == StepState::done) return Ink::good;
  if (*state == StepState::nothing_to_do) return Ink::faint;
  return Ink::warn;
}

std::string joined(const Canvas& canvas, const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += " " + std::string{canvas.with().dot} + " ";
    text += part;
  }
  return text;
}

/// "freed 9.1 GB · 12 seconds · 3 attempts".
std::string figures(const Canvas& canvas, const JournalStep& step) {
  std::string freed;
  if (step.freed) freed = canvas.word("freed {}", "liberó {}", {*step.freed});
  std::string took;
  if (step.begun_at && step.ended_at && *step.ended_at >= *step.begun_at) {
    took = canvas.value(std::chrono::duration_cast<Seconds>(*step.ended_at - *step.begun_at));
  }
  std::string attempts;
  if (step.attempts > 1) {
    attempts = count_words(step.attempts, {"attempt", "attempts", "intento", "intentos"})
                   .in(canvas.language());
  }
  return joined(canvas, {freed, took, attempts});
}

void draw_step(Canvas& canvas, const JournalStep& step) {
  const std::string number = right(std::to_string(step.number), 3, canvas.with()) + " ";
  const std::string state =
      left(step_state_words(step.state).in(canvas.language()), kStateColumns, canvas.with());
  const std::size_t room = canvas.columns() - number.size() - kStateColumns - 1;
  canvas.line(number + canvas.paint(state, ink_of(step.state)) + " " +
              fit(step.kind + " " + short_name(step.resource), room, canvas.with()));
  if (!step.what.empty()) {
    canvas.words(kJournalIndent, printable(step.what.in(canvas.language())));
  }
  if (!step.hint.empty()) {
    canvas.words(kJournalIndent, printable(step.hint.in(canvas.language())), Ink::faint);
  }
  if (!step.state && !step.phases.empty()) {
    const JournalPhase& last = step.phases.back();
    canvas.words(kJournalIndent,
                 canvas.word("last begun: {} {}, {}", "lo último empezado: {} {}, {}",
                             {printable(last.phase), printable(last.detail), last.at}));
  }
  if (const std::string text = figures(canvas, step); !text.empty()) {
    canvas.words(kJournalIndent, text, Ink::faint);
  }
}

Bytes freed_by(const JournalEntry& entry) {
  Bytes sum;
  for (const JournalStep& step : entry.steps) sum += step.freed.value_or(Bytes{});
  return sum;
}

void draw_entry(Canvas& canvas, const JournalEntry& entry) {
  canvas.section(entry.hash.substr(0, kHashShown));
  std::string freed;
  if (freed_by(entry) > Bytes{}) {
    freed = canvas.word("freed {}", "liberó {}", {freed_by(entry)});
  }
  canvas.words(
      0, joined(canvas,
                {plan_state_words(entry.state).in(canvas.language()), canvas.value(entry.begun_at),
                 canvas.word("{} on {}", "{} en {}",
                             {printable(entry.actor.user), printable(entry.actor.host)}),
                 freed}));
  for (const JournalStep& step : entry.steps) draw_step(canvas, step);
}

}  // namespace

std::string render_journal(const std::vector<JournalEntry>& entries, Language language,
                           const TextStyle& style) {
  Canvas canvas{language, style};
  if (entries.empty()) {
    canvas.words(0, canvas.word("The journal is empty: nothing was applied yet.",
                                "El diario está vacío: aún no se ha aplicado nada."));
  }
  for (const JournalEntry& entry : entries) draw_entry(canvas, entry);
  return canvas.take();
}

}  // namespace plimsoll
