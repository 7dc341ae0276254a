#include "demo/dormant_consumer.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(DormantConsumer, leaves_a_dump_without_that_consumer_as_it_is) {
  const std::string dump = "no such name in here, and a footer";
  EXPECT_EQ(with_consumer_last_seen(dump, "api_gateway_1", Instant{}), dump);
}

TEST(DormantConsumer, does_not_write_past_the_end_of_a_short_dump) {
  const std::string dump = std::string{"\x03"} + "ann" + "12345678";
  EXPECT_EQ(with_consumer_last_seen(dump, "ann", Instant{}), dump);
}

// The checksum of a dump whose seen time is moved is one that a server accepts: see the contract
// test of the demo, where Redis restores it.
TEST(DormantConsumer, moves_seen_time_and_nothing_before_it) {
  const std::string head = std::string{"\x13stream"} + "\x03" + "ann";
  const std::string dump =
      head + std::string(8, '\x7F') + std::string(10, 'p') + std::string(8, 'c');
  const std::string moved =
      with_consumer_last_seen(dump, "ann", instant_of_unix_ms(0x010203040508));
  EXPECT_EQ(moved.substr(0, head.size()), head);
  EXPECT_EQ(moved.substr(head.size(), 8).front(), '\x08');
  EXPECT_EQ(moved.substr(head.size() + 8, 10), std::string(10, 'p'));
  EXPECT_NE(moved.substr(moved.size() - 8), std::string(8, 'c'));
}

}  // namespace
}  // namespace plimsoll
