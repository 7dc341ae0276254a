#include "app/screen.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace plimsoll {
namespace {

bool colour_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
}

/// The C locale says nothing of the terminal: only one that names another character set is
/// believed.
bool utf8_wanted() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale{value};
    const auto charset = locale.find('.');
    return charset == std::string_view::npos || locale.find("UTF-8") != std::string_view::npos ||
           locale.find("utf8") != std::string_view::npos;
  }
  return true;
}

}  // namespace

TextStyle screen_style(int columns) {
  TextStyle style;
  style.colour = colour_wanted();
  style.utf8 = utf8_wanted();
  if (columns > 0) style.columns = columns;
  return style;
}

Language language_for(const FoundTargets& found, const Surroundings& surroundings) {
  return surroundings.language_given ? surroundings.language
                                     : found.language.value_or(surroundings.language);
}

void warn(const std::vector<Text>& warnings, Language language) {
  for (const Text& warning : warnings)
    std::fprintf(stderr, "plimsoll: %s\n", warning.in(language).c_str());
}

bool print_all(const std::string& text, Language language) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return true;
  complain({ErrorCode::unreachable,
            say("the report could not be written in full", "no se pudo escribir el informe entero"),
            {}},
           language);
  return false;
}

Instant now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace plimsoll
