#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace plimsoll::bench {

struct ChildCost {
  int status = 0;  ///< exit status; 128 + signal where it was killed
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double most_memory_mb = 0;  ///< the largest resident set, in 10^6 bytes
};

/// Runs a program to its end, its output in `output`, its errors on ours.
/// Memory is ru_maxrss of wait4, which begins at the resident set of whoever forks (this program: a
/// few megabytes), so a smaller one cannot be told.
ChildCost run_child(const std::vector<std::string>& command, const std::filesystem::path& output,
                    const std::vector<std::string>& environment = {});

/// The same; throws with the end of the output unless it exits with one of these statuses.
ChildCost run_child_or_throw(const std::vector<std::string>& command,
                             const std::filesystem::path& output,
                             const std::vector<int>& good_statuses = {0},
                             const std::vector<std::string>& environment = {});

std::string read_file(const std::filesystem::path& file);

}  // namespace plimsoll::bench
