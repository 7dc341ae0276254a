#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/category.h"

namespace plimsoll::market {

/// What a reader of stream:ranking:deltas holds. A message that cannot be applied changes nothing.
class RankingReplica {
 public:
  struct Row {
    std::string symbol;
    std::string data;  ///< the row's JSON, keys sorted
    friend bool operator==(const Row&, const Row&) = default;
  };

  /// The fields of an entry. A snapshot always starts its list anew; a delta that was applied
  /// before is skipped.
  /// Errors: malformed; conflict where messages between this delta and the last one are missing, or
  /// there was no snapshot: what helps is the next snapshot.
  Result<void> apply(std::string_view type, std::string_view list, std::uint64_t sequence,
                     std::string_view json);
  /// A whole message as MessageText::json_of writes it.
  Result<void> apply(std::string_view message);

  std::span<const Row> rows(Category list) const { return state(list).rows; }
  std::uint64_t sequence(Category list) const { return state(list).sequence; }

 private:
  struct State {
    std::uint64_t sequence = 0;
    bool begun = false;
    std::vector<Row> rows;
  };
  const State& state(Category list) const { return states_[static_cast<std::size_t>(list)]; }

  std::array<State, kCategories> states_;
};

}  // namespace plimsoll::market
