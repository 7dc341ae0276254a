#include "collect/host/proc_files.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TEST(ProcFiles, memory_in_bytes) {
  const auto facts = parse_meminfo(
      "MemTotal:       24684096 kB\nMemFree:        20000000 kB\nMemAvailable:   23000000 kB\n"
      "SwapCached:            1 kB\nSwapTotal:       2097152 kB\nSwapFree:        1048576 kB\n");
  EXPECT_EQ(facts.total, Bytes{24'684'096LL * 1024});
  EXPECT_EQ(facts.available, Bytes{23'000'000LL * 1024});
  EXPECT_EQ(facts.swap_total, 2_GiB);
  EXPECT_EQ(facts.swap_used, 1_GiB);
}

TEST(ProcFiles, no_swap_is_zero_and_no_line_is_unknown) {
  const auto none = parse_meminfo("SwapTotal: 0 kB\nSwapFree: 0 kB\n");
  EXPECT_EQ(none.swap_used, 0_B);
  const auto old = parse_meminfo("MemTotal: 5 kB\nMemFree: 3 kB\n");
  EXPECT_FALSE(old.available);
  EXPECT_FALSE(old.swap_total);
  EXPECT_FALSE(parse_meminfo("MemTotal: many kB\n").total);
  EXPECT_FALSE(parse_meminfo("MemTotal: 99999999999999999 kB\n").total);
  EXPECT_FALSE(parse_meminfo("").total);
}

TEST(ProcFiles, load_uptime_and_kills) {
  EXPECT_EQ(parse_load_1m("6.71 0.58 0.59 1/389 12345\n"), 6.71);
  EXPECT_EQ(parse_uptime("350735.47 234388.90\n"), Seconds{350735});
  EXPECT_EQ(parse_vmstat_oom_kills("nr_free_pages 7\noom_kill 3\noom_kill_x 9\n"), 3);
  for (const char* text : {"", "x", "nan 1", "-1 2", "inf"}) {
    EXPECT_FALSE(parse_load_1m(text)) << text;
    EXPECT_FALSE(parse_uptime(text)) << text;
    EXPECT_FALSE(parse_vmstat_oom_kills(text)) << text;
  }
}

}  // namespace
}  // namespace plimsoll
