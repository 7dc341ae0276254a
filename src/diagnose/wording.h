#pragma once

#include <initializer_list>
#include <string_view>

#include "base/language.h"

namespace plimsoll {

/// "1 chunk", "3 chunks": the count and the noun that fits it.
struct Noun {
  std::string_view one_en, many_en, one_es, many_es;
};
Text counted(std::int64_t count, const Noun& noun);
inline constexpr Noun kChunks{"chunk", "chunks", "chunk", "chunks"};
inline constexpr Noun kEntries{"entry", "entries", "entrada", "entradas"};
inline constexpr Noun kGroups{"group", "groups", "grupo", "grupos"};
inline constexpr Noun kTimes{"time", "times", "vez", "veces"};

/// One after the other, with a space between; empty ones are left out.
Text sentences(std::initializer_list<Text> parts);

}  // namespace plimsoll
