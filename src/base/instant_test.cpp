#include "base/instant.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(Instant, reads_what_it_writes) {
  const auto noon = parse_iso8601("2025-11-11T17:03:09Z");
  ASSERT_TRUE(noon);
  EXPECT_EQ(iso8601(*noon), "2025-11-11T17:03:09Z");
  const auto fine = parse_iso8601("2025-11-11 17:03:09.5+00");
  ASSERT_TRUE(fine);
  EXPECT_EQ(iso8601(*fine), "2025-11-11T17:03:09.500000Z");
}

TEST(Instant, honours_offsets) {
  EXPECT_EQ(iso8601(*parse_iso8601("2025-11-11T17:03:09-05:00")), "2025-11-11T22:03:09Z");
  EXPECT_EQ(iso8601(*parse_iso8601("2025-11-11 17:03:09+0530")), "2025-11-11T11:33:09Z");
  EXPECT_EQ(iso8601(*parse_iso8601("2025-10-29")), "2025-10-29T00:00:00Z");
}

TEST(Instant, refuses_what_is_no_instant) {
  for (const char* text :
       {"", "2025", "2025-02-30", "2025-13-01", "infinity", "2025-11-11T25:00:00Z",
        "2025-11-11T17:03:09+", "2025-11-11T17:03:09.Z", "2025-11-11x", "2025-11-11T17:03:09Zx"}) {
    EXPECT_FALSE(parse_iso8601(text)) << text;
  }
}

TEST(Instant, writes_times_before_1970) {
  EXPECT_EQ(iso8601(*parse_iso8601("1969-12-31T23:59:59Z")), "1969-12-31T23:59:59Z");
}

}  // namespace
}  // namespace plimsoll
