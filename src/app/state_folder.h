#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace plimsoll {

/// Where the journal is: --state DIR, else PLIMSOLL_STATE, else /var/lib/plimsoll for root and
/// ${XDG_STATE_HOME:-~/.local/state}/plimsoll for everybody else. Not created.
std::filesystem::path state_folder(const std::string& named);

/// The journal's file in it; makes the folder, for this user alone. Errors: denied.
Result<std::string> journal_path(const std::string& named);

}  // namespace plimsoll
