#pragma once

#include <string>
#include <vector>

#include "plan/change.h"

namespace plimsoll {

/// What the change is in the server's own words, to be read by a person: SQL that could be pasted
/// into psql, commands as redis-cli takes them, a docker command. Where the executor composes them
/// from the table's definition (PartitionTable, ReplacePartition, ReplaceHypertable) the outline.
std::vector<std::string> words_of(const Change& change);

}  // namespace plimsoll
