#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "app/planner.h"
#include "apply/compose/patch.h"
#include "tests/whole/fault_cases.h"

namespace plimsoll::testing {
namespace {

constexpr std::string_view kFile =
    "services:\n  redis:  # the cache\n    image: redis:7\n  scanner:\n    image: scanner\n";

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

PatchCompose wish_of(const Stack& stack, const std::string& service, Bytes limit) {
  PatchCompose wish;
  wish.file = stack.compose_file().string();
  wish.service = service;
  wish.limit = limit;
  return wish;
}

std::vector<PatchCompose> wishes(const Stack& stack) {
  return {wish_of(stack, "redis", 2_GiB), wish_of(stack, "scanner", 1_GiB)};
}

/// The file before the first step, after it, and after both.
std::vector<std::string> versions(const Stack& stack) {
  std::vector<std::string> texts{std::string{kFile}};
  for (const auto& wish : wishes(stack)) {
    const auto next = patch_compose(texts.back(), "docker-compose.yml", {wish});
    if (!next) throw std::runtime_error{next.error().what.en};
    texts.push_back(*next);
  }
  return texts;
}

}  // namespace

/// Two services of one file: the second step finds a file that the first one has written, perhaps
/// in another process.
std::vector<FaultCase> compose_cases() {
  FaultCase one{"compose", {"patch_compose", "patch_compose"}, {}, {}, {}, {}};
  one.prepare = [](Stack& stack) {
    std::ofstream{stack.compose_file(), std::ios::binary} << kFile;
    Policy policy;
    for (const auto& wish : wishes(stack)) {
      policy.containers.emplace_back();
      policy.containers.back().pattern = wish.service;
      policy.containers.back().limit = wish.limit;
    }
    Plan plan;
    add_compose_steps(plan, {}, policy, stack.compose_file().string());
    return plan.steps;
  };
  one.write = [](Stack&) {};
  one.expect_kept = [](Stack& stack) {
    const auto texts = versions(stack);
    const std::string found = read(stack.compose_file());
    EXPECT_NE(std::find(texts.begin(), texts.end(), found), texts.end()) << found;
  };
  one.expect_end = [](Stack& stack) {
    EXPECT_EQ(read(stack.compose_file()), versions(stack).back());
    int copies = 0;
    bool first_kept = false;
    for (const auto& entry :
         std::filesystem::directory_iterator{stack.compose_file().parent_path()}) {
      if (!entry.is_regular_file() || entry.path() == stack.compose_file()) continue;
      ++copies;
      EXPECT_EQ(entry.path().extension(), ".bak") << entry.path();
      first_kept = first_kept || read(entry.path()) == kFile;
    }
    EXPECT_LE(copies, 2);
    EXPECT_TRUE(first_kept) << "the file as it was before plimsoll came";
  };
  return {one};
}

}  // namespace plimsoll::testing
