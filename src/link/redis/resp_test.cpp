#include "link/redis/resp.h"

#include <gtest/gtest.h>

#include <string>

namespace plimsoll::redis {
namespace {

TEST(ScanReply, reads_each_kind_in_place) {
  const std::string bytes = "$4\r\n1-1\n\r\n:42\r\n-OOM no\r\n+OK\r\n$-1\r\n$0\r\n\r\n";
  std::string_view rest = bytes;
  std::string seen;
  while (!rest.empty()) {
    ReplyView reply;
    std::size_t taken = 0;
    ASSERT_EQ(scan_reply(rest, reply, taken), Scan::whole);
    seen += std::to_string(static_cast<int>(reply.kind)) + std::string{reply.text} +
            std::to_string(reply.integer) + "|";
    rest.remove_prefix(taken);
  }
  EXPECT_EQ(seen, "21-1\n0|142|3OOM no0|2OK0|00|20|");
}

TEST(ScanReply, every_beginning_of_a_reply_is_partial) {
  const std::string nested = "*3\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n*-1\r\n";
  for (std::size_t size = 0; size < nested.size(); ++size) {
    Reply reply;
    std::size_t taken = 0;
    EXPECT_EQ(parse_reply(std::string_view{nested}.substr(0, size), reply, taken), Scan::partial);
  }
  Reply reply;
  std::size_t taken = 0;
  ASSERT_EQ(parse_reply(nested + "rest", reply, taken), Scan::whole);
  EXPECT_EQ(taken, nested.size());
  EXPECT_EQ(reply.elements[1].elements[0].integer, 1);
  EXPECT_TRUE(reply.elements[2].is_nil());
}

TEST(ScanReply, anything_else_is_malformed) {
  for (const char* bytes : {"HTTP/1.1 400\r\n", "\r\n", "$x\r\n", "$-2\r\n", ":\r\n", ":1x\r\n",
                            "$1\r\nabc\r\n", "*x\r\n"}) {
    Reply reply;
    std::size_t taken = 0;
    EXPECT_EQ(parse_reply(bytes, reply, taken), Scan::malformed) << bytes;
  }
  std::string deep;
  for (int n = 0; n < 20; ++n) deep += "*1\r\n";
  Reply reply;
  std::size_t taken = 0;
  EXPECT_EQ(parse_reply(deep, reply, taken), Scan::malformed);
}

}  // namespace
}  // namespace plimsoll::redis
