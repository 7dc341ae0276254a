#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll {

/// Every key that plimsoll.yaml may hold, by the path of its mapping: "" is the file itself,
/// "tables.*" the rule of one table, "targets.redis" one server of that list. The readers refuse
/// all others; docs/schema/policy.schema.json repeats them for editors, and a test compares both.
const std::map<std::string, std::vector<std::string_view>>& known_keys();

}  // namespace plimsoll
