#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/verbs.h"
#include "demo/demo.h"

namespace plimsoll {
namespace {

struct DemoArguments {
  std::string directory;
  double scale = 0.01;
  bool json = false;
  bool market = false;
  bool leaky = false;
};

std::filesystem::path directory_of(const DemoArguments& arguments) {
  return arguments.directory.empty() ? default_demo_directory()
                                     : std::filesystem::path{arguments.directory};
}

ExitStatus print(const std::string& text) {
  std::printf("%s\n", text.c_str());
  return std::fflush(stdout) == 0 ? ExitStatus::done : ExitStatus::failed;
}

/// One line that is rewritten on a terminal, and a line a step elsewhere.
Progress progress_line(Language language) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  return [language, terminal](const Text& step) {
    std::fprintf(stderr, terminal ? "\r\x1b[K%s" : "%s\n", step.in(language).c_str());
  };
}

ExitStatus up(const DemoArguments& arguments, Language language) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const MarketDemo market = !arguments.market ? MarketDemo::none
                            : arguments.leaky ? MarketDemo::leaky
                                              : MarketDemo::bounded;
  const auto stack =
      demo_up({directory_of(arguments), arguments.scale, market}, progress_line(language));
  if (terminal) std::fprintf(stderr, "\r\x1b[K");
  if (!stack) {
    complain(stack.error(), language);
    return ExitStatus::failed;
  }
  return print(arguments.json ? to_json(*stack) : describe(*stack).in(language));
}

ExitStatus down(const DemoArguments& arguments, Language language) {
  const auto removal = demo_down(directory_of(arguments));
  if (!removal) {
    complain(removal.error(), language);
    return ExitStatus::failed;
  }
  return print(describe(*removal).in(language));
}

ExitStatus status(const DemoArguments& arguments, Language language) {
  const auto found = demo_status(directory_of(arguments));
  if (!found) {
    complain(found.error(), language);
    return ExitStatus::failed;
  }
  return print(arguments.json ? to_json(*found) : describe(*found).in(language));
}

}  // namespace

Verb add_demo(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<DemoArguments>();
  auto* verb = parent.add_subcommand(
      "demo", say("A private PostgreSQL and Redis that leak, to try everything on.",
                  "Un PostgreSQL y un Redis privados con fugas, para probarlo todo.")
                  .in(language));
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const Text& what) {
    auto* part = verb->add_subcommand(name, what.in(language));
    part->add_option("--dir", arguments->directory,
                     say("The demo's folder ({}).", "La carpeta de la demo ({}).",
                         {default_demo_directory().string()})
                         .in(language));
    return part;
  };
  auto* up_verb = add("up", say("Start and fill it; already up is fine.",
                                "La inicia y la llena; si ya está en marcha, no hace nada."));
  up_verb->add_option("--scale", arguments->scale,
                      say("1 is 12.5 million rows and 10 GB; 0.01 loads in seconds.",
                          "1 son 12,5 millones de filas y 10 GB; 0.01 carga en segundos.")
                          .in(language));
  auto* market = up_verb->add_flag(
      "--market", arguments->market,
      say("Empty servers instead, and the market services writing into them at 20 times real time.",
          "Servidores vacíos, y los servicios de mercado escribiendo en ellos a 20 veces la "
          "velocidad real.")
          .in(language));
  up_verb
      ->add_flag("--leaky", arguments->leaky,
                 say("The market services write without any bound.",
                     "Los servicios de mercado escriben sin ningún límite.")
                     .in(language))
      ->needs(market);
  auto* down_verb = add("down", say("Stop it and remove what it made, and nothing else.",
                                    "La para y borra lo que creó, y nada más."));
  auto* status_verb = add(
      "status", say("Is it up, where, and how large.", "Si está en marcha, dónde y cuánto ocupa."));
  for (auto* part : {up_verb, status_verb})
    part->add_flag("--json", arguments->json, say("For programs.", "Para programas.").in(language));
  return [=] {
    if (up_verb->parsed()) return up(*arguments, language);
    return down_verb->parsed() ? down(*arguments, language) : status(*arguments, language);
  };
}

}  // namespace plimsoll
