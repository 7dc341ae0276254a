#include <algorithm>
#include <map>
#include <random>

#include "apply/redis/executor_case_test.h"

// After any trim, every entry that a live group has still to read or acknowledge is there.
namespace plimsoll {
namespace {

using Random = std::mt19937;

std::int64_t pick(Random& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>{least, most}(random);
}

struct Scene {
  std::int64_t length = 0;
  std::map<std::string, std::set<StreamId>> owed;  ///< by live group: unread and pending, present
  std::vector<std::string> abandoned;
};

/// A stream of one id a millisecond, with holes, and groups that read and acknowledged some of it.
Scene make_scene(redis::Link& link, Random& random) {
  run(link, {{"FLUSHALL"},
             {"CONFIG", "SET", "stream-node-max-entries", std::to_string(pick(random, 1, 120))}});
  Scene scene;
  scene.length = pick(random, 1, 1'500);
  add_entries(link, "s", 1, scene.length);
  const auto groups = pick(random, 0, 3);
  for (std::int64_t i = 0; i < groups; ++i) {
    const std::string group = "g" + std::to_string(i);
    run(link,
        {{"XGROUP", "CREATE", "s", group, std::to_string(pick(random, 0, scene.length)) + "-0"}});
    read_entries(link, "s", group, pick(random, 0, scene.length));
    for (const auto id : pending_ids(link, "s", group)) {
      if (pick(random, 0, 9) < 8) run(link, {{"XACK", "s", group, format_stream_id(id)}});
    }
  }
  for (auto holes = pick(random, 0, 1) * pick(random, 0, 200); holes > 0; --holes)
    run(link, {{"XDEL", "s", std::to_string(pick(random, 1, scene.length)) + "-0"}});
  const auto present = ids_in(link, "s");
  for (const auto& item : run_one(link, {"XINFO", "GROUPS", "s"}).elements) {
    const auto group = parse_groups(redis::Reply::array({item}))->front();
    const bool left_out = group.consumer_count == 0 && pick(random, 0, 3) == 0;
    if (left_out) {
      scene.abandoned.push_back(group.name);
      continue;
    }
    auto& owed = scene.owed[group.name];
    std::copy_if(present.begin(), present.end(), std::inserter(owed, owed.end()),
                 [&](StreamId id) { return id > group.last_delivered; });
    for (const auto id : pending_ids(link, "s", group.name)) {
      if (present.count(id) > 0) owed.insert(id);
    }
  }
  return scene;
}

TrimStream any_trim(const Scene& scene, Random& random) {
  TrimStream trim;
  trim.stream.key = "s";
  trim.abandoned = scene.abandoned;
  trim.exact = pick(random, 0, 1) == 1;
  switch (pick(random, 0, 2)) {
    case 0:
      trim.maxlen = pick(random, 1, scene.length + 10);
      break;
    case 1:
      trim.minid = StreamId{static_cast<std::uint64_t>(pick(random, 0, scene.length + 10)), 0};
      break;
    default:
      trim.max_bytes = Bytes{pick(random, 1, 60'000)};
  }
  return trim;
}

std::string described(const TrimStream& trim) {
  return (trim.maxlen  ? "maxlen " + std::to_string(*trim.maxlen)
          : trim.minid ? "minid " + format_stream_id(*trim.minid)
                       : "bytes " + std::to_string(trim.max_bytes->count())) +
         (trim.exact ? " exact" : "");
}

/// What the threshold itself must keep.
void expect_kept_by_threshold(const TrimStream& trim, const std::set<StreamId>& before,
                              const std::set<StreamId>& after) {
  if (trim.maxlen) {
    EXPECT_GE(static_cast<std::int64_t>(after.size()),
              std::min(*trim.maxlen, static_cast<std::int64_t>(before.size())));
  }
  if (!trim.minid) return;
  for (const auto id : before) {
    if (id < *trim.minid) continue;
    EXPECT_EQ(after.count(id), 1U) << format_stream_id(id);
  }
}

TEST(TrimProperty, nothing_a_live_group_is_owed_is_ever_trimmed) {
  const testing::TestRedis server;
  auto link = link_to(server.url());
  int trimmed = 0;
  for (unsigned seed = 1; seed <= 120; ++seed) {
    Random random{seed};
    const Scene scene = make_scene(link, random);
    const TrimStream trim = any_trim(scene, random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + described(trim));
    const auto before = ids_in(link, "s");
    const Outcome outcome = apply(link, trim);
    const auto after = ids_in(link, "s");
    EXPECT_TRUE(outcome.state == StepState::done || outcome.state == StepState::nothing_to_do ||
                outcome.state == StepState::refused)
        << words(outcome);
    trimmed += after.size() < before.size() ? 1 : 0;
    EXPECT_EQ(outcome.state == StepState::done, after.size() < before.size()) << words(outcome);
    for (const auto& [group, owed] : scene.owed) {
      for (const auto id : owed) {
        ASSERT_EQ(after.count(id), 1U) << group << " lost " << format_stream_id(id);
      }
    }
    // Only from the old end.
    if (!after.empty()) {
      EXPECT_EQ(std::count_if(before.begin(), before.end(),
                              [&](StreamId id) { return id >= *after.begin(); }),
                static_cast<std::ptrdiff_t>(after.size()));
    }
    expect_kept_by_threshold(trim, before, after);
    // What exact promises, and what applying it again does.
    if (trim.exact && trim.maxlen && scene.owed.empty()) {
      EXPECT_EQ(after.size(), std::min(before.size(), static_cast<std::size_t>(*trim.maxlen)));
    }
    EXPECT_NE(apply(link, trim).state, StepState::done);
    EXPECT_EQ(ids_in(link, "s"), after);
  }
  EXPECT_GT(trimmed, 30);
}

}  // namespace
}  // namespace plimsoll
