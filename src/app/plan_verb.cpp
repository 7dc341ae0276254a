#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>

#include "app/census_taker.h"
#include "app/planner.h"
#include "app/screen.h"
#include "app/target_finder.h"
#include "app/verbs.h"
#include "base/text.h"
#include "report/plan_text.h"

namespace plimsoll {
namespace {

struct PlanArguments {
  TargetArguments targets;
  CensusOptions census;
  std::string format = "text";
  std::string out;
  int columns = 0;
};

Result<void> write_plan(const std::string& path, const std::string& text) {
  std::ofstream file{path, std::ios::trunc};
  file << text << '\n';
  file.flush();
  if (file) return {};
  return failure(ErrorCode::denied,
                 say("the plan could not be written to {}", "no se pudo escribir el plan en {}",
                     {printable(path)}),
                 say("check the folder and the room on its disk",
                     "compruebe la carpeta y el espacio de su disco"));
}

ExitStatus run_plan_verb(const PlanArguments& arguments, const Surroundings& surroundings) {
  auto found = find_targets(arguments.targets);
  if (!found) {
    complain(found.error(), surroundings.language);
    return ExitStatus::usage;
  }
  const Language language = language_for(*found, surroundings);
  warn(found->warnings, language);
  if (found->policy.empty()) {
    complain(
        {ErrorCode::unsupported,
         say("no policy: a plan needs to know what is to be kept",
             "no hay política: un plan necesita saber qué se conserva"),
         say("write plimsoll.yaml (plimsoll init makes one from what is there), or --config FILE",
             "escriba plimsoll.yaml (plimsoll init hace uno con lo que hay), o --config FICHERO")},
        language);
    return ExitStatus::usage;
  }
  const Planned planned = plan_now(*found, arguments.census, now());
  const Plan& plan = planned.plan;
  warn(planned.warnings, language);
  const std::string json = to_json(plan);
  if (!arguments.out.empty()) {
    if (auto written = write_plan(arguments.out, json); !written) {
      complain(written.error(), language);
      return ExitStatus::failed;
    }
  }
  std::string text;
  if (arguments.format == "json") text = json + "\n";
  if (arguments.format == "markdown") text = render_plan_markdown(plan, language);
  if (arguments.format == "text") {
    text = render_plan(plan, language, screen_style(arguments.columns));
    if (!arguments.out.empty() && !plan.steps.empty())
      text += say("\nTo carry it out:  plimsoll apply {}\n",
                  "\nPara llevarlo a cabo:  plimsoll apply {}\n", {printable(arguments.out)})
                  .in(language);
  }
  if (!print_all(text, language)) return ExitStatus::failed;
  if (!plan.steps.empty()) return ExitStatus::findings;
  return plan.targets.empty() ? ExitStatus::failed : ExitStatus::done;
}

}  // namespace

Verb add_plan(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<PlanArguments>();
  auto* verb = parent.add_subcommand(
      "plan", say("Say what would be changed to hold plimsoll.yaml; changes nothing.",
                  "Dice qué se cambiaría para cumplir plimsoll.yaml; no cambia nada.")
                  .in(language));
  add_target_options(*verb, arguments->targets, language);
  verb->add_option(
          "--out", arguments->out,
          say("write the plan to FILE, for apply", "escribe el plan en FICHERO, para apply")
              .in(language))
      ->type_name("FILE");
  verb->add_option("--format", arguments->format, "text | json | markdown")
      ->type_name("")
      ->check(CLI::IsMember({"text", "json", "markdown"}, CLI::ignore_case).description(""));
  verb->add_option("--columns", arguments->columns,
                   say("width of the text (80)", "ancho del texto (80)").in(language))
      ->type_name("")
      ->check(CLI::Range(40, 400).description(""));
  verb->footer(
      say("Examples:\n"
          "  plimsoll plan --out p.json && less p.json\n"
          "  plimsoll apply p.json\n"
          "Exit status: 0 nothing to do, 2 there are steps, 1 no server answered, 64 usage.",
          "Ejemplos:\n"
          "  plimsoll plan --out p.json && less p.json\n"
          "  plimsoll apply p.json\n"
          "Código de salida: 0 nada que hacer, 2 hay pasos, 1 ningún servidor responde, 64 uso.")
          .in(language));
  return [arguments, surroundings] { return run_plan_verb(*arguments, surroundings); };
}

}  // namespace plimsoll
