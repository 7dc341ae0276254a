#include <gmock/gmock.h>

#include "apply/redis/executor_case_test.h"

namespace plimsoll {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TrimStreamContract : public RedisCase {};

TEST_F(TrimStreamContract, leaves_the_cap_and_less_than_a_node) {
  add_entries(link, "ticks", 1, 25'000);
  TestWatch watch;
  const Outcome outcome = apply(link, a_trim("ticks", 5'000), watch);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_GE(length_of(link, "ticks"), 5'000);
  EXPECT_LT(length_of(link, "ticks"), 5'100);
  EXPECT_EQ(ids_in(link, "ticks").rbegin()->ms, 25'000U);
  EXPECT_THAT(watch.phases, ElementsAre("trim"));
  ASSERT_TRUE(outcome.freed);
  EXPECT_GT(outcome.freed->count(), 100'000);
  EXPECT_EQ(outcome.after.at("length"), std::to_string(length_of(link, "ticks")));
  EXPECT_EQ(apply(link, a_trim("ticks", 5'000)).state, StepState::nothing_to_do);
}

TEST_F(TrimStreamContract, exact_leaves_the_cap) {
  add_entries(link, "ticks", 1, 3'333);
  TrimStream trim = a_trim("ticks", 1'234);
  trim.exact = true;
  EXPECT_EQ(apply(link, trim).state, StepState::done);
  EXPECT_EQ(length_of(link, "ticks"), 1'234);
  EXPECT_EQ(apply(link, trim).state, StepState::nothing_to_do);
}

TEST_F(TrimStreamContract, a_threshold_below_a_node_is_cut_exactly) {
  add_entries(link, "ticks", 1, 150);
  const Outcome outcome = apply(link, a_trim("ticks", 101));
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(length_of(link, "ticks"), 101);
  add_entries(link, "few", 1, 90);
  EXPECT_EQ(apply(link, a_trim("few", 7)).state, StepState::done);
  EXPECT_EQ(length_of(link, "few"), 7);
}

TEST_F(TrimStreamContract, nodes_larger_than_a_step_are_trimmed_all_the_same) {
  run(link, {{"CONFIG", "SET", "stream-node-max-entries", "20000"},
             {"CONFIG", "SET", "stream-node-max-bytes", "0"}});
  add_entries(link, "ticks", 1, 90'000);
  const Outcome outcome = apply(link, a_trim("ticks", 45'000));
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_GE(length_of(link, "ticks"), 45'000);
  EXPECT_LT(length_of(link, "ticks"), 65'000);
}

TEST_F(TrimStreamContract, by_age_nothing_younger_goes) {
  add_entries(link, "ticks", 1'000, 5'000);
  TrimStream trim;
  trim.stream.key = "ticks";
  trim.minid = StreamId{4'050, 0};
  EXPECT_EQ(apply(link, trim).state, StepState::done);
  const auto ids = ids_in(link, "ticks");
  EXPECT_GT(ids.begin()->ms, 3'950U);
  EXPECT_LE(ids.begin()->ms, 4'050U);
  trim.exact = true;
  EXPECT_EQ(apply(link, trim).state, StepState::done);
  EXPECT_EQ(*ids_in(link, "ticks").begin(), (StreamId{4'050, 0}));
}

TEST_F(TrimStreamContract, by_bytes_what_is_left_takes_about_that_much) {
  add_entries(link, "ticks", 1, 100'000);
  const auto used = [&] {
    return std::stoll(parse_info(*link.info()).find("used_memory")->second);
  };
  TrimStream trim;
  trim.stream.key = "ticks";
  trim.max_bytes = 1_MiB;
  const Outcome outcome = apply(link, trim);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  const auto with = used();
  run(link, {{"DEL", "ticks"}});
  EXPECT_NEAR(static_cast<double>(with - used()), 1 << 20, 0.2 * (1 << 20));
}

TEST_F(TrimStreamContract, stops_at_what_a_group_has_still_to_read_and_says_so) {
  add_entries(link, "ticks", 1, 20'000);
  run(link,
      {{"XGROUP", "CREATE", "ticks", "slow", "0"}, {"XGROUP", "CREATE", "ticks", "fast", "$"}});
  read_entries(link, "ticks", "slow", 3'000);
  for (const auto id : pending_ids(link, "ticks", "slow"))
    run(link, {{"XACK", "ticks", "slow", format_stream_id(id)}});
  const Outcome outcome = apply(link, a_trim("ticks", 1'000));
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(length_of(link, "ticks"), 17'000);
  EXPECT_EQ(ids_in(link, "ticks").begin()->ms, 3'001U);
  EXPECT_THAT(outcome.what.en, HasSubstr("16,000 entries stay above the cap: slow has still"));
  EXPECT_EQ(outcome.after.at("above_cap"), "16000");
  EXPECT_EQ(outcome.after.at("held_by"), "slow");
  const Outcome again = apply(link, a_trim("ticks", 1'000));
  EXPECT_EQ(again.state, StepState::refused) << words(again);
  EXPECT_THAT(again.hint.es, HasSubstr("force_past_groups"));
}

TEST_F(TrimStreamContract, a_pending_entry_that_exists_holds_and_one_that_does_not_does_not) {
  add_entries(link, "ticks", 1, 5'000);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "0"}});
  read_entries(link, "ticks", "g", 5'000);
  for (int id = 1; id <= 5'000; ++id) {
    if (id != 700 && id != 2'500) run(link, {{"XACK", "ticks", "g", std::to_string(id) + "-0"}});
  }
  TrimStream exact = a_trim("ticks", 100);
  exact.exact = true;
  EXPECT_EQ(apply(link, exact).state, StepState::done);
  EXPECT_EQ(ids_in(link, "ticks").begin()->ms, 700U);
  run(link, {{"XDEL", "ticks", "700-0"}});  // still pending, and gone
  EXPECT_EQ(apply(link, exact).state, StepState::done);
  EXPECT_EQ(ids_in(link, "ticks").begin()->ms, 2'500U);
}

TEST_F(TrimStreamContract, many_holes_below_the_first_pending_entry_are_passed) {
  add_entries(link, "ticks", 1, 6'000);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "0"}});
  read_entries(link, "ticks", "g", 6'000);
  for (int id = 2; id <= 3'000; ++id) run(link, {{"XDEL", "ticks", std::to_string(id) + "-0"}});
  run(link, {{"XACK", "ticks", "g", "1-0"}});
  TrimStream exact = a_trim("ticks", 100);
  exact.exact = true;
  const Outcome outcome = apply(link, exact);
  EXPECT_EQ(ids_in(link, "ticks").begin()->ms, 3'001U) << words(outcome);
  EXPECT_EQ(length_of(link, "ticks"), 3'000);
}

TEST_F(TrimStreamContract, abandoned_groups_do_not_hold_unless_they_read_again) {
  add_entries(link, "ticks", 1, 5'000);
  run(link, {{"XGROUP", "CREATE", "ticks", "dead", "0"}});
  TrimStream trim = a_trim("ticks", 1'000);
  trim.abandoned = {"dead"};
  EXPECT_EQ(apply(link, trim).state, StepState::done);
  EXPECT_LT(length_of(link, "ticks"), 1'100);

  add_entries(link, "back", 1, 5'000);
  run(link, {{"XGROUP", "CREATE", "back", "dead", "0"}});
  read_entries(link, "back", "dead", 1);  // a moment ago
  trim.stream.key = "back";
  const Outcome held = apply(link, trim);
  EXPECT_EQ(length_of(link, "back"), 5'000) << words(held);
  EXPECT_THAT(held.hint.en, HasSubstr("dead was named as abandoned and reads again"));
  trim.past_groups = true;
  EXPECT_EQ(apply(link, trim).state, StepState::done);
  EXPECT_LT(length_of(link, "back"), 1'100);
}

TEST_F(TrimStreamContract, names_of_any_bytes_in_any_database) {
  const std::string key{"ticks\n\"año\" \0 π", 17};
  const std::string group = "grupo\n{1}";
  run(link, {{"SELECT", "3"}});
  add_entries(link, key, 1, 2'000);
  run(link, {{"XGROUP", "CREATE", key, group, "1500"}, {"SELECT", "0"}});
  TrimStream trim = a_trim(key, 100);
  trim.stream.database = 3;
  const Outcome outcome = apply(link, trim);
  EXPECT_EQ(outcome.state, StepState::done) << words(outcome);
  EXPECT_EQ(outcome.what.en.find('\n'), std::string::npos);
  EXPECT_EQ(outcome.after.at("held_by"), "grupo\\n{1}");
  EXPECT_EQ(length_of(link, key), 500);
}

TEST_F(TrimStreamContract, stops_between_steps_and_goes_on_when_applied_again) {
  add_entries(link, "ticks", 1, 60'000);
  TestWatch watch;
  watch.stop_after = 2;
  const Outcome stopped = apply(link, a_trim("ticks", 1'000), watch);
  EXPECT_EQ(stopped.state, StepState::stopped) << words(stopped);
  EXPECT_GT(length_of(link, "ticks"), 1'100);
  EXPECT_LT(length_of(link, "ticks"), 60'000);
  EXPECT_EQ(apply(link, a_trim("ticks", 1'000)).state, StepState::done);
  EXPECT_LT(length_of(link, "ticks"), 1'100);
}

TEST_F(TrimStreamContract, what_is_no_stream_or_asks_for_nothing_kept_is_left_alone) {
  EXPECT_EQ(apply(link, a_trim("absent", 10)).state, StepState::nothing_to_do);
  run(link, {{"SET", "text", "x"}});
  EXPECT_EQ(apply(link, a_trim("text", 10)).state, StepState::stale);
  add_entries(link, "ticks", 1, 500);
  EXPECT_EQ(apply(link, a_trim("ticks", 0)).state, StepState::refused);
  TrimStream two = a_trim("ticks", 10);
  two.max_bytes = 1_MiB;
  EXPECT_EQ(apply(link, two).state, StepState::refused);
  TestWatch full;
  full.journal_full = true;
  EXPECT_EQ(apply(link, a_trim("ticks", 10), full).state, StepState::failed);
  EXPECT_EQ(length_of(link, "ticks"), 500);
}

TEST(TrimStreamWithoutScripts, trims_where_no_group_reads_and_says_what_is_missing_where_one_does) {
  const testing::TestRedis server{"rename-command EVAL \"\"", "rename-command CONFIG \"\""};
  auto link = link_to(server.url());
  add_entries(link, "ticks", 1, 5'000);
  EXPECT_EQ(apply(link, a_trim("ticks", 1'000)).state, StepState::done);
  run(link, {{"XGROUP", "CREATE", "ticks", "g", "$"}});
  add_entries(link, "ticks", 10'000, 5'000);
  const auto before = length_of(link, "ticks");
  const Outcome refused = apply(link, a_trim("ticks", 1'000));
  EXPECT_EQ(refused.state, StepState::refused) << words(refused);
  EXPECT_THAT(refused.hint.en, HasSubstr("+eval"));
  EXPECT_EQ(length_of(link, "ticks"), before);
  TrimStream by_age;
  by_age.stream.key = "ticks";
  by_age.minid = StreamId{9'000, 0};
  EXPECT_EQ(apply(link, by_age).state, StepState::done);
}

}  // namespace
}  // namespace plimsoll
