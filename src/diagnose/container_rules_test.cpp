#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

using std::chrono::hours;

TEST(ContainerWithoutLimit, of_every_running_container) {
  expect_verdicts(
      Rule::container_without_limit,
      {{"none", census_of(a_container("scanner").with_limit(Unbounded{})), Verdict::finding},
       {"4 GiB", census_of(a_container("scanner")), Verdict::quiet},
       {"stopped", census_of(a_container("scanner").with_limit(Unbounded{}).restarted(0, "exited")),
        Verdict::quiet},
       {"unknown", census_of(a_container("scanner").with_limit(Unknown{})), Verdict::gap},
       {"its use unknown",
        census_of(a_container("scanner").with_limit(Unbounded{}).with_working_set({})),
        Verdict::finding}});
}

TEST(ContainerWithoutLimit, suggests_a_limit_with_its_swap) {
  const Finding finding = *finding_of(
      diagnose(
          census_of(a_container("scan ner").with_limit(Unbounded{}).with_working_set(540_MiB))),
      Rule::container_without_limit);
  EXPECT_EQ(finding.commands, std::vector<std::string>{
                                  "docker update --memory 1024m --memory-swap 1024m 'scan ner'"});
  const Finding unmeasured = *finding_of(
      diagnose(census_of(a_container("x").with_limit(Unbounded{}).with_working_set({}))),
      Rule::container_without_limit);
  EXPECT_TRUE(unmeasured.commands.empty());
}

TEST(ContainerWithoutLimit, leaves_room_for_the_maxmemory_inside) {
  Census census = census_of(a_redis());  // maxmemory 2 GiB
  census.docker = a_docker();
  census.docker->containers.push_back(
      a_container("redis").with_limit(Unbounded{}).with_working_set(100_MiB));
  const Finding finding = *finding_of(diagnose(census), Rule::container_without_limit);
  EXPECT_EQ(finding.commands.front(), "docker update --memory 2816m --memory-swap 2816m redis");
}

TEST(ContainerNearLimit, judges_the_working_set) {
  const auto with = [](std::optional<Bytes> used) {
    return census_of(a_container("bar_builder").with_limit(512_MiB).with_working_set(used));
  };
  expect_verdicts(Rule::container_near_limit, {{"90 %", with(461_MiB), Verdict::finding},
                                               {"half", with(256_MiB), Verdict::quiet},
                                               {"unknown", with({}), Verdict::gap}});
  const auto severity = [&](Bytes used) {
    return finding_of(diagnose(with(used)), Rule::container_near_limit)->severity;
  };
  EXPECT_EQ(severity(430_MiB), Severity::medium);
  EXPECT_EQ(severity(500_MiB), Severity::high);
  EXPECT_EQ(severity(512_MiB), Severity::critical);
}

TEST(ContainerOomKilled, by_either_witness) {
  Container counted = a_container("a");
  counted.oom_kills = 3;
  Container unknown = a_container("a");
  unknown.oom_kills.reset();
  expect_verdicts(
      Rule::container_oom_killed,
      {{"the engine's flag", census_of(a_container("a").oom_killed({})), Verdict::finding},
       {"memory.events", census_of(counted), Verdict::finding},
       {"neither", census_of(a_container("a")), Verdict::quiet},
       {"not readable", census_of(unknown), Verdict::quiet}});
}

TEST(ContainerRestarting, three_times_or_right_now) {
  expect_verdicts(
      Rule::container_restarting,
      {{"533 times", census_of(a_container("ws").restarted(533)), Verdict::finding},
       {"now", census_of(a_container("ws").restarted(1, "restarting")), Verdict::finding},
       {"once", census_of(a_container("ws").restarted(1)), Verdict::quiet}});
}

TEST(LogWithoutRotation, is_json_file_without_max_size) {
  const auto with = [](const std::string& driver, std::map<std::string, std::string> options) {
    return census_of(a_container("ws").with_log(driver, std::move(options), 36_MiB));
  };
  expect_verdicts(Rule::log_without_rotation,
                  {{"json-file", with("json-file", {}), Verdict::finding},
                   {"max-file alone", with("json-file", {{"max-file", "3"}}), Verdict::finding},
                   {"max-size", with("json-file", {{"max-size", "10m"}}), Verdict::quiet},
                   {"local rotates", with("local", {}), Verdict::quiet},
                   {"journald is another's", with("journald", {}), Verdict::quiet},
                   {"unknown", with("", {}), Verdict::gap}});
}

Census with_volume(bool anonymous, std::optional<std::int64_t> references) {
  DockerCensus engine = a_docker();
  engine.volumes.push_back({std::string(64, 'a'), anonymous, references, 3_GiB, {}, ""});
  return census_of(std::move(engine));
}

TEST(VolumeUnused, anonymous_and_of_nobody) {
  expect_verdicts(Rule::volume_unused, {{"of nobody", with_volume(true, 0), Verdict::finding},
                                        {"used", with_volume(true, 1), Verdict::quiet},
                                        {"named", with_volume(false, 0), Verdict::quiet},
                                        {"not asked", with_volume(true, {}), Verdict::gap}});
}

// --- file systems --------------------------------------------------------------------------------

FileSystem disk(Bytes used, Bytes available) {
  return {"/", "/dev/sda1", "ext4", used + available, used, available, 1000, 900, false};
}

Census with_disk(FileSystem files, double growth = 0) {
  HostCensus host = a_host();
  const Bytes size = files.size;
  host.file_systems = {std::move(files)};
  Census census = census_of(host);
  if (growth > 0) {
    PostgresCensus server = a_postgres();
    server.disk_size = size;
    server.tables.push_back(a_table("t").with_bytes(10_GiB).with_rows(1000).with_growth(
        growth, 10, GrowthSource::row_range));
    server.tables.back().inserted.reset();
    census.postgres.push_back(server);
  }
  return census;
}

TEST(FileSystemFilling, by_level_or_by_date) {
  FileSystem read_only = disk(99_GiB, 1_GiB);
  read_only.read_only = true;
  FileSystem inodes = disk(10_GiB, 90_GiB);
  inodes.inodes_free = 10;
  expect_verdicts(
      Rule::file_system_filling,
      {{"96 %", with_disk(disk(96_GiB, 4_GiB)), Verdict::finding},
       {"half", with_disk(disk(50_GiB, 50_GiB)), Verdict::quiet},
       {"half, and full in ten days", with_disk(disk(50_GiB, 50_GiB), 5e9), Verdict::finding},
       {"read-only", with_disk(read_only), Verdict::quiet},
       {"no inodes left", with_disk(inodes), Verdict::finding},
       {"a boot image", with_disk(disk(99_MiB, 1_MiB)), Verdict::quiet}});
  const Finding dated =
      *finding_of(diagnose(with_disk(disk(50_GiB, 50_GiB), 5e9)), Rule::file_system_filling);
  EXPECT_EQ(dated.severity, Severity::medium);
  EXPECT_NE(dated.title.en.find("it is full on 2025-11-22"), std::string::npos) << dated.title.en;
  EXPECT_NE(dated.title.es.find("se llenará el 2025-11-22"), std::string::npos) << dated.title.es;
  EXPECT_EQ(
      finding_of(diagnose(with_disk(disk(100_GiB, 0_B))), Rule::file_system_filling)->severity,
      Severity::critical);
}

}  // namespace
}  // namespace plimsoll
