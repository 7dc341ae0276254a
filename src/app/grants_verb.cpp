#include <CLI/CLI.hpp>
#include <memory>

#include "app/screen.h"
#include "app/verbs.h"
#include "report/grants.h"

namespace plimsoll {
namespace {

struct GrantsArguments {
  std::string format = "text";
  GrantNames names;
};

}  // namespace

Verb add_grants(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<GrantsArguments>();
  auto* verb = parent.add_subcommand(
      "grants", say("The least rights for watching and for acting: SQL, an ACL line, endpoints.",
                    "Los permisos mínimos para mirar y para actuar: SQL, una línea ACL, rutas.")
                    .in(language));
  verb->add_option("--format", arguments->format, "text | json")
      ->type_name("")
      ->check(CLI::IsMember({"text", "json"}, CLI::ignore_case).description(""));
  const auto option = [&](const char* name, std::string& value, const Text& what) {
    verb->add_option(name, value, what.in(language))->type_name("NAME");
  };
  option("--database", arguments->names.database,
         say("the database looked at", "la base que se mira"));
  option("--schema", arguments->names.schema,
         say("where its tables are", "dónde están sus tablas"));
  option("--owner", arguments->names.owner, say("who owns the tables", "de quién son las tablas"));
  verb->footer(say("Example:\n  plimsoll grants --database tradeul --owner tradeul_user | less",
                   "Ejemplo:\n  plimsoll grants --database tradeul --owner tradeul_user | less")
                   .in(language));
  return [arguments, language] {
    const std::string text = arguments->format == "json" ? grants_json(arguments->names)
                                                         : grants_text(language, arguments->names);
    return print_all(text, language) ? ExitStatus::done : ExitStatus::failed;
  };
}

}  // namespace plimsoll
