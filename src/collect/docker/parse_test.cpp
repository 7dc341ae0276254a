#include "collect/docker/parse.h"

#include <gtest/gtest.h>

#include "link/docker/replay_server.h"

namespace plimsoll {
namespace {

using docker::captured;

const std::string kEngine = "engine-20.10.24/";

TEST(ParseInspect, a_running_container_with_limits) {
  const auto inspected = parse_inspect(captured(kEngine + "inspect_redis.json"));
  ASSERT_TRUE(inspected);
  const Container& redis = inspected->container;
  EXPECT_EQ(redis.name, "tradeul_redis");
  EXPECT_EQ(redis.state, "running");
  EXPECT_GT(redis.pid, 0);
  EXPECT_EQ(std::get<Bytes>(redis.memory_limit), 256_MiB);
  EXPECT_EQ(std::get<Bytes>(redis.memory_reservation), 128_MiB);
  EXPECT_EQ(redis.memory_swap, (512_MiB).count());
  EXPECT_EQ(redis.log_driver, "json-file");
  EXPECT_EQ(redis.log_options.at("max-size"), "1m");
  EXPECT_EQ(redis.network_mode, "host");
  EXPECT_EQ(redis.shm_size, 64_MiB);
  EXPECT_EQ(iso8601(*redis.started_at), "2026-11-23T14:53:17.457295Z");
  EXPECT_FALSE(redis.finished_at);
  EXPECT_FALSE(redis.exit_code) << "it runs, so it has not exited with 0";
  EXPECT_TRUE(inspected->log_path.ends_with("-json.log"));
}

TEST(ParseInspect, no_limit_is_unbounded_and_no_answer_is_unknown) {
  const auto exited = parse_inspect(captured(kEngine + "inspect_exited.json"));
  ASSERT_TRUE(exited);
  EXPECT_TRUE(std::holds_alternative<Unbounded>(exited->container.memory_limit));
  EXPECT_EQ(exited->container.exit_code, 3);
  EXPECT_EQ(exited->container.pid, 0);
  const auto bare = parse_inspect(R"({"Id":"ab"})");
  ASSERT_TRUE(bare);
  EXPECT_TRUE(std::holds_alternative<Unknown>(bare->container.memory_limit));
  const auto huge = parse_inspect(R"({"Id":"ab","HostConfig":{"Memory":1152921504606846976}})");
  EXPECT_TRUE(std::holds_alternative<Unbounded>(huge->container.memory_limit));
}

TEST(ParseInspect, a_container_that_never_ran_has_not_exited) {
  const auto created = parse_inspect(captured(kEngine + "inspect_created.json"));
  ASSERT_TRUE(created);
  EXPECT_EQ(created->container.state, "created");
  EXPECT_FALSE(created->container.exit_code);
  EXPECT_FALSE(created->container.started_at);
  EXPECT_TRUE(created->log_path.empty());
}

TEST(ParseInspect, podman_keeps_its_log_path_elsewhere) {
  const auto inspected = parse_inspect(captured("shapes/inspect_podman.json"));
  ASSERT_TRUE(inspected);
  EXPECT_TRUE(inspected->log_path.ends_with("/ctr.log"));
  EXPECT_EQ(inspected->container.restart_count, 7);
  EXPECT_EQ(inspected->container.pids_limit, 2048);
  EXPECT_EQ(inspected->container.published_addresses,
            std::vector<std::string>{"0.0.0.0:6379->6379/tcp"});
  EXPECT_EQ(inspected->container.mounts.at(0).source, "redis_data");
  EXPECT_EQ(inspected->container.compose_service, "redis");
}

TEST(ParseList, rows_carry_what_counts_references) {
  const auto listed = parse_container_list(captured(kEngine + "containers.json"));
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 5U);
  const auto scanner = std::find_if(listed->begin(), listed->end(),
                                    [](const auto& c) { return c.name == "tradeul_scanner"; });
  ASSERT_NE(scanner, listed->end());
  EXPECT_EQ(scanner->volumes, std::vector<std::string>{"redis_data"});
  EXPECT_EQ(scanner->compose_project, "tradeul");
  EXPECT_EQ(scanner->image_id.size(), 64U);
}

TEST(ParseStats, version_1_by_its_own_names) {
  const auto sample = parse_stats(captured(kEngine + "stats_redis.json"));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->memory.usage, 3'723'264_B);
  EXPECT_EQ(sample->memory.working_set, 3'723'264_B);
  EXPECT_EQ(sample->memory.anonymous, 3'010'560_B);
  EXPECT_EQ(sample->cpu_used, std::chrono::nanoseconds{1'666'705'443});
  EXPECT_FALSE(sample->earlier_cpu_used) << "one-shot";
  EXPECT_EQ(sample->pids, 6);
}

TEST(ParseStats, version_2_subtracts_the_inactive_cache) {
  const auto sample = parse_stats(captured("shapes/stats_cgroup2.json"));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->memory.working_set, 2_GiB);
  EXPECT_EQ(sample->memory.shmem, 512_MiB);
  EXPECT_FALSE(sample->memory.peak);
  EXPECT_DOUBLE_EQ(*cpu_share_between(*sample, *sample), 6.71);
}

TEST(ParseStats, podman_without_details_has_a_usage_and_no_working_set) {
  const auto sample = parse_stats(captured("shapes/stats_podman.json"));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->memory.usage, 50_MiB);
  EXPECT_FALSE(sample->memory.working_set);
  EXPECT_FALSE(sample->memory.peak);
}

TEST(ParseStats, a_container_that_does_not_run_uses_unknown_and_not_zero) {
  const auto sample = parse_stats(captured(kEngine + "stats_exited.json"));
  ASSERT_TRUE(sample);
  EXPECT_FALSE(sample->memory.usage);
  EXPECT_FALSE(sample->cpu_used);
  EXPECT_FALSE(sample->pids);
}

TEST(ParseEngine, info_images_and_volumes) {
  const auto facts = parse_info(captured(kEngine + "info.json"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->cgroup_version, 1);
  EXPECT_EQ(facts->root_directory, "/var/lib/docker");
  EXPECT_EQ(facts->default_log_driver, "json-file");
  EXPECT_EQ(facts->host_memory, Bytes{25'276'514'304});
  const auto images = parse_images(captured(kEngine + "images.json"));
  ASSERT_TRUE(images);
  EXPECT_EQ(images->at(0).bytes, 719'561'273_B);
  EXPECT_EQ(images->at(0).containers, 0) << "-1 means not asked, and is no count";
  const auto volumes = parse_volumes(captured(kEngine + "volumes.json"));
  ASSERT_TRUE(volumes);
  EXPECT_EQ(volumes->at(0).name, "redis_data");
  EXPECT_FALSE(volumes->at(0).anonymous);
  EXPECT_FALSE(volumes->at(0).bytes);
}

TEST(ParseEngine, anonymous_volumes_and_dangling_images) {
  const auto volumes = parse_volumes(
      R"({"Volumes":[{"Name":")" + std::string(64, 'a') +
      R"("},{"Name":"data","Labels":{"com.docker.volume.anonymous":""}},{"Name":"plain"}]})");
  ASSERT_TRUE(volumes);
  EXPECT_TRUE(volumes->at(0).anonymous);
  EXPECT_TRUE(volumes->at(1).anonymous);
  EXPECT_FALSE(volumes->at(2).anonymous);
  const auto images = parse_images(R"([{"Id":"sha256:a","RepoTags":["<none>:<none>"],"Size":5},
                       {"Id":"sha256:b","RepoTags":null,"Size":5}])");
  EXPECT_TRUE(images->at(0).dangling && images->at(1).dangling);
  EXPECT_TRUE(parse_volumes(R"({"Volumes":null})")->empty());
}

struct DiskUsageBodies {
  std::string layers, volumes, cache;
};
class ParseDiskUsage : public testing::TestWithParam<DiskUsageBodies> {};

TEST_P(ParseDiskUsage, says_the_same_in_every_shape) {
  const auto& bodies = GetParam();
  const auto layers = parse_writable_layers(captured("shapes/" + bodies.layers));
  ASSERT_TRUE(layers);
  EXPECT_EQ(layers->at("aa11"), 4096_B);
  EXPECT_EQ(layers->at("bb22"), 0_B) << "left out by the engine when it is 0";
  const auto volumes = parse_volume_sizes(captured("shapes/" + bodies.volumes));
  ASSERT_TRUE(volumes);
  EXPECT_EQ(volumes->at("timescale_data"), 10_GiB);
  EXPECT_EQ(volumes->count("nfs_backup"), 0U) << "-1 is not measured";
  const auto cache = parse_build_cache(captured("shapes/" + bodies.cache));
  ASSERT_TRUE(cache);
  EXPECT_EQ(*cache, 524_B);
}

INSTANTIATE_TEST_SUITE_P(
    Versions, ParseDiskUsage,
    testing::Values(
        DiskUsageBodies{"system_df_1.44_containers.json", "system_df_1.44_volumes.json",
                        "system_df_1.44_build_cache.json"},
        DiskUsageBodies{"system_df_1.52.json", "system_df_1.52.json", "system_df_1.52.json"},
        DiskUsageBodies{"system_df_1.53.json", "system_df_1.53.json", "system_df_1.53.json"}));

TEST(ParseDiskUsage, as_captured) {
  for (const char* name : {"system_df.json", "system_df_api_1.40.json"}) {
    const std::string body = captured(kEngine + name);
    const auto layers = parse_writable_layers(body);
    ASSERT_TRUE(layers);
    EXPECT_EQ(layers->size(), 5U);
    EXPECT_EQ(parse_volume_sizes(body)->at("redis_data"), 0_B);
    EXPECT_EQ(parse_build_cache(body), 0_B);
  }
}

TEST(ParseDiskUsage, a_part_that_is_not_there_is_no_zero) {
  EXPECT_FALSE(parse_build_cache(R"({"LayersSize":1})"));
  EXPECT_FALSE(parse_volume_sizes("{}"));
  EXPECT_FALSE(parse_writable_layers("{}"));
}

TEST(ParseAnything, no_prefix_of_a_body_is_taken_for_the_whole) {
  const std::string inspect = captured(kEngine + "inspect_postgres.json");
  const std::string list = captured(kEngine + "containers.json");
  const std::string stats = captured(kEngine + "stats_redis.json");
  for (std::size_t length = 0; length + 2 < inspect.size(); length += 61) {
    ASSERT_FALSE(parse_inspect(inspect.substr(0, length))) << length;
  }
  for (std::size_t length = 0; length + 2 < list.size(); length += 61) {
    ASSERT_FALSE(parse_container_list(list.substr(0, length))) << length;
  }
  for (std::size_t length = 0; length + 2 < stats.size(); length += 61) {
    ASSERT_FALSE(parse_stats(stats.substr(0, length))) << length;
  }
}

TEST(ParseAnything, members_of_the_wrong_type_do_not_throw) {
  EXPECT_TRUE(parse_inspect(R"({"Id":"a","State":[],"HostConfig":"x","Mounts":{"a":1},
      "NetworkSettings":{"Ports":[1]},"Config":{"Labels":[1]},"Name":7})"));
  EXPECT_TRUE(parse_stats(R"({"memory_stats":[],"cpu_stats":7,"read":12})"));
  EXPECT_FALSE(parse_container_list(R"([1,"x",null])"));
  EXPECT_FALSE(parse_images(R"([[]])"));
}

}  // namespace
}  // namespace plimsoll
