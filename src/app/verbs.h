#pragma once

#include <functional>
#include <memory>

#include "app/exit_status.h"
#include "base/language.h"

namespace CLI {
class App;
}

namespace plimsoll {

/// What a verb needs of the world around it, read once by main.
struct Surroundings {
  Language language = Language::en;  ///< from --lang, else the locale; for help and messages
  bool language_given = false;       ///< by --lang: then plimsoll.yaml's own choice does not count
};

/// Adds its subcommand with its options to `parent` and returns what runs it. The options live in
/// the returned function, so keep it as long as `parent`.
using Verb = std::function<ExitStatus()>;
Verb add_diagnose(CLI::App& parent, const Surroundings& surroundings);
Verb add_plan(CLI::App& parent, const Surroundings& surroundings);
Verb add_apply(CLI::App& parent, const Surroundings& surroundings);
Verb add_journal(CLI::App& parent, const Surroundings& surroundings);
Verb add_grants(CLI::App& parent, const Surroundings& surroundings);
Verb add_check(CLI::App& parent, const Surroundings& surroundings);
Verb add_init(CLI::App& parent, const Surroundings& surroundings);
Verb add_demo(CLI::App& parent, const Surroundings& surroundings);

/// "plimsoll: what\n  hint\n" on standard error.
void complain(const struct Error& error, Language language);

}  // namespace plimsoll
