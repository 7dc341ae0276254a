#pragma once

#include <optional>
#include <string>
#include <vector>

namespace plimsoll::bench {

/// One figure. `ratio` is how many times better than the peer's it is: the peer's value by ours.
struct Row {
  std::string bench;
  std::string subject;
  double value = 0;
  std::string unit;
  std::string peer = {};  ///< what stood beside it in the same run; empty: nothing
  std::optional<double> peer_value = {};
  std::optional<double> least_ratio = {};  ///< what is asked for; shown in the table only
  std::optional<double> most = {};  ///< what the value is to stay under; shown in the table only

  std::optional<double> ratio() const {
    if (!peer_value || value <= 0) return std::nullopt;
    return *peer_value / value;
  }
};
using Rows = std::vector<Row>;

/// Throws std::runtime_error where something it needs cannot be had or did not do its work: a
/// figure of a run that failed is worse than none.
struct Bench {
  std::string name;
  std::string what;
  bool by_default;  ///< runs when no name is given
  Rows (*run)();
};

Rows run_census_bench();
Rows run_build_bench();
Rows run_reclaim_bench();
Rows run_end_to_end_bench();
Rows run_scanner_bench();
Rows run_writer_bench();

}  // namespace plimsoll::bench
