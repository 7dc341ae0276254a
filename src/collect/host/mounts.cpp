#include "collect/host/mounts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.h"

namespace plimsoll {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// The kernel writes space, tab, newline and backslash as "\040" and so on.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
        is_octal(text[i + 3])) {
      const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      plain.push_back(static_cast<char>(value));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

bool has_option(std::string_view options, std::string_view wanted) {
  const auto all = split(options, ',');
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

/// "42 27 254:0 / /data rw,relatime shared:1 master:2 - ext4 /dev/vda1 rw,discard"
std::optional<Mount> parse_line(std::string_view line) {
  const auto separator = line.find(" - ");
  if (separator == std::string_view::npos) return std::nullopt;
  const auto before = split(line.substr(0, separator), ' ');
  const auto after = split(line.substr(separator + 3), ' ');
  if (before.size() < 6 || after.size() < 3) return std::nullopt;
  Mount mount;
  mount.device_number = before[2];
  mount.root = unescape(before[3]);
  mount.mount_point = unescape(before[4]);
  mount.type = after[0];
  mount.source = unescape(after[1]);
  mount.read_only = has_option(after[2], "ro");
  return mount;
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// What tells one device from another. Subvolumes of one btrfs have device numbers of their own.
std::string device_key(const Mount& mount) {
  return mount.type == "btrfs" ? mount.source : mount.device_number;
}

bool lies_in(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

std::vector<Mount> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  for (const std::string_view line : split(text, '\n')) {
    if (auto mount = parse_line(line)) mounts.push_back(std::move(*mount));
  }
  return mounts;
}

MountKind kind_of(const Mount& mount) {
  const std::string_view type = mount.type;
  // What an engine lays into each container: the device below is the one the overlay lies on.
  if (is_one_of(mount.mount_point, {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"})) {
    return MountKind::pseudo;
  }
  if (type == "fuseblk") return MountKind::disk;  // NTFS and exFAT on a device
  const bool answers_from_elsewhere =
      is_one_of(type,
                {"nfs",      "nfs4",   "cifs",  "smb3",  "smbfs", "ceph",     "glusterfs", "lustre",
                 "beegfs",   "gpfs",   "afs",   "ocfs2", "gfs2",  "orangefs", "pvfs2",     "9p",
                 "virtiofs", "vboxsf", "davfs", "ncpfs", "coda",  "autofs"}) ||
      type == "fuse" || type.starts_with("fuse.");
  // Helpers of a desktop that are no storage.
  if (is_one_of(type, {"fuse.lxcfs", "fuse.portal", "fuse.gvfsd-fuse", "autofs"})) {
    return MountKind::pseudo;
  }
  if (answers_from_elsewhere) return MountKind::network;
  if (is_one_of(type, {"squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs"})) {
    return MountKind::pseudo;
  }
  // In a container the root is an overlay on the host's disk, and all there is to see of it.
  if (type == "overlay") return mount.mount_point == "/" ? MountKind::disk : MountKind::pseudo;
  const bool device = mount.source.starts_with("/dev/");
  return device || is_one_of(type, {"zfs", "btrfs", "bcachefs"}) ? MountKind::disk
                                                                 : MountKind::pseudo;
}

MountChoice choose_mounts(const std::vector<Mount>& mounts) {
  std::map<std::string, std::size_t> top;  // later lines lie over earlier ones
  for (std::size_t i = 0; i < mounts.size(); ++i) top[mounts[i].mount_point] = i;
  std::map<std::string, std::size_t> shortest;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    if (top[mounts[i].mount_point] != i || kind_of(mounts[i]) == MountKind::pseudo) continue;
    const auto [known, added] = shortest.emplace(device_key(mounts[i]), i);
    const auto& best = mounts[known->second].mount_point;
    if (!added && mounts[i].mount_point.size() < best.size()) known->second = i;
  }
  MountChoice choice;
  for (const auto& [device, index] : shortest) {
    auto& list = kind_of(mounts[index]) == MountKind::disk ? choice.disks : choice.network;
    list.push_back(mounts[index]);
  }
  const auto by_path = [](const Mount& a, const Mount& b) { return a.mount_point < b.mount_point; };
  std::sort(choice.disks.begin(), choice.disks.end(), by_path);
  std::sort(choice.network.begin(), choice.network.end(), by_path);
  return choice;
}

const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    const bool longer = best == nullptr || mount.mount_point.size() >= best->mount_point.size();
    if (longer && lies_in(path, mount.mount_point)) best = &mount;
  }
  return best;
}

}  // namespace plimsoll
