#include <gtest/gtest.h>

#include <limits>

#include "tests/testing/census_builders.h"

namespace plimsoll {
namespace {

struct Case {
  const char* name;
  Stream stream;
  std::optional<std::int64_t> entries;
  bool certain;
};

/// As long as the type allows: no step of the search for a mark may overflow.
Stream endless() {
  Stream stream = a_stream("s").with_unknown_entries_added();
  stream.length = std::numeric_limits<std::int64_t>::max();
  return stream;
}

TEST(StreamCap, is_read_from_trimming_and_from_round_marks) {
  const auto trimmed = [](std::int64_t length) {
    return a_stream("s").with_length(length).with_entries_added(1'000'000);
  };
  const auto uncounted = [](std::int64_t length) {
    return a_stream("s").with_length(length).with_unknown_entries_added();
  };
  const std::vector<Case> cases{
      {"50,003", trimmed(50'003), 50'000, true},
      {"20,000", trimmed(20'000), 20'000, true},
      {"10,042", trimmed(10'042), 10'000, true},
      {"1,099", trimmed(1'099), 1'000, true},
      {"trimmed at no round number", trimmed(13'777), 13'777, true},
      {"never trimmed", a_stream("s").with_length(10'042), std::nullopt, false},
      {"deleted one by one", trimmed(13'777).with_deleted_up_to({5, 0}), std::nullopt, false},
      {"held while it took entries", uncounted(13'777).between_samples(500, 0), 13'777, true},
      {"took them all", trimmed(50'003).between_samples(500, 500), std::nullopt, false},
      {"grew by less than a trim waits for", trimmed(50'003).between_samples(90, 90), 50'000, true},
      {"6.2 near a mark", uncounted(10'042), 10'000, false},
      {"6.2 near none", uncounted(58'412), std::nullopt, false},
      {"short", uncounted(120), std::nullopt, false},
      {"empty", a_stream("s").with_length(0).with_entries_added(9), std::nullopt, false},
      {"endless", endless(), std::nullopt, false},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const auto cap = stream_cap(each.stream, 100);
    ASSERT_EQ(cap.has_value(), each.entries.has_value());
    if (!cap) continue;
    EXPECT_EQ(cap->entries, *each.entries);
    EXPECT_EQ(cap->certain, each.certain);
  }
}

}  // namespace
}  // namespace plimsoll
