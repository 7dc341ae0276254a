#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace plimsoll::compose {

/// A file as it is on disk; a symbolic link has been followed.
struct FileOnDisk {
  std::string path;  ///< of the file itself
  std::string text;
  std::string sha256;  ///< hexadecimal
};

std::string sha256_of(std::string_view bytes);

/// Errors: unreachable (not there, not readable), denied, unsupported (no regular file, larger than
/// 4 MiB, several hard links: a new file would part them).
Result<FileOnDisk> read_compose_file(const std::string& path);

/// A copy beside the file, "<file>.plimsoll-20251111T170309Z.bak" ("…Z-2.bak" where that is another
/// copy), whole and on disk when this returns. One of the same bytes that is there already is taken
/// instead. Returns its path. Errors: denied,
/// unreachable (disk full); nothing is left behind then.
Result<std::string> back_up(const FileOnDisk& file, Instant now);

/// Puts `text` in the file's place: written beside it with its mode and owner, forced to disk,
/// renamed over it. Whoever reads the path at any moment, after a crash too, finds the old bytes or
/// the new ones. Errors: conflict (the file is another than `file` now), denied, unreachable
/// (disk full, read-only); the file is unchanged then.
Result<void> replace_file(const FileOnDisk& file, std::string_view text);

}  // namespace plimsoll::compose
