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

std::string fence_language(CommandKind kind) {
  switch (kind) {
    case CommandKind::sql:
      return "sql";
    case CommandKind::redis:
    case CommandKind::shell:
      return "bash";
    case CommandKind::yaml:
      return "yaml";
    case CommandKind::note:
      break;
  }
  return "";
}

/// Consecutive commands of one kind share a fence.
void add_commands(Chapter& chapter, const Group& group) {
  const Target* target = target_of_finding(chapter.report.census, group.first());
  std::string text;
  CommandKind open = CommandKind::note;
  const auto close = [&] {
    if (text.empty()) return;
    if (open == CommandKind::redis) text = redis_block(target, text);
    chapter.blocks.push_back(Code{fence_language(open), text});
    text.clear();
  };
  for (const Finding* finding : group.findings) {
    for (const std::string& command : finding->commands) {
      const CommandKind kind = kind_of_command(command);
      if (kind != open) close();
      open = kind;
      text += joined_lines(command_lines(command));
    }
  }
  close();
}

void add_solution(Chapter& chapter, const Group& group, std::int64_t number) {
  const Finding& finding = group.first();
  chapter.heading(
      4,
      chapter.line("Solution {}: {} (`{}`)", "Solución {}: {} (`{}`)",
                   {number, rule_words(finding.rule), group_store(group, chapter.language)}),
      finding.severity);
  if (!finding.remedy.empty()) chapter.said("", "", finding.remedy);
  add_commands(chapter, group);
  const std::string gain = gain_words(gain_of(group), chapter.language);
  chapter.paragraph(
      gain.empty() ? chapter.line("*Expected saving*: not known", "*Ahorro esperado*: no se sabe")
                   : chapter.line("*Expected saving*: {}", "*Ahorro esperado*: {}", {gain}));
}

}  // namespace

void add_solutions(Chapter& chapter) {
  const auto& groups = chapter.overview.groups;
  if (groups.empty()) return;
  chapter.heading(2, chapter.line("Immediate solutions", "Soluciones inmediatas"));
  std::vector<ResourceId> targets;  // in the order in which the findings name them
  for (const Group& group : groups) {
    const ResourceId id = target_of(group.first().store);
    if (std::find(targets.begin(), targets.end(), id) == targets.end()) targets.push_back(id);
  }
  for (const ResourceId& id : targets) {
    chapter.heading(3, plain(target_title(id + "/", chapter.language)));
    for (std::size_t at = 0; at < groups.size(); ++at) {
      if (target_of(groups[at].first().store) != id) continue;
      add_solution(chapter, groups[at], static_cast<std::int64_t>(at + 1));
    }
  }
}

}  // namespace plimsoll
