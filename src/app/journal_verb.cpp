#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "app/screen.h"
#include "app/state_folder.h"
#include "app/verbs.h"
#include "history/journal.h"
#include "report/journal_text.h"

namespace plimsoll {
namespace {

struct JournalArguments {
  std::string state;
  std::string format = "text";
  std::string resource;
  std::string plan;
  std::size_t most = 20;
};

/// A journal that was never written to is empty, and asking makes no file.
Result<std::vector<JournalEntry>> read_entries(const JournalArguments& arguments) {
  const auto file = state_folder(arguments.state) / "journal.db";
  if (!std::filesystem::exists(file)) return std::vector<JournalEntry>{};
  auto journal = Journal::open(file.string());
  if (!journal) return failure(journal.error());
  return journal->entries({arguments.most, arguments.plan, arguments.resource});
}

ExitStatus run_journal(const JournalArguments& arguments, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto entries = read_entries(arguments);
  if (!entries) {
    complain(entries.error(), language);
    return ExitStatus::failed;
  }
  const std::string text = arguments.format == "json"
                               ? render_journal_json(*entries, language)
                               : render_journal(*entries, language, screen_style(0));
  return print_all(text, language) ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace

Verb add_journal(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<JournalArguments>();
  auto* verb =
      parent.add_subcommand("journal", say("What was done, when, by whom, and what it freed.",
                                           "Qué se hizo, cuándo, quién y qué liberó.")
                                           .in(language));
  verb->add_option("PLAN", arguments->plan,
                   say("only the plan whose hash begins so", "solo el plan cuyo hash empieza así")
                       .in(language))
      ->type_name("");
  verb->add_option("--resource", arguments->resource,
                   say("only steps on these: 'postgres/*'", "solo pasos sobre estos: 'postgres/*'")
                       .in(language))
      ->type_name("PATTERN");
  verb->add_option("--most", arguments->most,
                   say("so many plans (20)", "tantos planes (20)").in(language))
      ->type_name("N");
  verb->add_option("--state", arguments->state,
                   say("folder of the journal", "carpeta del diario").in(language))
      ->type_name("DIR");
  verb->add_option("--format", arguments->format, "text | json")
      ->type_name("")
      ->check(CLI::IsMember({"text", "json"}, CLI::ignore_case).description(""));
  verb->footer(say("Examples:\n  plimsoll journal\n  plimsoll journal --resource '*scan_results' "
                   "--format json",
                   "Ejemplos:\n  plimsoll journal\n  plimsoll journal --resource '*scan_results' "
                   "--format json")
                   .in(language));
  return [arguments, surroundings] { return run_journal(*arguments, surroundings); };
}

}  // namespace plimsoll
