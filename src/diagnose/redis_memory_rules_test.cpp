#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

template <typename Change>
Census redis_with(Change change) {
  RedisCensus server = a_redis();
  change(server);
  return census_of(std::move(server));
}

Census in_container(SizeBound maxmemory, SizeBound limit, Bytes used = 100_MiB) {
  Census census = redis_with([&](RedisCensus& server) {
    server.maxmemory = maxmemory;
    server.used_memory = used;
  });
  DockerCensus engine = a_docker();
  engine.containers.push_back(
      a_container("tradeul_redis").from_image("redis:7-alpine").with_limit(limit));
  census.docker = engine;
  return census;
}

KeyFamily family(std::int64_t without_ttl, Bytes bytes) {
  return {"metadata:ticker:*", 0, "string", 12'000, bytes, without_ttl, 12'000};
}

TEST(KeysWithoutTtl, is_a_large_family) {
  expect_verdicts(
      Rule::keys_without_ttl,
      {{"12,000 of 96 MB",
        redis_with([](RedisCensus& s) { s.families = {family(12'000, Bytes{96'000'000})}; }),
        Verdict::finding},
       {"all expire",
        redis_with([](RedisCensus& s) { s.families = {family(0, Bytes{96'000'000})}; }),
        Verdict::quiet},
       {"small", redis_with([](RedisCensus& s) { s.families = {family(12'000, 1_MiB)}; }),
        Verdict::quiet},
       {"few", redis_with([](RedisCensus& s) { s.families = {family(72, Bytes{96'000'000})}; }),
        Verdict::quiet}});
}

TEST(MaxmemoryMissing, is_unlimited_and_not_merely_unknown) {
  expect_verdicts(
      Rule::maxmemory_missing,
      {{"0", redis_with([](RedisCensus& s) { s.maxmemory = Unbounded{}; }), Verdict::finding},
       {"2 GiB", redis_with([](RedisCensus&) {}), Verdict::quiet},
       {"unknown", redis_with([](RedisCensus& s) { s.maxmemory = Unknown{}; }), Verdict::gap}});
  const Finding fits =
      *finding_of(diagnose(in_container(Unbounded{}, 2_GiB)), Rule::maxmemory_missing);
  EXPECT_EQ(fits.commands, std::vector<std::string>{"CONFIG SET maxmemory 1610612736"});
  const Finding full =
      *finding_of(diagnose(in_container(Unbounded{}, 2_GiB, 1900_MiB)), Rule::maxmemory_missing);
  EXPECT_TRUE(full.commands.empty());  // below what is used it would be an outage
}

TEST(MaxmemoryTooNearLimit, leaves_no_room_for_a_fork) {
  expect_verdicts(Rule::maxmemory_too_near_limit,
                  {{"2G of 2G", in_container(2_GiB, 2_GiB), Verdict::finding},
                   {"2G of 3G", in_container(2_GiB, 3_GiB), Verdict::quiet},
                   {"limit unknown", in_container(2_GiB, Unknown{}), Verdict::quiet},
                   {"above: a contradiction", in_container(3_GiB, 2_GiB), Verdict::quiet}});
}

TEST(EvictionDropsStreams, is_allkeys_with_streams) {
  const auto with = [](const std::string& policy, bool stream) {
    return redis_with([&](RedisCensus& s) {
      s.maxmemory_policy = policy;
      if (stream) s.streams = {a_stream("ticks")};
    });
  };
  expect_verdicts(Rule::eviction_drops_streams,
                  {{"allkeys-lru", with("allkeys-lru", true), Verdict::finding},
                   {"noeviction", with("noeviction", true), Verdict::quiet},
                   {"volatile-lru", with("volatile-lru", true), Verdict::quiet},
                   {"no streams", with("allkeys-lru", false), Verdict::quiet},
                   {"unknown", with("", true), Verdict::gap}});
}

TEST(ServerWithoutPassword, weighs_by_who_can_reach_it) {
  const auto open = [](const std::string& bind) {
    return redis_with([&](RedisCensus& s) {
      s.password_required = false;
      s.protected_mode = false;
      s.bind = bind;
    });
  };
  expect_verdicts(
      Rule::server_without_password,
      {{"everywhere", open("* -::*"), Verdict::finding},
       {"asks", redis_with([](RedisCensus&) {}), Verdict::quiet},
       {"unknown", redis_with([](RedisCensus& s) { s.password_required.reset(); }), Verdict::gap}});
  const auto severity = [&](const Census& census) {
    return finding_of(diagnose(census), Rule::server_without_password)->severity;
  };
  EXPECT_EQ(severity(open("* -::*")), Severity::high);
  EXPECT_EQ(severity(open("127.0.0.1 -::1")), Severity::info);
  EXPECT_EQ(severity(open("")), Severity::medium);
  Census published = open("127.0.0.1");
  published.docker = a_docker();
  published.docker->containers.push_back(a_container("redis").publishing("0.0.0.0:6379->6379/tcp"));
  EXPECT_EQ(severity(published), Severity::high);
}

TEST(BoundsContradict, names_the_inner_bound_that_is_never_reached) {
  PostgresCensus slots = a_postgres();
  slots.slots.push_back({"s", "physical", true, 1_MiB, "reserved", {}});
  slots.wal.slot_cap = 900_GiB;
  const auto huge = [](Bytes entry) {
    return redis_with([&](RedisCensus& s) {
      Stream stream = a_stream("deltas").with_length(20'000).with_entries_added(900'000);
      stream.entry_bytes = entry;
      s.streams = {stream};
    });
  };
  expect_verdicts(Rule::bounds_contradict,
                  {{"maxmemory above its container", in_container(3_GiB, 2_GiB), Verdict::finding},
                   {"below", in_container(1_GiB, 2_GiB), Verdict::quiet},
                   {"maxmemory above the machine",
                    redis_with([](RedisCensus& s) { s.maxmemory = 64_GiB; }), Verdict::finding},
                   {"20,000 × 150 KB above maxmemory", huge(Bytes{150'000}), Verdict::finding},
                   {"20,000 × 1 KB", huge(1_KiB), Verdict::quiet},
                   {"a limit above the machine", census_of(a_container("x").with_limit(64_GiB)),
                    Verdict::finding},
                   {"a slot cap above the disk", census_of(slots), Verdict::finding},
                   {"unknown", in_container(Unknown{}, Unknown{}), Verdict::quiet}});
}

}  // namespace
}  // namespace plimsoll
