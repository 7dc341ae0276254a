#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "collect/docker/collect.h"
#include "link/docker/replay_server.h"

namespace plimsoll {
namespace {

using docker::captured;
using docker::ReplayBodies;
using docker::ReplayServer;
using std::chrono::milliseconds;

const std::string kRedis = "8ad4b8227c02f9ee023fe8b65d48a101fdde6720edad6cdd8b6ef237f8156527";

/// The captured engine with two of its containers, one that runs and one that has exited.
ReplayBodies engine_bodies() {
  const std::string folder = "engine-20.10.24/";
  const auto list =
      R"([{"Id":")" + kRedis +
      R"(","Names":["/tradeul_redis"],"ImageID":"sha256:1827382e2924986ffd96b07e3dc357ab0cdd63b46274c1be65b20870c7362be2",
      "State":"running","Labels":{},"Mounts":[{"Type":"volume","Name":"redis_data"}]},
     {"Id":"a3fcc9855195","Names":["/tradeul_migrate"],"ImageID":"sha256:99","State":"exited","Labels":{}}])";
  const std::string stats = "/stats?stream=false&one-shot=true";
  return {{"/info", {200, captured(folder + "info.json")}},
          {"/containers/json?all=1", {200, list}},
          {"/containers/" + kRedis + "/json", {200, captured(folder + "inspect_redis.json")}},
          {"/containers/a3fcc9855195/json", {200, captured(folder + "inspect_exited.json")}},
          {"/containers/" + kRedis + stats, {200, captured(folder + "stats_redis.json")}},
          {"/images/json", {200, captured(folder + "images.json")}},
          {"/volumes", {200, captured(folder + "volumes.json")}},
          {"/system/df", {200, captured(folder + "system_df.json")}}};
}

class CollectDocker : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "plimsoll-collect-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
    options_.sample_interval = milliseconds{1};
    options_.roots = {root_ / "proc", root_ / "cgroup"};
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  Result<DockerCollection> collect(ReplayBodies bodies, const std::string& api = "1.41") {
    const ReplayServer server{with_engine(std::move(bodies), api, "")};
    auto link = docker::Link::open({.address = server.socket_path(), .timeout = milliseconds{300}});
    if (!link) return failure(link.error());
    auto collection = collect_docker(*link, options_);
    requests_ = server.requests();
    return collection;
  }

  static const Container& find(const DockerCollection& collection, const std::string& name) {
    const auto& all = collection.census.containers;
    return *std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
  }
  static bool has_gap(const DockerCollection& collection, const std::string& what) {
    return std::any_of(collection.gaps.begin(), collection.gaps.end(), [&](const Gap& gap) {
      return gap.what.en.find(what) != std::string::npos && !gap.why.es.empty();
    });
  }

  std::filesystem::path root_;
  DockerOptions options_;
  std::vector<std::string> requests_;
};

TEST_F(CollectDocker, everything_the_engine_alone_can_say) {
  const auto collection = collect(engine_bodies());
  ASSERT_TRUE(collection) << collection.error().what.en;
  const DockerCensus& census = collection->census;
  EXPECT_EQ(census.engine, "docker");
  EXPECT_EQ(census.api_version, "1.41");
  EXPECT_TRUE(collection->target.reachable);
  EXPECT_EQ(collection->target.version, "20.10.24");
  ASSERT_EQ(census.containers.size(), 2U);
  const Container& redis = find(*collection, "tradeul_redis");
  EXPECT_EQ(redis.memory.working_set, 3'723'264_B);
  EXPECT_FALSE(redis.oom_kills);
  EXPECT_TRUE(has_gap(*collection, "OOM kills of tradeul_redis"));
  EXPECT_TRUE(has_gap(*collection, "log bytes of")) << "its log is not on this host";
  EXPECT_FALSE(redis.log_bytes);
  EXPECT_FALSE(find(*collection, "tradeul_migrate").memory.usage);
  ASSERT_EQ(census.volumes.size(), 1U);
  EXPECT_EQ(census.volumes[0].references, 1);
  EXPECT_EQ(census.images.at(0).containers, 1);
  EXPECT_FALSE(census.build_cache) << "not asked";
}

TEST_F(CollectDocker, cgroup_files_come_before_the_engine) {
  std::filesystem::create_directories(root_ / "proc" / "27228");
  std::ofstream{root_ / "proc/27228/cgroup"} << "0::/docker/" << kRedis << "\n";
  const auto folder = root_ / "cgroup" / "docker" / kRedis;
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "memory.current"} << "1000000\n";
  std::ofstream{folder / "memory.stat"} << "inactive_file 400000\n";
  std::ofstream{folder / "memory.events"} << "oom_kill 2\n";
  std::ofstream{folder / "memory.max"} << "268435456\n";
  std::ofstream{folder / "cpu.stat"} << "usage_usec 5\n";
  const auto collection = collect(engine_bodies());
  ASSERT_TRUE(collection);
  const Container& redis = find(*collection, "tradeul_redis");
  EXPECT_EQ(redis.memory.working_set, 600'000_B);
  EXPECT_EQ(redis.oom_kills, 2);
  EXPECT_EQ(redis.cpu_share, 0.0);
  EXPECT_EQ(std::get<Bytes>(redis.memory_limit_in_force), 256_MiB);
  EXPECT_TRUE(std::none_of(requests_.begin(), requests_.end(), [](const std::string& path) {
    return path.find("/stats") != std::string::npos;
  }));
}

TEST_F(CollectDocker, sizes_are_walked_once_before_api_1_42) {
  options_.sizes = true;
  const auto collection = collect(engine_bodies());
  ASSERT_TRUE(collection);
  EXPECT_EQ(collection->census.build_cache, 0_B);
  EXPECT_EQ(collection->census.volumes.at(0).bytes, 0_B);
  EXPECT_EQ(find(*collection, "tradeul_redis").writable_layer, 0_B);
  EXPECT_EQ(std::count(requests_.begin(), requests_.end(), "/v1.41/system/df"), 1);
}

TEST_F(CollectDocker, a_project_limits_containers_and_volumes) {
  options_.project = "elsewhere";
  const auto collection = collect(engine_bodies());
  ASSERT_TRUE(collection);
  EXPECT_TRUE(collection->census.containers.empty());
  EXPECT_TRUE(collection->census.volumes.empty());
  EXPECT_TRUE(has_gap(*collection, "containers")) << "a project that matches nothing is said";
}

TEST_F(CollectDocker, a_container_that_vanished_is_left_out_without_a_gap) {
  auto bodies = engine_bodies();
  bodies["/containers/a3fcc9855195/json"] = {404, R"({"message":"No such container"})"};
  const auto collection = collect(bodies);
  ASSERT_TRUE(collection);
  EXPECT_EQ(collection->census.containers.size(), 1U);
  EXPECT_FALSE(has_gap(*collection, "a3fcc"));
}

TEST_F(CollectDocker, a_part_that_fails_is_a_gap_and_the_rest_goes_on) {
  auto bodies = engine_bodies();
  bodies["/images/json"].cut_short = true;
  bodies["/volumes"] = {500, R"({"message":"volume store is locked"})"};
  bodies["/containers/a3fcc9855195/json"] = {200, R"({"Id":"a3fcc98)"};
  const auto collection = collect(bodies);
  ASSERT_TRUE(collection);
  EXPECT_TRUE(has_gap(*collection, "images"));
  EXPECT_TRUE(has_gap(*collection, "volumes"));
  EXPECT_TRUE(has_gap(*collection, "container tradeul_migrate"));
  EXPECT_EQ(collection->census.containers.size(), 1U);
}

TEST_F(CollectDocker, an_engine_that_hangs_in_the_middle_costs_its_deadline) {
  auto bodies = engine_bodies();
  bodies["/containers/json?all=1"] = {.silent = true};
  const auto begin = std::chrono::steady_clock::now();
  const auto collection = collect(bodies);
  ASSERT_FALSE(collection);
  EXPECT_EQ(collection.error().code, ErrorCode::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds{1500});
}

TEST_F(CollectDocker, no_secret_of_a_container_reaches_the_census) {
  auto bodies = engine_bodies();
  const auto collection = collect(bodies);
  ASSERT_TRUE(collection);
  std::string everything;
  for (const Gap& gap : collection->gaps) everything += gap.what.en + gap.why.en + gap.hint.en;
  for (const Container& container : collection->census.containers) {
    everything += container.name + container.image + container.network_mode;
    for (const auto& [key, value] : container.log_options) everything += key + value;
  }
  EXPECT_EQ(everything.find("hunter2"), std::string::npos);
}

TEST_F(CollectDocker, a_host_without_containers_is_a_census_without_gaps) {
  const auto collection = collect({{"/info", {200, captured("engine-20.10.24/info.json")}},
                                   {"/containers/json?all=1", {200, "[]"}},
                                   {"/images/json", {200, "[]"}},
                                   {"/volumes", {200, R"({"Volumes":null})"}}});
  ASSERT_TRUE(collection);
  EXPECT_TRUE(collection->census.containers.empty());
  EXPECT_TRUE(collection->gaps.empty());
}

}  // namespace
}  // namespace plimsoll
