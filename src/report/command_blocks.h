#pragma once

#include <string>
#include <vector>

#include "census/census.h"
#include "diagnose/finding.h"

namespace plimsoll {

/// The target a finding's store is of; null where the census does not list it.
const Target* target_of_finding(const Census& census, const Finding& finding);

std::string joined_lines(const std::vector<std::string>& lines);

/// `commands` handed to redis-cli or psql of a target (null: of nobody in particular) as a
/// here-document. For Redis that is no matter of taste: a shell would turn the "~" of "MAXLEN ~
/// 1000" into the home directory, and take quotes apart. psql stops at the first error.
std::string redis_block(const Target* target, const std::string& commands);
std::string psql_block(const Target* target, const std::string& commands);

}  // namespace plimsoll
