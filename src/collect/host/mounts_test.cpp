#include "collect/host/mounts.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

/// A server with Docker: root, a data disk with a bind mount of itself, overlays, a file share.
constexpr const char* kServer = R"(22 27 0:21 / /proc rw,relatime - proc proc rw
25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw,size=24684096k
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard
31 27 254:16 / /srv/data rw,noatime shared:2 - xfs /dev/vdb rw
32 27 254:16 /docker /var/lib/docker rw,noatime shared:2 - xfs /dev/vdb rw
33 27 254:32 / /mnt/old\040disk ro,relatime - ext4 /dev/vdc ro
47 32 0:39 / /var/lib/docker/overlay2/ab/merged rw - overlay overlay rw,lowerdir=/a
48 27 0:50 / /mnt/share rw - nfs4 nas:/export rw,hard
49 27 0:51 / /mnt/cloud rw - fuse.sshfs me@host: rw
50 27 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro
51 27 0:60 /sub1 /btrfs/a rw - btrfs /dev/vdd rw
52 27 0:61 /sub2 /btrfs/b rw - btrfs /dev/vdd rw
this line is none
)";

TEST(Mounts, each_device_once_at_its_shortest_place) {
  const auto choice = choose_mounts(parse_mountinfo(kServer));
  std::vector<std::string> disks;
  for (const Mount& mount : choice.disks) disks.push_back(mount.mount_point);
  EXPECT_EQ(disks, (std::vector<std::string>{"/", "/btrfs/a", "/mnt/old disk", "/srv/data"}));
  EXPECT_EQ(choice.disks[2].read_only, true);
  EXPECT_EQ(choice.disks[3].type, "xfs");
  ASSERT_EQ(choice.network.size(), 2U);
  EXPECT_EQ(choice.network[0].mount_point, "/mnt/cloud");
  EXPECT_EQ(choice.network[1].mount_point, "/mnt/share");
}

TEST(Mounts, a_mount_that_is_covered_is_not_asked_for) {
  const auto choice =
      choose_mounts(parse_mountinfo("1 0 8:1 / /data rw - ext4 /dev/sda1 rw\n"
                                    "2 0 8:2 / /data rw - ext4 /dev/sdb1 rw\n"));
  ASSERT_EQ(choice.disks.size(), 1U);
  EXPECT_EQ(choice.disks[0].source, "/dev/sdb1");
}

TEST(Mounts, inside_a_container_the_root_is_the_overlay) {
  const auto choice =
      choose_mounts(parse_mountinfo("1 0 0:39 / / rw - overlay overlay rw\n2 1 254:0 /hosts "
                                    "/etc/hosts rw - ext4 /dev/vda1 rw\n"));
  ASSERT_EQ(choice.disks.size(), 1U);
  EXPECT_EQ(choice.disks[0].mount_point, "/");
}

TEST(Mounts, a_folder_belongs_to_the_longest_mount_point_above_it) {
  const auto mounts = parse_mountinfo(kServer);
  EXPECT_EQ(mount_of(mounts, "/srv/data/pg")->source, "/dev/vdb");
  EXPECT_EQ(mount_of(mounts, "/srv/database")->source, "/dev/vda1");
  EXPECT_EQ(mount_of(mounts, "/mnt/share/x")->type, "nfs4");
  EXPECT_EQ(mount_of(mounts, "/")->source, "/dev/vda1");
  EXPECT_EQ(mount_of({}, "/"), nullptr);
}

TEST(Mounts, a_line_cut_anywhere_is_left_out_or_whole) {
  const std::string line = R"(33 27 254:32 / /mnt/a\040b ro,relatime - ext4 /dev/vdc ro)";
  for (std::size_t length = 0; length < line.size(); ++length) {
    EXPECT_LE(parse_mountinfo(line.substr(0, length)).size(), 1U);
  }
  EXPECT_EQ(parse_mountinfo(R"(1 2 3:4 / /a\04 rw - ext4 /dev/x\ rw)").at(0).mount_point,
            R"(/a\04)");
}

}  // namespace
}  // namespace plimsoll
