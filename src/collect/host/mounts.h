#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll {

/// One line of /proc/self/mountinfo.
struct Mount {
  std::string device_number;  ///< "254:0"
  std::string root;           ///< the folder of the file system that is mounted: "/" but for binds
  std::string mount_point;
  std::string type;
  std::string source;
  bool read_only = false;  ///< the file system itself, not only this mount of it
};

/// /proc/self/mountinfo; "\040" and the like are decoded. Lines that are none are left out.
std::vector<Mount> parse_mountinfo(std::string_view text);

enum class MountKind {
  disk,     ///< holds files on a device of this host
  network,  ///< answers from elsewhere, or not at all: asking may hang
  pseudo,   ///< memory, kernel interfaces, images that are always full
};
MountKind kind_of(const Mount& mount);

/// What there is to ask, each device once at its shortest mount point. A mount that another one
/// covers is left out, as asking would be about the other.
struct MountChoice {
  std::vector<Mount> disks;
  std::vector<Mount> network;
};
MountChoice choose_mounts(const std::vector<Mount>& mounts);

/// The mount that holds `path`: the longest mount point it lies in, of any kind. Null: none.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

}  // namespace plimsoll
