#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

StreamBuilder subscriptions() {
  return a_stream("polygon_ws:subscriptions")
      .with_length(58'412)
      .with_bytes(Bytes{9'100'000})
      .with_growth(1'060'000, 6800)
      .between(noon() - Days{8}, noon() - seconds{9});
}

TEST(StreamUncapped, is_never_trimmed_and_not_tiny) {
  expect_verdicts(
      Rule::stream_uncapped,
      {{"never trimmed", census_of(subscriptions()), Verdict::finding},
       {"trimmed at 20,000",
        census_of(a_stream("d").with_length(20'000).with_entries_added(1'310'000)), Verdict::quiet},
       {"trimmed at 10,042",
        census_of(a_stream("a").with_length(10'042).with_entries_added(88'000'000)),
        Verdict::quiet},
       {"50,003 and frozen there",
        census_of(a_stream("raw")
                      .with_length(50'003)
                      .with_entries_added(18'400'000)
                      .between(noon() - Days{9}, noon() - Days{8})),
        Verdict::quiet},
       {"tiny", census_of(a_stream("events").with_length(52)), Verdict::quiet},
       {"expires", census_of(subscriptions().with_ttl(hours{1})), Verdict::quiet},
       {"an orphan grows no more",
        census_of(subscriptions().between(noon() - Days{9}, noon() - Days{8})), Verdict::quiet},
       {"6.2, at a round mark",
        census_of(subscriptions().with_length(10'042).with_unknown_entries_added()),
        Verdict::quiet},
       {"6.2, at no mark",
        census_of(subscriptions().with_length(58'412).with_unknown_entries_added()),
        Verdict::finding},
       {"6.2, took entries and got no longer",
        census_of(subscriptions().with_unknown_entries_added().between_samples(40, 0)),
        Verdict::quiet},
       {"its readers delete",
        census_of(subscriptions().with_entries_added(900'000).with_deleted_up_to(
            id_at(noon() - hours{1}))),
        Verdict::gap},
       {"bytes unknown", census_of(subscriptions().with_unknown_bytes()), Verdict::finding}});
}

TEST(StreamUncapped, caps_the_writers_first_and_never_past_a_reader) {
  const Finding plain = *finding_of(diagnose(census_of(subscriptions())), Rule::stream_uncapped);
  EXPECT_EQ(plain.commands,
            std::vector<std::string>{"XTRIM polygon_ws:subscriptions MAXLEN ~ 7000"});
  EXPECT_NE(plain.remedy.en.find("MAXLEN ~ 7000"), std::string::npos) << plain.remedy.en;
  EXPECT_EQ(plain.frees, Bytes{(58'412 - 7000) * 155});
  const Finding slow =
      *finding_of(diagnose(census_of(subscriptions().with_group(a_group("slow").with_lag(42'000)))),
                  Rule::stream_uncapped);
  EXPECT_EQ(slow.commands.front(), "XTRIM polygon_ws:subscriptions MAXLEN ~ 50000");
  const Finding unknown = *finding_of(
      diagnose(census_of(subscriptions().with_group(a_group("g").with_lag(std::nullopt)))),
      Rule::stream_uncapped);
  EXPECT_NE(unknown.remedy.en.find("is not known: look before trimming"), std::string::npos);
}

TEST(StreamUncapped, on_old_servers_says_what_it_rests_on) {
  const Finding finding = *finding_of(
      diagnose(census_of(subscriptions().with_unknown_entries_added())), Rule::stream_uncapped);
  EXPECT_NE(finding.cause.en.find("does not count what was added"), std::string::npos);
  EXPECT_TRUE(has_fact(finding, "entries_added"));  // as unknown, for the reader to see
  EXPECT_LE(finding.severity, Severity::medium);
}

TEST(StreamCapCannotBite, was_trimmed_and_grows_by_all_that_is_added) {
  const auto stream = [](std::int64_t added, std::int64_t longer) {
    return subscriptions().with_entries_added(200'000).between_samples(added, longer);
  };
  expect_verdicts(
      Rule::stream_cap_cannot_bite,
      {{"follows", census_of(stream(900, 900)), Verdict::finding},
       {"held", census_of(stream(900, 40)), Verdict::quiet},
       {"too few to tell", census_of(stream(90, 90)), Verdict::quiet},
       {"never trimmed", census_of(subscriptions().between_samples(900, 900)), Verdict::quiet},
       {"not sampled", census_of(subscriptions().with_entries_added(200'000)), Verdict::quiet}});
}

TEST(StreamOrphan, has_been_silent_for_longer_than_a_weekend) {
  RedisCensus weekend = a_redis();  // everybody is silent since Friday evening
  weekend.streams = {a_stream("a").with_length(9000).between(noon() - Days{4}, noon() - hours{56}),
                     a_stream("b").with_length(9000).between(noon() - Days{4}, noon() - hours{57})};
  RedisCensus alone = weekend;  // while another one is written
  alone.streams.push_back(a_stream("c").with_length(10));
  expect_verdicts(
      Rule::stream_orphan,
      {{"a week", census_of(subscriptions().between(noon() - Days{9}, noon() - Days{8})),
        Verdict::finding},
       {"written", census_of(subscriptions()), Verdict::quiet},
       {"a weekend", census_of(weekend), Verdict::quiet},
       {"alone in its silence", census_of(alone), Verdict::finding},
       {"tiny", census_of(a_stream("t").between(noon() - Days{9}, noon() - Days{8})),
        Verdict::quiet},
       {"ids are counters", census_of([] {
          Stream stream = subscriptions();
          stream.last_id = StreamId{58'412, 0};
          stream.last_generated = *stream.last_id;
          return stream;
        }()),
        Verdict::gap}});
  const Finding orphan =
      *finding_of(diagnose(census_of(subscriptions().between(noon() - Days{9}, noon() - Days{8}))),
                  Rule::stream_orphan);
  EXPECT_EQ(orphan.commands, std::vector<std::string>{"EXPIRE polygon_ws:subscriptions 86400"});
  EXPECT_NE(orphan.cause.en.find("it changes nothing"), std::string::npos);
}

// --- readers -----------------------------------------------------------------------------------

StreamBuilder deltas() {
  return a_stream("stream:ranking:deltas")
      .with_length(20'000)
      .with_entries_added(1'310'000)
      .with_bytes(Bytes{104'000'000}, Bytes{21'600'000})
      .between(noon() - hours{14}, noon() - seconds{6});
}

TEST(PendingEntriesDangling, are_those_whose_entry_is_gone) {
  ConsumerGroup uncounted = a_group("g").with_pending(5'000, id_at(noon() - Days{3}));
  uncounted.dangling_pending.reset();
  ConsumerGroup more_than_there_are = a_group("g").with_pending(180'000);
  more_than_there_are.dangling_pending.reset();
  expect_verdicts(
      Rule::pending_entries_dangling,
      {{"counted",
        census_of(deltas().with_group(a_group("g").with_pending(180'000).with_dangling(179'950))),
        Verdict::finding},
       {"more pending than entries", census_of(deltas().with_group(more_than_there_are)),
        Verdict::finding},
       {"all alive",
        census_of(deltas().with_group(a_group("g").with_pending(5'000, id_at(noon() - hours{2})))),
        Verdict::quiet},
       {"a handful", census_of(deltas().with_group(a_group("g").with_pending(9).with_dangling(9))),
        Verdict::quiet},
       {"not counted", census_of(deltas().with_group(uncounted)), Verdict::gap}});
}

TEST(PendingEntriesDangling, acknowledges_exactly_what_is_gone) {
  const Finding finding = *finding_of(
      diagnose(census_of(
          deltas().with_group(a_group("ws\n1").with_pending(200'000).with_dangling(100'000)))),
      Rule::pending_entries_dangling);
  EXPECT_EQ(finding.frees, Bytes{10'800'000});
  const std::string first = std::to_string(id_at(noon() - hours{14}).ms);
  EXPECT_EQ(finding.commands[0],
            "XPENDING stream:ranking:deltas \"ws\\n1\" - (" + first + "-0 1000");
  EXPECT_NE(finding.remedy.en.find("nothing is lost"), std::string::npos);
  EXPECT_NE(finding.remedy.es.find("no se pierde nada"), std::string::npos);
}

TEST(PendingEntriesLeaking, wait_for_more_than_a_day) {
  const auto with = [](ConsumerGroup group) {
    return census_of(subscriptions().with_group(std::move(group)));
  };
  expect_verdicts(
      Rule::pending_entries_leaking,
      {{"two days", with(a_group("g").with_pending(5'000, id_at(noon() - Days{2}))),
        Verdict::finding},
       {"an hour", with(a_group("g").with_pending(5'000, id_at(noon() - hours{1}))),
        Verdict::quiet},
       {"few", with(a_group("g").with_pending(50, id_at(noon() - Days{2}))), Verdict::quiet},
       {"all dangling",
        with(a_group("g").with_pending(5'000, id_at(noon() - Days{20})).with_dangling(5'000)),
        Verdict::quiet},
       {"age unknown", with(a_group("g").with_pending(5'000)), Verdict::gap}});
}

StreamBuilder with_consumers(int count, Seconds idle, Instant last) {
  GroupBuilder group = a_group("pods");
  for (int i = 0; i < count; ++i) group.with_consumer("pod-" + std::to_string(i), idle);
  return subscriptions().between(noon() - Days{8}, last).with_group(group);
}

TEST(ConsumersDead, did_not_read_what_came) {
  expect_verdicts(
      Rule::consumers_dead,
      {{"forty dead pods", census_of(with_consumers(40, Days{3}, noon() - seconds{9})),
        Verdict::finding},
       {"waiting, since nothing came", census_of(with_consumers(40, hours{30}, noon() - hours{40})),
        Verdict::quiet},
       {"three", census_of(with_consumers(3, Days{3}, noon() - seconds{9})), Verdict::quiet},
       {"alive", census_of(with_consumers(40, seconds{2}, noon() - seconds{9})), Verdict::quiet}});
  const Finding dead = *finding_of(
      diagnose(census_of(with_consumers(40, Days{3}, noon() - seconds{9}))), Rule::consumers_dead);
  EXPECT_EQ(dead.commands.size(), 10U);
  EXPECT_EQ(dead.commands.front(), "XGROUP DELCONSUMER polygon_ws:subscriptions pods pod-0");
}

TEST(UnreadEntriesTrimmed, counts_what_a_group_will_never_get) {
  const auto with = [](ConsumerGroup group) {
    return census_of(deltas().with_group(std::move(group)));
  };
  ConsumerGroup unknown = a_group("g").delivered_up_to(id_at(noon() - Days{2}));
  unknown.entries_read.reset();
  expect_verdicts(
      Rule::unread_entries_trimmed,
      {{"290,000 lost",
        with(a_group("g").delivered_up_to(id_at(noon() - Days{2})).with_read(1'000'000)),
        Verdict::finding},
       {"stands at the first entry",
        with(a_group("g").delivered_up_to(id_at(noon() - hours{15})).with_read(1'290'000)),
        Verdict::quiet},
       {"has read on", with(a_group("g").with_read(1'000'000)), Verdict::quiet},
       {"never read", with(a_group("g").delivered_up_to({})), Verdict::quiet},
       {"reads unknown", with(unknown), Verdict::gap}});
}

}  // namespace
}  // namespace plimsoll
