#include "writer/entry_encoder.h"

#include <gtest/gtest.h>

#include <vector>

namespace plimsoll {
namespace {

std::string encoded(const EntryEncoder& encoder, std::initializer_list<Field> fields, EntryId id,
                    std::uint16_t* id_at = nullptr) {
  const std::span<const Field> all{fields.begin(), fields.size()};
  std::string bytes(encoder.size_of(all), '?');
  const auto at = encoder.encode(all, id, bytes.data());
  if (id_at != nullptr) *id_at = at;
  return bytes;
}

TEST(EntryEncoder, writes_xadd_as_the_server_reads_it) {
  EntryEncoder encoder{"ticks", false};
  encoder.trim_to_length(10'000, false);
  std::uint16_t id_at = 0;
  const auto bytes =
      encoded(encoder, {{"symbol", "AAPL"}, {"", ""}}, {1'762'880'400'000, 100'007}, &id_at);
  EXPECT_EQ(bytes,
            "*10\r\n$4\r\nXADD\r\n$5\r\nticks\r\n$6\r\nMAXLEN\r\n$1\r\n~\r\n$5\r\n10000\r\n"
            "$20\r\n1762880400000-100007\r\n$6\r\nsymbol\r\n$4\r\nAAPL\r\n$0\r\n\r\n$0\r\n\r\n");
  EXPECT_EQ(bytes.substr(id_at, kIdLength), "1762880400000-100007");
}

TEST(EntryEncoder, trims_exactly_or_by_age_and_leaves_ids_to_the_server) {
  EntryEncoder encoder{"t", true};
  encoder.trim_to_age(1'762'880'400'000, true);
  EXPECT_EQ(encoded(encoder, {{"a", "b"}}, {}),
            "*8\r\n$4\r\nXADD\r\n$1\r\nt\r\n$5\r\nMINID\r\n$1\r\n=\r\n$13\r\n1762880400000\r\n"
            "$1\r\n*\r\n$1\r\na\r\n$1\r\nb\r\n");
}

TEST(EntryEncoder, size_is_right_whatever_the_lengths) {
  EntryEncoder encoder{"key", false};
  encoder.trim_to_length(1, true);
  for (const std::size_t length : {0U, 1U, 9U, 10U, 99U, 100U, 999U, 1000U, 70'000U}) {
    const std::string value(length, 'v');
    const auto bytes = encoded(encoder, {{"n", value}}, {1'762'880'400'000, kFirstSequence});
    EXPECT_TRUE(bytes.ends_with("v\r\n") || length == 0) << length;
    EXPECT_EQ(bytes.find('?'), std::string::npos) << length;
  }
}

TEST(EntryId, each_comes_after_the_last_and_has_twenty_characters) {
  EntryId last{1'762'880'400'000, 0};
  std::uint64_t now = 1'762'880'399'000;  // a clock that is behind, stands, and runs on
  for (int n = 0; n < 2'000'000; ++n) {
    if (n % 1'000'000 == 999'999) now += 2000;
    const auto next = id_after(last, now);
    ASSERT_LT(last, next);
    ASSERT_GE(next.sequence, 100'000U);
    ASSERT_LE(next.sequence, 999'999U);
    last = next;
  }
  std::string text(kIdLength, '?');
  write_id(last, text.data());
  EXPECT_EQ(parse_id(text), last);
}

TEST(EntryId, anything_else_is_no_id) {
  EXPECT_EQ(parse_id("12-3"), (EntryId{12, 3}));
  for (const char* text : {"", "12", "12-", "-3", "12-3x", "a-1", "12-99999999999999999999"})
    EXPECT_FALSE(parse_id(text).has_value()) << text;
}

}  // namespace
}  // namespace plimsoll
