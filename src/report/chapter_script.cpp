#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/chapter.h"
#include "report/command_blocks.h"
#include "report/command_words.h"
#include "report/store_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

/// "<the ids it printed>": a place that somebody must fill in.
bool has_a_blank(std::string_view command) {
  for (std::size_t at = command.find('<'); at != std::string_view::npos;
       at = command.find('<', at + 1)) {
    const char next = at + 1 < command.size() ? command[at + 1] : ' ';
    if (next >= 'a' && next <= 'z') return true;
  }
  return false;
}

/// Looks and changes nothing, is to be repeated, or has a blank to fill in: no line of a script.
bool belongs_in_a_script(const std::string& command) {
  constexpr std::array<std::string_view, 6> kLooks{"SELECT * ",   "XPENDING ",    "XINFO ",
                                                   "docker logs", "docker stats", "SELECT count"};
  if (has_a_blank(command) || command.find("-- repeat") != std::string::npos) return false;
  const CommandKind kind = kind_of_command(command);
  if (kind == CommandKind::yaml || kind == CommandKind::note) return false;
  return std::none_of(kLooks.begin(), kLooks.end(), [&](std::string_view look) {
    return command.compare(0, look.size(), look) == 0;
  });
}

/// A finding's commands are one sequence (a setting, then what it is for), so they stay together in
/// one session, or stay out together.
std::string script_part(const Chapter& chapter, const Finding& finding) {
  const Target* target = target_of_finding(chapter.report.census, finding);
  std::string text;
  std::string open;
  CommandKind kind = CommandKind::note;
  const auto close = [&] {
    if (kind == CommandKind::sql) text += psql_block(target, open);
    if (kind == CommandKind::redis) text += redis_block(target, open);
    if (kind == CommandKind::shell) text += open;
    open.clear();
  };
  for (const std::string& command : finding.commands) {
    if (kind_of_command(command) != kind) close();
    kind = kind_of_command(command);
    open += joined_lines(command_lines(command));
  }
  close();
  return text;
}

struct Script {
  std::string text;
  bool deletes = false;
};

bool is_scripted(const Finding& finding) {
  const auto& commands = finding.commands;
  return !commands.empty() && std::all_of(commands.begin(), commands.end(), belongs_in_a_script);
}

void add_to_script(const Chapter& chapter, const Finding& finding, bool deleting, Script& script) {
  script.text += "\n# " + printable(chapter.word(finding.title));
  if (deleting) script.text += chapter.word(say(" (DELETES DATA)", " (BORRA DATOS)"));
  script.text += "\n" + script_part(chapter, finding);
  script.deletes = script.deletes || deleting;
}

/// What can be run as it is, what deletes nothing first; the rest is named, so that nobody takes
/// the script for all there is to do.
Script script_of(const Chapter& chapter) {
  Script script;
  for (const bool deleting : {false, true}) {
    for (const Finding& finding : chapter.report.diagnosis.findings) {
      if (finding.severity < Severity::medium || !is_scripted(finding)) continue;
      const auto& commands = finding.commands;
      if (std::any_of(commands.begin(), commands.end(), deletes_data) != deleting) continue;
      add_to_script(chapter, finding, deleting, script);
    }
  }
  std::string by_hand;
  std::int64_t number = 0;
  for (const Group& group : chapter.overview.groups) {
    ++number;
    if (group.first().severity < Severity::medium || is_scripted(group.first())) continue;
    by_hand += "#   " +
               chapter.word(say("solution {}: {}", "solución {}: {}",
                                {number, group_title(group, chapter.overview, chapter.language)})) +
               "\n";
  }
  if (!by_hand.empty() && !script.text.empty()) {
    script.text += "\n# " +
                   chapter.word(say("Not in this script, to be done by hand:",
                                    "Fuera de este script, hay que hacerlo a mano:")) +
                   "\n" + by_hand;
  }
  return script;
}

}  // namespace

void add_cleanup_script(Chapter& chapter) {
  const Script script = script_of(chapter);
  if (script.text.empty()) return;
  chapter.heading(2, chapter.line("Immediate clean-up script", "Script de limpieza inmediata"));
  chapter.paragraph(chapter.line(
      "The commands of the findings from medium up, bounds first and deletions after. It stops at "
      "the first error. Read it before you run it: what it was written from was read at {}.",
      "Los comandos de los hallazgos de gravedad media o mayor: primero los límites, después los "
      "borrados. Se detiene en el primer error. Léelo antes de ejecutarlo: parte de lo que se leyó "
      "el {}.",
      {chapter.report.census.taken_at}));
  if (script.deletes) {
    chapter.warning(
        chapter.line("*What comes after “DELETES DATA” cannot be undone.* Have a backup "
                     "that you have restored once.",
                     "*Lo que sigue a «BORRA DATOS» no se puede deshacer.* Ten una copia de "
                     "seguridad que ya hayas restaurado alguna vez."));
  }
  chapter.blocks.push_back(Code{"bash", "#!/usr/bin/env bash\nset -euo pipefail\n" + script.text});
}

}  // namespace plimsoll
