#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <string_view>

#include "app/verbs.h"
#include "base/result.h"
#include "base/text.h"

namespace plimsoll {
namespace {

/// Help is shown in the reader's language, so the language is wanted before the arguments are
/// parsed.
Surroundings look_around(int argc, char** argv) {
  Surroundings found;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      found.language = language_of(value);
      break;
    }
  }
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view value;
    if (argument == "--lang" && i + 1 < argc) value = argv[i + 1];
    if (argument.substr(0, 7) == "--lang=") value = argument.substr(7);
    if (value.empty()) continue;
    found.language = language_of(value);
    found.language_given = true;
  }
  return found;
}

Text footer() {
  return say(
      "Exit status: 0 nothing to do or done, 1 failed, 2 findings, 3 applied in part, 4 plan is "
      "stale,\n"
      "64 usage. To see it at work:  plimsoll demo up && plimsoll diagnose --demo",
      "Código de salida: 0 nada que hacer o hecho, 1 error, 2 hallazgos, 3 aplicado en parte, 4 "
      "plan\n"
      "caducado, 64 uso. Para verlo en marcha:  plimsoll demo up && plimsoll diagnose --demo");
}

/// The words that CLI11 puts into its help by itself.
void speak(CLI::App& app, Language language) {
  if (language != Language::es) return;
  auto words = app.get_formatter();
  words->label("Usage", "Uso");
  words->label("OPTIONS", "OPCIONES");
  words->label("Options", "Opciones");
  words->label("SUBCOMMAND", "ORDEN");
  words->label("SUBCOMMANDS", "ÓRDENES");
  words->label("Subcommands", "Órdenes");
  words->label("TEXT", "TEXTO");
  words->label("INT", "NÚMERO");
  words->label("FLOAT", "NÚMERO");
  app.set_help_flag("-h,--help", "Muestra esta ayuda.");
}

Error usage_error(const CLI::ParseError& error, std::string_view first_argument) {
  const Text hint = say("plimsoll --help lists the commands, plimsoll COMMAND --help its options",
                        "plimsoll --help muestra las órdenes; plimsoll ORDEN --help, sus opciones");
  const bool no_verb = error.get_name() == "RequiredError";
  if (no_verb && !first_argument.empty() && first_argument.front() != '-') {
    return {ErrorCode::unsupported,
            say("no such command: {}", "no existe la orden: {}", {printable(first_argument)}),
            hint};
  }
  if (no_verb) return {ErrorCode::unsupported, say("a command is needed", "falta la orden"), hint};
  if (error.get_name() == "ExtrasError") {
    const std::string what = error.what();
    const auto colon = what.rfind(": ");
    return {ErrorCode::unsupported,
            say("not expected here: {}", "no se esperaba aquí: {}",
                {printable(colon == std::string::npos ? what : what.substr(colon + 2))}),
            hint};
  }
  return {ErrorCode::unsupported, verbatim(printable(error.what())), hint};
}

ExitStatus run(int argc, char** argv) {
  const Surroundings surroundings = look_around(argc, argv);
  const Language language = surroundings.language;
  CLI::App app{say("Finds what grows without a bound in PostgreSQL/TimescaleDB, Redis/Valkey and "
                   "Docker, and proves it.",
                   "Encuentra lo que crece sin límite en PostgreSQL/TimescaleDB, Redis/Valkey y "
                   "Docker, y lo demuestra.")
                   .in(language),
               "plimsoll"};
  app.set_version_flag("--version", "plimsoll " PLIMSOLL_VERSION);
  app.footer(footer().in(language));
  app.require_subcommand(1);
  app.fallthrough();
  std::string read_already;  // by look_around
  app.add_option(
         "--lang", read_already,
         say("en or es; default from LANG", "en o es; por defecto, el de LANG").in(language))
      ->check(CLI::IsMember({"en", "es"}));

  speak(app, language);

  const std::map<std::string, Verb> verbs{
      {"diagnose", add_diagnose(app, surroundings)}, {"plan", add_plan(app, surroundings)},
      {"apply", add_apply(app, surroundings)},       {"check", add_check(app, surroundings)},
      {"init", add_init(app, surroundings)},         {"journal", add_journal(app, surroundings)},
      {"grants", add_grants(app, surroundings)},     {"demo", add_demo(app, surroundings)}};
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked);
    return ExitStatus::done;
  } catch (const CLI::ParseError& error) {
    complain(usage_error(error, argc > 1 ? argv[1] : ""), language);
    return ExitStatus::usage;
  }
  return verbs.at(app.get_subcommands().front()->get_name())();
}

}  // namespace

void complain(const Error& error, Language language) {
  std::fprintf(stderr, "plimsoll: %s\n", error.what.in(language).c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "  %s\n", error.hint.in(language).c_str());
}

}  // namespace plimsoll

int main(int argc, char** argv) {
  try {
    return static_cast<int>(plimsoll::run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plimsoll: %s\n", error.what());
    return static_cast<int>(plimsoll::ExitStatus::failed);
  }
}
