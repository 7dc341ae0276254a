#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "scanner/row_json.h"
#include "scanner/scanner.h"

namespace plimsoll::market {

/// One entry of stream:ranking:deltas.
struct ListMessage {
  Category list = Category::gappers_up;
  bool snapshot = false;
  std::uint64_t sequence = 0;
  Millis at{};
  std::uint32_t count = 0;  ///< change_count of a delta, count of a snapshot
  std::string_view json;    ///< deltas, or rows
};

/// Says what changed in each category since it last spoke of it. The law: who replays its messages
/// over the first snapshot holds, after each, exactly the ranking, and for each symbol the row that
/// was last announced.
///
/// Ranks are those of the new list, from 0: whoever was not named keeps its rank, and everybody
/// whose rank differs is named. A row is announced when it is new, and when its price moved by more
/// than 0.01, its volume today by more than 1,000, its change by more than 0.01 or its rvol by more
/// than 0.05 since it was last announced (not since the last scan, or a slow drift would never be
/// told), or one of them became known or unknown.
///
/// The first message of a list is a snapshot. An empty list that was empty before says nothing. The
/// only empty snapshot is the first of a list with a restored sequence, since its readers may still
/// hold rows of before the restart.
class RankingFeed {
 public:
  explicit RankingFeed(const ScannerOptions& options);

  /// The last sequence that was published before a restart.
  void restore(Category list, std::uint64_t sequence);
  std::uint64_t sequence(Category list) const { return state(list).sequence; }
  /// The next message of this list is a snapshot, whatever was said before: a message was lost.
  void start_over(Category list);

  /// One message per category that changed, of the scanner's last ranking. Valid until the next
  /// call.
  std::span<const ListMessage> announce(const Scanner& scanner);

  /// The JSON of row number n of that ranking, rendered once however many lists hold it.
  std::string_view row_json(const Scanner& scanner, std::uint16_t number) {
    return rows_.of(scanner, number);
  }

 private:
  struct Announced {
    std::uint32_t symbol_index = 0;
    Symbol symbol;
    std::int64_t price = 0;
    std::int64_t volume = 0;
    Decimal change;
    Decimal rvol;
  };
  struct State {
    std::uint64_t sequence = 0;
    bool spoken = false;             ///< a snapshot was sent by this process
    bool readers_hold_rows = false;  ///< there may be some of before a restart
    std::vector<Announced> ranking;
    std::vector<std::uint16_t> rank_of;  ///< by symbol index, in `ranking`
  };

  State& state(Category list) { return states_[static_cast<std::size_t>(list)]; }
  const State& state(Category list) const { return states_[static_cast<std::size_t>(list)]; }
  std::uint32_t write_snapshot(const Scanner& scanner, State& state, Category list);
  std::uint32_t write_deltas(const Scanner& scanner, State& state, Category list);
  std::uint32_t write_removals(const Scanner& scanner, State& state, Category list);
  void write_change(std::string_view action, std::size_t rank, const Symbol& symbol);
  void write_rerank(std::size_t from, std::size_t to, const Symbol& symbol);
  static Announced announced(const ScannerRow& row);
  static bool has_moved(const Announced& before, const ScannerRow& row);
  void adopt(State& state);

  RowJson rows_;
  std::array<State, kCategories> states_;
  std::vector<Announced> next_;
  std::vector<std::uint64_t> stamps_;  ///< by symbol index: in the list being written
  std::uint64_t stamp_ = 0;
  JsonText text_;
  std::vector<ListMessage> messages_;
};

}  // namespace plimsoll::market
