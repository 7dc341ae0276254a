#include "collect/redis/parse.h"

#include <gtest/gtest.h>

#include <limits>

namespace plimsoll {
namespace {

using redis::Reply;

Reply text(std::string value) { return Reply::of(std::move(value)); }
Reply number(std::int64_t value) { return Reply::of(value); }
Reply entry(std::string id, std::vector<Reply> content) {
  return Reply::array({text(std::move(id)), Reply::array(std::move(content))});
}

TEST(RedisParse, info_lines_with_colons_and_carriage_returns) {
  const auto info = parse_info(
      "# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\nbroken line\r\nempty:\r\n");
  EXPECT_EQ(info.at("redis_version"), "7.0.15");
  EXPECT_EQ(info.at("executable"), "/a:b");
  EXPECT_EQ(info.at("empty"), "");
  EXPECT_EQ(info.size(), 3U);
  EXPECT_TRUE(parse_info("").empty());
}

TEST(RedisParse, stream_ids_use_all_64_bits) {
  EXPECT_EQ(parse_stream_id("18446744073709551615-18446744073709551615"),
            (StreamId{std::numeric_limits<std::uint64_t>::max(),
                      std::numeric_limits<std::uint64_t>::max()}));
  EXPECT_EQ(parse_stream_id("5"), (StreamId{5, 0}));
  for (const auto* bad : {"", "-", "1-", "-1", "1-2-3", "1-x", "18446744073709551616-0", "+"})
    EXPECT_FALSE(parse_stream_id(bad)) << bad;
  EXPECT_EQ(format_stream_id({7, 8}), "7-8");
}

TEST(RedisParse, stream_of_redis_6_2_has_no_counters) {
  const auto parsed = parse_stream(Reply::array(
      {text("length"), number(2), text("radix-tree-keys"), number(1), text("radix-tree-nodes"),
       number(2), text("last-generated-id"), text("2-0"), text("groups"), number(1),
       text("first-entry"), entry("1-0", {text("a"), text("b")}), text("last-entry"),
       entry("2-0", {text("a"), text("c")})}));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->stream.length, 2);
  EXPECT_FALSE(parsed->stream.entries_added);
  EXPECT_FALSE(parsed->stream.max_deleted);
  EXPECT_EQ(parsed->stream.first_id, (StreamId{1, 0}));
  EXPECT_EQ(parsed->stream.last_id, (StreamId{2, 0}));
  EXPECT_EQ(parsed->group_count, 1);
  EXPECT_EQ(parsed->edges.size(), 2U);
}

TEST(RedisParse, stream_of_redis_7_that_is_empty_and_names_unknown_fields) {
  const auto parsed = parse_stream(Reply::array({text("length"),
                                                 number(0),
                                                 text("radix-tree-keys"),
                                                 number(0),
                                                 text("radix-tree-nodes"),
                                                 number(1),
                                                 text("last-generated-id"),
                                                 text("9-1"),
                                                 text("max-deleted-entry-id"),
                                                 text("0-0"),
                                                 text("entries-added"),
                                                 number(1000),
                                                 text("recorded-first-entry-id"),
                                                 text("0-0"),
                                                 text("idmp-duration"),
                                                 number(1),
                                                 text("groups"),
                                                 number(0),
                                                 text("first-entry"),
                                                 Reply::nil(),
                                                 text("last-entry"),
                                                 Reply::nil()}));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->stream.entries_added, 1000);
  EXPECT_FALSE(parsed->stream.first_id);
  EXPECT_EQ(parsed->stream.last_generated, (StreamId{9, 1}));
}

TEST(RedisParse, groups_keep_nil_lag_unknown) {
  const auto groups = parse_groups(Reply::array(
      {Reply::array({text("name"), text("g\n1"), text("consumers"), number(2), text("pending"),
                     number(7), text("last-delivered-id"), text("3-4"), text("entries-read"),
                     Reply::nil(), text("lag"), Reply::nil()})}));
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->front().name, "g\n1");
  EXPECT_EQ(groups->front().pending_entries, 7);
  EXPECT_FALSE(groups->front().lag);
  EXPECT_FALSE(groups->front().entries_read);
}

TEST(RedisParse, consumers_of_7_0_have_no_inactive_and_8_8_says_minus_one) {
  const auto consumers = parse_consumers(
      Reply::array({Reply::array({text("name"), text("old"), text("pending"), number(1),
                                  text("idle"), number(61'000)}),
                    Reply::array({text("name"), text(""), text("pending"), number(3), text("idle"),
                                  number(-1), text("inactive"), number(-1)})}));
  ASSERT_TRUE(consumers);
  EXPECT_EQ((*consumers)[0].idle, Seconds{61});
  EXPECT_FALSE((*consumers)[0].inactive);
  EXPECT_EQ((*consumers)[1].name, "");
  EXPECT_FALSE((*consumers)[1].idle);
  EXPECT_FALSE((*consumers)[1].inactive);
}

TEST(RedisParse, pending_entries_given_back_belong_to_nobody) {
  const auto most = std::numeric_limits<std::int64_t>::max();
  const auto pending = parse_pending(
      Reply::array({Reply::array({text("1-1"), text("c"), number(1500), number(2)}),
                    Reply::array({text("1-2"), text(""), number(-1), number(most)})}));
  ASSERT_TRUE(pending);
  EXPECT_EQ((*pending)[0].idle, std::chrono::milliseconds{1500});
  EXPECT_EQ((*pending)[1].consumer, "");
  EXPECT_FALSE((*pending)[1].idle);
  EXPECT_EQ((*pending)[1].delivery_count, most);
}

TEST(RedisParse, entries_in_order_with_fields_and_values_apart) {
  const auto entries =
      parse_entries(Reply::array({entry("1-0", {text("f"), text("v"), text("g"), text("w")})}));
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->front().fields, (std::vector<std::string>{"f", "g"}));
  EXPECT_EQ(entries->front().values, (std::vector<std::string>{"v", "w"}));
}

TEST(RedisParse, broken_shapes_are_malformed_never_a_zero) {
  const std::vector<Reply> shapes{
      Reply::nil(),
      Reply::of(5),
      text("x"),
      Reply::error("ERR no"),
      Reply::array({text("length")}),
      Reply::array({text("length"), text("many"), text("last-generated-id"), text("1-0")}),
      Reply::array({text("length"), number(-1), text("last-generated-id"), text("1-0")}),
      Reply::array({number(1), number(2)}),
      Reply::array({Reply::array({text("name"), text("g")})}),
      Reply::array({entry("x", {})}),
      Reply::array({entry("1-0", {text("odd")})})};
  for (const auto& shape : shapes) {
    EXPECT_FALSE(parse_stream(shape));
    EXPECT_FALSE(parse_groups(shape));
    EXPECT_FALSE(parse_consumers(shape));
    EXPECT_FALSE(parse_pending(shape));
    EXPECT_FALSE(parse_entries(shape));
  }
  EXPECT_TRUE(parse_groups(Reply::array({}))->empty());
}

}  // namespace
}  // namespace plimsoll
