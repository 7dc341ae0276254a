#pragma once

#include <string>
#include <vector>

#include "history/journal.h"
#include "report/report.h"

namespace plimsoll {

/// What was done, when, by whom and what it freed, for a terminal: newest plan first. With no
/// entries it says that there are none.
std::string render_journal(const std::vector<JournalEntry>& entries, Language language,
                           const TextStyle& style);

/// "plimsoll.journal/1": the same with what was read before and after each step, and its phases.
/// `state` of a step that was begun and not ended is "begun"; texts are in the language asked for.
std::string render_journal_json(const std::vector<JournalEntry>& entries, Language language);

}  // namespace plimsoll
