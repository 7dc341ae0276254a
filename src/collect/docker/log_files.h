#pragma once

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace plimsoll {

/// A container's log on this host: the file that is written to and its rotated siblings
/// ("x-json.log.1", "x-json.log.2.gz").
struct LogFiles {
  Bytes bytes;  ///< what the files take, not what the disk's blocks do
  int rotated = 0;
};

/// Looks at names and sizes, never into a file. Errors: unreachable (no such file here: another
/// host's, or not mounted into our container), denied.
Result<LogFiles> measure_log(const std::filesystem::path& current);

/// Where the driver keeps the log that is being written to. Empty for drivers that write no file
/// (journald, syslog, none, …). `log_path` is what inspect says, which is empty for `local`.
std::filesystem::path log_file_of(const std::string& driver, const std::string& log_path,
                                  const std::string& root_directory, const std::string& id);

}  // namespace plimsoll
