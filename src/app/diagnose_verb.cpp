#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/census_taker.h"
#include "app/screen.h"
#include "app/target_finder.h"
#include "app/verbs.h"
#include "diagnose/diagnose.h"
#include "diagnose/under_policy.h"
#include "report/report.h"

namespace plimsoll {
namespace {

struct DiagnoseArguments {
  TargetArguments targets;
  CensusOptions census;
  std::string format = "text";
  double timeout_seconds = 10;
  int columns = 0;  ///< 0: the terminal's, or 80
};

std::string render(const Report& report, const DiagnoseArguments& arguments, Language language) {
  if (arguments.format == "json") return render_json(report, language);
  if (arguments.format == "markdown") return render_markdown(report, language);
  if (arguments.format == "html") return render_html(report, language);
  return render_text(report, language, screen_style(arguments.columns));
}

ExitStatus run_diagnose(const DiagnoseArguments& arguments, const Surroundings& surroundings) {
  auto found = find_targets(arguments.targets);
  if (!found) {
    complain(found.error(), surroundings.language);
    return ExitStatus::usage;
  }
  const Language language = language_for(*found, surroundings);
  warn(found->warnings, language);
  CensusOptions options = arguments.census;
  options.per_target =
      std::chrono::milliseconds{static_cast<std::int64_t>(arguments.timeout_seconds * 1000)};
  Census census = take_census(found->targets, options, now());
  census.gaps.insert(census.gaps.begin(), found->gaps.begin(), found->gaps.end());
  const Diagnosis diagnosis = under_policy(diagnose(census), census, found->policy);
  const std::string text = render({census, diagnosis, &found->policy}, arguments, language);
  if (!print_all(text, language)) return ExitStatus::failed;
  const bool any_reachable = std::any_of(
      census.targets.begin(), census.targets.end(),
      [](const Target& target) { return target.reachable && target.kind != TargetKind::host; });
  if (!diagnosis.findings.empty()) return ExitStatus::findings;
  const bool asked_for_servers =
      std::any_of(census.targets.begin(), census.targets.end(),
                  [](const Target& target) { return target.kind != TargetKind::host; });
  return asked_for_servers && !any_reachable ? ExitStatus::failed : ExitStatus::done;
}

}  // namespace

Verb add_diagnose(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<DiagnoseArguments>();
  auto* verb =
      parent.add_subcommand("diagnose", say("Look (read-only) and say what grows without a bound.",
                                            "Mira (solo lectura) y dice qué crece sin límite.")
                                            .in(language));
  add_target_options(*verb, arguments->targets, language);
  verb->add_option("--format", arguments->format, "text | json | markdown | html")
      ->type_name("")
      ->check(
          CLI::IsMember({"text", "json", "markdown", "html"}, CLI::ignore_case).description(""));
  verb->add_flag("--exact", arguments->census.exact,
                 say("count rows instead of estimating them;\nreads whole tables",
                     "cuenta las filas en vez de estimarlas;\nlee tablas enteras")
                     .in(language));
  verb->add_flag(
      "--sizes", arguments->census.sizes,
      say("also writable layers, volumes and build cache;\nslow on a large engine",
          "también capas de escritura, volúmenes y caché de\ncompilación; lento en un motor grande")
          .in(language));
  verb->add_flag(
      "--exhaustive", arguments->census.exhaustive,
      say("every Redis key instead of a sample", "todas las claves de Redis, no una muestra")
          .in(language));
  verb->add_option(
          "--timeout", arguments->timeout_seconds,
          say("seconds one server may cost, at most (10)", "segundos por servidor, como mucho (10)")
              .in(language))
      ->type_name("")
      ->check(CLI::Range(0.1, 3600.0).description(""));
  verb->add_option(
          "--columns", arguments->columns,
          say("width of the text report (80)", "ancho del informe de texto (80)").in(language))
      ->type_name("")
      ->check(CLI::Range(40, 400).description(""));
  verb->footer(say("Examples:\n"
                   "  plimsoll diagnose          what plimsoll.yaml, PLIMSOLL_* or Docker name\n"
                   "  plimsoll diagnose --postgres postgresql://me@db/app --redis redis://cache\n"
                   "  plimsoll diagnose --format markdown --lang es > diagnostico.md\n"
                   "  plimsoll diagnose --format json | jq '.findings[] | {{rule, store}}'\n"
                   "Exit status: 0 nothing found, 2 findings, 1 no server answered.",
                   "Ejemplos:\n"
                   "  plimsoll diagnose          lo que digan plimsoll.yaml, PLIMSOLL_* o Docker\n"
                   "  plimsoll diagnose --postgres postgresql://yo@bd/app --redis redis://cache\n"
                   "  plimsoll diagnose --format markdown --lang es > diagnostico.md\n"
                   "  plimsoll diagnose --format json | jq '.findings[] | {{rule, store}}'\n"
                   "Código de salida: 0 nada encontrado, 2 hallazgos, 1 ningún servidor responde.")
                   .in(language));
  return [arguments, surroundings] { return run_diagnose(*arguments, surroundings); };
}

}  // namespace plimsoll
