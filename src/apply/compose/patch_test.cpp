#include "apply/compose/patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "apply/compose/unified_diff.h"
#include "base/text.h"

// Cases in tests/golden/compose/<case>/: before.yaml, wish (a line per service: "redis limit=4G
// reservation=2G log_size=10M log_files=3 maxmemory=3G eviction=noeviction"), and after.yaml or
// refused (the English words of the refusal).
namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kCases = fs::path{__FILE__}.parent_path() / "../../../tests/golden/compose";

std::string read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  EXPECT_TRUE(file.is_open()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Bytes size(std::string_view text) {
  const std::int64_t unit = text.back() == 'G' ? 1 << 30 : text.back() == 'M' ? 1 << 20 : 1;
  if (unit > 1) text.remove_suffix(1);
  return Bytes{parse_int(text).value() * unit};
}

PatchCompose wish_of(const std::string& line) {
  PatchCompose wish;
  for (const std::string_view word : split(line, ' ')) {
    const auto equals = word.find('=');
    const auto value = equals == std::string_view::npos ? "" : word.substr(equals + 1);
    if (equals == std::string_view::npos) wish.service = word;
    if (word.starts_with("limit=")) wish.limit = size(value);
    if (word.starts_with("reservation=")) wish.reservation = size(value);
    if (word.starts_with("log_size=")) wish.log_max_size = size(value);
    if (word.starts_with("log_files=")) wish.log_max_file = static_cast<int>(*parse_int(value));
    if (word.starts_with("maxmemory=")) wish.redis_maxmemory = size(value);
    if (word.starts_with("eviction=")) wish.redis_eviction = value;
  }
  return wish;
}

std::vector<PatchCompose> wishes_of(const std::string& text) {
  std::vector<PatchCompose> wishes;
  for (const std::string_view line : split(trim(text), '\n'))
    wishes.push_back(wish_of(std::string{line}));
  return wishes;
}

std::vector<std::string> cases() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator{kCases}) names.insert(entry.path().filename());
  return {names.begin(), names.end()};
}

class ComposeCase : public ::testing::TestWithParam<std::string> {
 protected:
  fs::path folder() const { return kCases / GetParam(); }
  std::string before() const { return read_file(folder() / "before.yaml"); }
  std::vector<PatchCompose> wishes() const { return wishes_of(read_file(folder() / "wish")); }
};

TEST_P(ComposeCase, is_patched_as_approved_or_refused_as_said) {
  const auto patched = patch_compose(before(), "before.yaml", wishes());
  if (fs::exists(folder() / "refused")) {
    ASSERT_FALSE(patched) << *patched;
    EXPECT_THAT(patched.error().what.en + " | " + patched.error().hint.en,
                HasSubstr(std::string{trim(read_file(folder() / "refused"))}));
    EXPECT_NE(patched.error().what.en, patched.error().what.es);
    return;
  }
  ASSERT_TRUE(patched) << patched.error().what.en;
  if (std::getenv("PLIMSOLL_APPROVE") != nullptr) {
    std::ofstream{folder() / "after.yaml", std::ios::binary} << *patched;
    return;
  }
  EXPECT_EQ(*patched, read_file(folder() / "after.yaml"))
      << unified_diff(before(), *patched, "before.yaml");
}

TEST_P(ComposeCase, patched_twice_is_patched_once) {
  const auto once = patch_compose(before(), "before.yaml", wishes());
  if (!once) return;
  const auto twice = patch_compose(*once, "before.yaml", wishes());
  ASSERT_TRUE(twice) << twice.error().what.en;
  EXPECT_EQ(*twice, *once);
}

INSTANTIATE_TEST_SUITE_P(Golden, ComposeCase, ::testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace plimsoll
