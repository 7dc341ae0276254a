#pragma once

#include <string>
#include <string_view>

namespace plimsoll {

/// As `diff -u a/PATH b/PATH` writes it, with three lines of context; empty where nothing differs.
/// Lines keep their carriage returns; a missing last line break is said as diff says it.
std::string unified_diff(std::string_view before, std::string_view after, const std::string& path);

}  // namespace plimsoll
