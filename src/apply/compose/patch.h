#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/change.h"

namespace plimsoll {

/// The Compose file with these wishes in it and everything else byte for byte as it was: comments,
/// anchors, order, quotes, line ends, a missing last one. Pure. PatchCompose::file is not read;
/// `file` is for messages. Patching the result again changes nothing.
///
/// Memory goes to deploy.resources, or to mem_limit and mem_reservation where the service has
/// either already (or the file is of version 2, which ignores deploy). The result is parsed and
/// compared: where anything but the wished values would be another, that is an error.
///
/// Errors, with file:line:column and why: malformed (no YAML, several documents, tabs, a key
/// twice), unsupported (a value that is shared through an anchor, comes from another file or from a
/// variable, a log driver that does not rotate, a reservation above the limit, …).
Result<std::string> patch_compose(std::string_view text, const std::string& file,
                                  const std::vector<PatchCompose>& wishes);

}  // namespace plimsoll
