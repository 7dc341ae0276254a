#pragma once

#include <string>

#include "app/target_finder.h"
#include "app/verbs.h"
#include "base/instant.h"
#include "report/report.h"

// What every verb needs of its terminal.
namespace plimsoll {

/// Colour on a terminal unless NO_COLOR, ASCII where the locale says so; 0 columns: 80.
TextStyle screen_style(int columns);

/// --lang, else plimsoll.yaml, else the locale.
Language language_for(const FoundTargets& found, const Surroundings& surroundings);
/// On standard error.
void warn(const std::vector<Text>& warnings, Language language);

/// All of it on standard output, or a complaint and false.
bool print_all(const std::string& text, Language language);

/// Wall time, microseconds.
Instant now();

}  // namespace plimsoll
