#include <gtest/gtest.h>

#include "policy/config.h"

namespace plimsoll {
namespace {

using Clock = std::chrono::steady_clock;

std::string repeated(const std::string& unit, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

/// The first of these cost yaml-cpp seconds or minutes when a tree is built of them, and "[],"
/// never ends where every document is loaded.
TEST(Shape, a_megabyte_of_nonsense_is_refused_at_once) {
  for (const char* unit :
       {"[],", "\"", "|\n", "[]\n", "[", "{a: ", "a: b\n", "? ", "&a ", "\xFF"}) {
    for (const std::size_t bytes : {std::size_t{1'000'000}, std::size_t{1'100'000}}) {
      const auto begin = Clock::now();
      const auto config = parse_config(repeated(unit, bytes), "p.yaml");
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
      ASSERT_FALSE(config) << unit;
      EXPECT_EQ(config.error().code, ErrorCode::malformed);
      EXPECT_LT(took, std::chrono::seconds{10}) << unit << took.count();
    }
  }
}

TEST(Shape, above_a_megabyte_it_says_so) {
  const auto config = parse_config("version: 1\n" + repeated("# padding\n", 1U << 20U), "p.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().what.en, "p.yaml: it is larger than 1 MB");
  EXPECT_EQ(config.error().what.es, "p.yaml: pasa de 1 MB");
  EXPECT_FALSE(config.error().hint.empty());
}

TEST(Shape, depth_is_counted_in_flow_and_in_block) {
  const auto flow = parse_config("version: 1\ntables: " + std::string(70, '['), "p.yaml");
  ASSERT_FALSE(flow);
  EXPECT_TRUE(flow.error().what.en.starts_with("p.yaml:2:")) << flow.error().what.en;
  EXPECT_NE(flow.error().what.en.find("nested too deeply"), std::string::npos);
  const auto block = parse_config("version: 1\ntables:\n  " + repeated("- ", 200), "p.yaml");
  ASSERT_FALSE(block);
  EXPECT_NE(block.error().what.en.find("nested too deeply"), std::string::npos);
}

TEST(Shape, a_thousand_rules_are_read) {
  std::string yaml = "version: 1\ntables:\n";
  for (int n = 0; n < 1000; ++n) {
    yaml += "  t" + std::to_string(n) + ": { time: at, keep: 7d, chunk: 1d, compress_after: 2d }\n";
  }
  const auto config = parse_config(yaml, "p.yaml");
  ASSERT_TRUE(config) << config.error().what.en;
  EXPECT_EQ(config->policy.tables.size(), 1000U);
}

TEST(Shape, an_alias_of_aliases_costs_what_is_written) {
  std::string yaml = "version: 1\nalerts:\n  notify: &a0 [x]\n";
  for (int n = 1; n < 60; ++n) {
    const std::string before = "*a" + std::to_string(n - 1);
    yaml += "a" + std::to_string(n) + ": &a" + std::to_string(n) + " [" + before + ", " + before +
            ", " + before + "]\n";
  }
  EXPECT_FALSE(parse_config(yaml, "p.yaml"));
}

}  // namespace
}  // namespace plimsoll
