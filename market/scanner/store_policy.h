#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/json_text.h"
#include "scanner/scanner.h"

namespace plimsoll::market {

/// scan_results, or the table that history was moved to.
enum class StoredIn { live, history };

/// The four ways to store less: how often, how many by session, minutes instead of scans, and where
/// each goes. The default is what the old stack did: every row of every scan.
struct StoreSettings {
  std::chrono::seconds every{0};  ///< scans are stored once in each such span of time; 0: all
  std::array<std::size_t, 4> top{1000, 1000, 1000, 1000};  ///< by Session
  std::optional<StoredIn> scans = StoredIn::live;          ///< none: scans are not stored
  std::optional<StoredIn> minutes = {};                    ///< one-minute averages; none: not made
  bool gaps = false;  ///< fill `metadata` of scans: some 200 bytes a row that prices repeat
};

/// A row of scan_results. Every number fits its column.
struct StoredRow {
  StoredIn table = StoredIn::live;
  Millis time{};
  Symbol symbol;
  Session session = Session::closed;
  Price price;              ///< numeric(12,4)
  std::int64_t volume = 0;  ///< of the last minute
  std::int64_t volume_today = 0;
  Decimal change_percent;   ///< numeric(8,4)
  Decimal rvol;             ///< numeric(10,4)
  Decimal rvol_slot;        ///< numeric(10,4)
  Decimal price_from_high;  ///< numeric(8,4)
  Decimal price_from_low;   ///< numeric(8,4)
  std::int64_t market_cap = SymbolFacts::kUnknown;
  std::int64_t float_shares = SymbolFacts::kUnknown;
  Decimal score;                                              ///< numeric(10,4)
  const std::vector<std::string>* filters_matched = nullptr;  ///< the scanner's
  std::string_view metadata = {};                             ///< JSON; empty: null
};

/// Chooses what of each ranking is stored. One thread at a time; takes its memory at once.
///
/// A row of minutes has the minute's begin as its time; price, change, rvol, distances and score
/// are means of the scans that ranked the symbol in it, where they were known; volumes are the last
/// ones. The top of a minute is chosen by that mean score. Each symbol has one row a minute: a
/// scan that goes back in time counts for the minute that is open.
class StorePolicy {
 public:
  StorePolicy(const StoreSettings& settings, const ScannerOptions& options);

  /// What this ranking leaves to be stored. Valid until the next call.
  std::span<const StoredRow> take(const Scanner& scanner);
  /// The minute that is open, at the end. Valid until the next call.
  std::span<const StoredRow> flush(const Scanner& scanner);

  /// Numbers that were beyond their column, and were stored as its largest: one that the column
  /// refuses would take its whole batch with it.
  std::uint64_t clamped() const { return clamped_; }

 private:
  struct Mean {
    std::int64_t sum = 0;
    std::uint32_t count = 0;
    void add(Decimal value);
    Decimal value() const;
  };
  struct Minute {
    std::uint32_t scans = 0;
    Symbol symbol;
    std::int64_t volume = 0;
    std::int64_t volume_today = 0;
    Mean price, change, rvol, rvol_slot, from_high, from_low, score;
  };

  bool is_due(Millis at);
  void store_scan(const Scanner& scanner);
  void add_to_minute(const Scanner& scanner);
  void close_minute(const Scanner& scanner);
  StoredRow minute_row(const Scanner& scanner, std::uint32_t index);
  void fit(StoredRow& row);
  Decimal fitted(Decimal value, std::int64_t most);

  StoreSettings settings_;
  std::optional<std::int64_t> last_span_;
  std::vector<StoredRow> rows_;
  JsonText gaps_;
  std::vector<std::pair<std::size_t, std::size_t>> gap_places_;
  std::optional<Millis> minute_;
  Session minute_session_ = Session::closed;
  std::vector<Minute> minutes_;           ///< by symbol index
  std::vector<std::uint32_t> in_minute_;  ///< indices seen in it
  std::uint64_t clamped_ = 0;
};

}  // namespace plimsoll::market
