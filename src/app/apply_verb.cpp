#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/executors.h"
#include "app/planner.h"
#include "app/screen.h"
#include "app/state_folder.h"
#include "app/verbs.h"
#include "base/text.h"
#include "report/plan_text.h"

namespace plimsoll {
namespace {

struct ApplyArguments {
  TargetArguments targets;
  CensusOptions census;
  std::string file;
  std::string state;
  std::string format = "text";
  std::vector<std::string> only;
  std::vector<int> steps;
  std::optional<double> max_rate;
  bool yes = false;
  bool now = false;
};

std::atomic<bool> stop_wanted = false;  // a signal handler has no other way to say it

/// The first Ctrl-C ends at the next safe point; a second one ends at once, which is safe too: what
/// was begun is finished or undone the next time.
void stop_at_safe_point(int signal) {
  stop_wanted = true;
  std::signal(signal, SIG_DFL);
}

Result<Plan> read_plan(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream text;
  if (file) text << file.rdbuf();
  if (!file)
    return failure(
        ErrorCode::unreachable,
        say("the plan {} cannot be read", "no se puede leer el plan {}", {printable(path)}),
        say("make one: plimsoll plan --out {}", "haga uno: plimsoll plan --out {}",
            {printable(path)}));
  return parse_plan(text.str());
}

/// The work on the screen: one line that is rewritten on a terminal; elsewhere only what ended.
class Screen final : public RunObserver {
 public:
  Screen(Language language, bool quiet)
      : language_{language}, quiet_{quiet}, style_{screen_style(0)} {}

  void step_begins(const Step& step) override { show(step, {}, {}); }
  void step_progress(const Step& step, const Text& what, std::optional<double> share) override {
    show(step, what, share);
  }
  void step_ends(const Step& step, const Outcome& outcome) override {
    if (quiet_) return;
    clear();
    std::printf("%s", render_outcome(step, outcome, language_, style_).c_str());
    std::fflush(stdout);
  }

 private:
  void show(const Step& step, const Text& what, std::optional<double> share) const {
    if (quiet_ || !terminal_) return;
    std::string line =
        std::to_string(step.number) + "  " + (what.empty() ? step.title : what).in(language_);
    if (share) line += say("  {}", "  {}", {Share{*share}}).in(language_);
    if (line.size() > 78) line.resize(78);
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  }
  void clear() const {
    if (terminal_) std::fprintf(stderr, "\r\x1b[K");
  }

  Language language_;
  bool quiet_;
  TextStyle style_;
  bool terminal_ = isatty(STDERR_FILENO) != 0;
};

bool is_yes(const std::string& answer) {
  return answer == "yes" || answer == "y" || answer == "sí" || answer == "si" || answer == "s";
}

/// What goes for good is named before the question. Without a terminal nobody can answer.
bool agreed(const Plan& plan, const ApplyArguments& arguments, Language language) {
  if (arguments.yes) return true;
  const Text losses = losses_of(plan);
  if (!losses.empty()) {
    std::fprintf(stderr, "%s\n%s\n",
                 say("This deletes for good, and frees about {}:",
                     "Esto borra para siempre, y libera unos {}:", {frees_of(plan)})
                     .in(language)
                     .c_str(),
                 losses.in(language).c_str());
  }
  if (isatty(STDIN_FILENO) == 0) {
    complain(
        {ErrorCode::denied,
         say("nobody to ask: nothing was done", "no hay a quién preguntar: no se ha hecho nada"),
         say("read the plan, then say --yes", "lea el plan y diga --yes")},
        language);
    return false;
  }
  std::fprintf(stderr, "%s",
               say("Carry out {} steps? [yes/no] ", "¿Llevar a cabo {} pasos? [sí/no] ",
                   {static_cast<std::int64_t>(plan.steps.size())})
                   .in(language)
                   .c_str());
  std::string answer;
  std::getline(std::cin, answer);
  if (is_yes(std::string{trim(answer)})) return true;
  std::fprintf(stderr, "%s\n",
               say("Nothing was done.", "No se ha hecho nada.").in(language).c_str());
  return false;
}

std::string json_of(const Plan& plan, const RunResult& result, Language language) {
  nlohmann::ordered_json steps = nlohmann::json::array();
  for (const Step& step : plan.steps) {
    const auto found = result.outcomes.find(step.number);
    if (found == result.outcomes.end()) continue;
    const Outcome& outcome = found->second;
    steps.push_back({{"number", step.number},
                     {"kind", name_of(step.change)},
                     {"resource", step.resource},
                     {"state", name_of(outcome.state)},
                     {"what", outcome.what.in(language)},
                     {"freed_bytes", outcome.freed ? nlohmann::ordered_json(outcome.freed->count())
                                                   : nlohmann::ordered_json(nullptr)},
                     {"after", outcome.after}});
  }
  nlohmann::ordered_json all = {
      {"schema", "plimsoll.outcome/1"}, {"plan", plan.hash}, {"steps", std::move(steps)}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void say_what_is_left(const RunResult& result, Language language) {
  bool held = false;
  Bytes freed;
  for (const auto& [number, outcome] : result.outcomes) {
    held = held || outcome.state == StepState::held;
    freed += outcome.freed.value_or(Bytes{});
  }
  std::printf("\n%s\n",
              say("Freed {} in all, as measured.", "Liberados {} en total, medidos.", {freed})
                  .in(language)
                  .c_str());
  if (held)
    std::printf(
        "%s\n",
        say("Held steps wait for their window (--now does not wait) or for a step before them: "
            "apply "
            "the same plan again.",
            "Los pasos retenidos esperan su ventana (--now no espera) o un paso anterior: aplique "
            "de nuevo el mismo plan.")
            .in(language)
            .c_str());
}

/// Everything but the expiry and the servers has been checked.
ExitStatus carry_out(const Plan& plan, const FoundTargets& found, const ApplyArguments& arguments,
                     Language language) {
  const auto path = journal_path(arguments.state);
  auto journal = path ? Journal::open(*path) : Result<Journal>{failure(path.error())};
  if (!journal) {
    complain(journal.error(), language);
    return ExitStatus::failed;
  }
  if (const auto state = journal->state_of(plan.hash); state && *state == PlanState::applied) {
    complain(
        {ErrorCode::conflict,
         say("this plan is stale: it was applied already", "este plan ya no vale: ya se aplicó"),
         say("make it anew: plimsoll plan", "hágalo de nuevo: plimsoll plan")},
        language);
    return ExitStatus::stale;
  }
  const ExecutorSet set{plan, found.targets, arguments.max_rate};
  for (const Gap& gap : set.gaps()) complain({ErrorCode::unreachable, gap.why, gap.hint}, language);
  if (const auto fits = check_applicable(plan, now(), set.present()); !fits) {
    complain(fits.error(), language);
    return ExitStatus::stale;
  }
  if (!agreed(plan, arguments, language)) return ExitStatus::failed;
  std::signal(SIGINT, stop_at_safe_point);
  std::signal(SIGTERM, stop_at_safe_point);
  RunOptions options;
  options.now = now;
  options.actor = current_actor();
  options.maintenance = found.policy.maintenance;
  options.ignore_window = arguments.now;
  options.only_steps = {arguments.steps.begin(), arguments.steps.end()};
  options.only = arguments.only;
  options.stop = &stop_wanted;
  Screen screen{language, arguments.format == "json"};
  const RunResult result = run_plan(plan, set.executors(), *journal, options, screen);
  if (arguments.format == "json") {
    print_all(json_of(plan, result, language), language);
  } else {
    say_what_is_left(result, language);
  }
  if (result.error) complain(*result.error, language);
  return static_cast<ExitStatus>(exit_status_of(result));
}

ExitStatus run_apply(const ApplyArguments& arguments, const Surroundings& surroundings) {
  auto found = find_targets(arguments.targets);
  if (!found) {
    complain(found.error(), surroundings.language);
    return ExitStatus::usage;
  }
  const Language language = language_for(*found, surroundings);
  warn(found->warnings, language);
  if (!arguments.file.empty()) {
    const auto plan = read_plan(arguments.file);
    if (!plan) {
      complain(plan.error(), language);
      return ExitStatus::failed;
    }
    return carry_out(*plan, *found, arguments, language);
  }
  if (found->policy.empty()) {
    complain(
        {ErrorCode::unsupported,
         say("no plan and no policy: nothing to apply", "ni plan ni política: nada que aplicar"),
         say("plimsoll apply FILE, or write plimsoll.yaml first",
             "plimsoll apply FICHERO, o escriba antes plimsoll.yaml")},
        language);
    return ExitStatus::usage;
  }
  const Plan plan = plan_now(*found, arguments.census, now()).plan;
  if (arguments.format != "json" &&
      !print_all(render_plan(plan, language, screen_style(0)), language))
    return ExitStatus::failed;
  if (plan.steps.empty()) return plan.targets.empty() ? ExitStatus::failed : ExitStatus::done;
  return carry_out(plan, *found, arguments, language);
}

}  // namespace

Verb add_apply(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<ApplyArguments>();
  auto* verb = parent.add_subcommand("apply", say("Carry out a plan, exactly as it says and once.",
                                                  "Lleva a cabo un plan, tal como dice y una vez.")
                                                  .in(language));
  add_target_options(*verb, arguments->targets, language);
  verb->add_option("PLAN", arguments->file,
                   say("what plan --out wrote; without it: plan and apply in one",
                       "lo que escribió plan --out; sin él: planifica y aplica")
                       .in(language))
      ->type_name("");
  verb->add_flag("--yes", arguments->yes, say("do not ask", "no preguntar").in(language));
  verb->add_flag(
      "--now", arguments->now,
      say("heavy steps too, outside their window", "también los pasos pesados, fuera de su ventana")
          .in(language));
  verb->add_option(
          "--only", arguments->only,
          say("steps whose kind or resource fits this pattern;\nmay be repeated: --only 'redis/*'",
              "pasos cuya clase o recurso encaja en el patrón;\npuede repetirse: --only 'redis/*'")
              .in(language))
      ->type_name("PATTERN");
  verb->add_option(
          "--step", arguments->steps,
          say("only this step; may be repeated", "solo este paso; puede repetirse").in(language))
      ->type_name("N");
  verb->add_option("--max-rate", arguments->max_rate,
                   say("rows a second, at most, where rows are deleted in batches",
                       "filas por segundo, como mucho, donde se borra por lotes")
                       .in(language))
      ->type_name("ROWS")
      ->check(CLI::PositiveNumber.description(""));
  verb->add_option("--state", arguments->state,
                   say("folder of the journal", "carpeta del diario").in(language))
      ->type_name("DIR");
  verb->add_option("--format", arguments->format, "text | json")
      ->type_name("")
      ->check(CLI::IsMember({"text", "json"}, CLI::ignore_case).description(""));
  verb->footer(
      say("Examples:\n"
          "  plimsoll plan --out p.json && plimsoll apply p.json\n"
          "  plimsoll apply --yes --only trim_stream\n"
          "Ctrl-C ends at the next safe point; applying again goes on from there.\n"
          "Exit status: 0 done, 1 failed, 3 in part (or waiting), 4 plan is stale, 64 usage.",
          "Ejemplos:\n"
          "  plimsoll plan --out p.json && plimsoll apply p.json\n"
          "  plimsoll apply --yes --only trim_stream\n"
          "Ctrl-C termina en el próximo punto seguro; aplicar de nuevo sigue desde ahí.\n"
          "Código de salida: 0 hecho, 1 error, 3 en parte (o en espera), 4 plan caducado, 64 uso.")
          .in(language));
  return [arguments, surroundings] { return run_apply(*arguments, surroundings); };
}

}  // namespace plimsoll
