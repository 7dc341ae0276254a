// What a newcomer waits for: the first release build of a clean copy of the sources with two jobs
// and no cache, and the build after one source was touched.
#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "child.h"
#include "fixture_servers.h"
#include "row.h"

namespace plimsoll::bench {
namespace {

// Near the root of the dependencies, in the middle, and the program itself.
constexpr const char* kTouched[] = {"src/base/text.cpp", "src/census/store.cpp",
                                    "src/app/main.cpp"};

std::string quoted(const std::string& text) { return "'" + text + "'"; }

}  // namespace

Rows run_build_bench() {
  const Scratch scratch;
  const auto sources = scratch.path() / "plimsoll";
  const auto output = scratch.path() / "build.out";
  std::filesystem::create_directory(sources);
  const std::vector<std::string> no_cache{"CCACHE_DISABLE=1"};
  const auto shell = [&](const std::string& line) {
    return run_child_or_throw({"bash", "-c", "set -euo pipefail; " + line}, output, {0}, no_cache)
        .wall_seconds;
  };
  shell("cd " + quoted(PLIMSOLL_SOURCES) +
        " && git ls-files -z -co --exclude-standard | tar --null -T - -c | tar -x -C " +
        quoted(sources.string()));
  const std::string build =
      "cd " + quoted(sources.string()) + " && cmake --build --preset release -j 2";
  const double first =
      shell("cd " + quoted(sources.string()) + " && cmake --preset release") + shell(build);

  double slowest = 0;
  for (const std::string file : kTouched) {
    shell("sleep 0.01; touch " + quoted((sources / file).string()));
    slowest = std::max(slowest, shell(build));
  }
  constexpr double kMostFirst = 300;
  constexpr double kMostAgain = 20;
  return {{.bench = "build",
           .subject = "first release build, 2 jobs, no cache",
           .value = first,
           .unit = "s",
           .most = kMostFirst},
          {.bench = "build",
           .subject = "after touching one source (slowest of 3)",
           .value = slowest,
           .unit = "s",
           .most = kMostAgain}};
}

}  // namespace plimsoll::bench
