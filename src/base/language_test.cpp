#include "base/language.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

std::string en(const TextArgument& value) { return format_argument(value, Language::en); }
std::string es(const TextArgument& value) { return format_argument(value, Language::es); }

TEST(Language, comes_from_the_locale) {
  EXPECT_EQ(language_of("es_ES.UTF-8"), Language::es);
  EXPECT_EQ(language_of("es"), Language::es);
  EXPECT_EQ(language_of("es-MX"), Language::es);
  EXPECT_EQ(language_of("est_EE"), Language::en);
  EXPECT_EQ(language_of("C"), Language::en);
  EXPECT_EQ(language_of(""), Language::en);
}

TEST(Language, groups_thousands_as_each_language_does) {
  EXPECT_EQ(en(std::int64_t{12'536'682}), "12,536,682");
  EXPECT_EQ(es(std::int64_t{12'536'682}), "12.536.682");
  EXPECT_EQ(en(std::int64_t{1200}), "1,200");
  EXPECT_EQ(es(std::int64_t{1200}), "1200");
  EXPECT_EQ(en(std::int64_t{-12'000}), "-12,000");
  EXPECT_EQ(en(std::int64_t{0}), "0");
}

TEST(Language, writes_bytes_in_decimal_units) {
  EXPECT_EQ(en(Bytes{0}), "0 B");
  EXPECT_EQ(en(Bytes{999}), "999 B");
  EXPECT_EQ(en(Bytes{1000}), "1.0 kB");
  EXPECT_EQ(en(Bytes{999'999}), "1.0 MB");
  EXPECT_EQ(en(Bytes{10'012'000'000}), "10.0 GB");
  EXPECT_EQ(es(Bytes{1'500'000'000}), "1,5 GB");
  EXPECT_EQ(en(Bytes{674'000'000}), "674 MB");
  EXPECT_EQ(es(BytesPerDay{1.5e9}), "1,5 GB/día");
  EXPECT_EQ(en(Bytes{-2500}), "-2.5 kB");
}

TEST(Language, writes_spans_in_the_largest_unit_that_is_not_coarse) {
  EXPECT_EQ(en(Seconds{13 * 24h}), "13 days");
  EXPECT_EQ(es(Seconds{13 * 24h}), "13 días");
  EXPECT_EQ(en(Seconds{36h}), "36 hours");
  EXPECT_EQ(en(Seconds{1s}), "1 second");
  EXPECT_EQ(en(Seconds{0s}), "0 seconds");
  EXPECT_EQ(en(Seconds{24h * 365 * 3}), "3 years");
}

TEST(Language, writes_shares) {
  EXPECT_EQ(en(Share{0.8}), "80%");
  EXPECT_EQ(es(Share{6.71}), "671 %");
  EXPECT_EQ(en(Share{0.012}), "1.2%");
}

TEST(Say, renders_both_languages_from_one_list) {
  const Text text = say("{} of {}", "{1}: {0}", {std::int64_t{10'000}, Bytes{1000}});
  EXPECT_EQ(text.en, "10,000 of 1.0 kB");
  EXPECT_EQ(text.es, "1,0 kB: 10.000");
}

TEST(Say, nests_texts) {
  const Text inner = say("yes", "sí");
  EXPECT_EQ(say("[{}]", "[{}]", {inner}).es, "[sí]");
}

}  // namespace
}  // namespace plimsoll
