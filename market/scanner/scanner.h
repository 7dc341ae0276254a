#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/symbol_table.h"
#include "scanner/category.h"
#include "scanner/filter.h"
#include "scanner/metadata.h"

namespace plimsoll::market {

struct ScannerOptions {
  static constexpr std::size_t kMostPerCategory = 500;
  std::size_t capacity = 16'384;     ///< symbols with metadata
  std::size_t keep = 1000;           ///< of those that pass, by score
  std::size_t category_limit = 100;  ///< at most kMostPerCategory
  NearExtreme near = {};
};

struct ScanMoment {
  Millis at{};  ///< of the scan: what a maximal age is counted from
  Session session = Session::closed;
};

/// One that passed, with its rank by score, from 1.
struct ScannerRow {
  Quote quote;
  Figures figures;
  Metrics metrics;
  std::uint32_t symbol_index = 0;  ///< in the scanner's table
  std::uint32_t rank = 0;
  CategorySet categories = 0;
};

struct ScannerStats {
  std::uint64_t quotes = 0;
  std::uint64_t no_price = 0;   ///< under 0.5 dollars, none, or noise
  std::uint64_t no_volume = 0;  ///< none, or noise
  std::uint64_t no_metadata = 0;
  std::uint64_t duplicates = 0;  ///< the one with the newest exchange time counts, then the later
  std::uint64_t filtered = 0;
  std::uint64_t over_capacity = 0;  ///< metadata refused
};

/// Ranks the quotes of a cycle. Metadata and filters come in before, at leisure; between begin and
/// rank nothing allocates once the vectors have their size, locks or throws. One thread at a time.
///
///     scanner.begin({now, session});
///     scanner.consider(quotes, figures);  // of each part of the cycle
///     scanner.rank();                     // rows(), list(category)
class Scanner {
 public:
  explicit Scanner(const ScannerOptions& options = {});

  /// False when the table is full and the symbol is new.
  bool set_metadata(const Metadata& metadata);
  void set_filters(const std::vector<ScannerFilter>& filters);

  void begin(const ScanMoment& moment);
  /// figures[i] belongs to quotes[i]; none at all: unknown for each. Both must stay where they are
  /// until rank().
  void consider(std::span<const Quote> quotes, std::span<const Figures> figures = {});
  void rank();

  /// By score, best first, equal ones by symbol. Valid until the next rank().
  std::span<const ScannerRow> rows() const { return rows_; }
  /// Numbers of rows(), best first, equal ones by symbol: of those kept, so nothing is in a
  /// category that is not in rows().
  std::span<const std::uint16_t> list(Category category) const {
    return lists_[static_cast<std::size_t>(category)];
  }
  const ScanMoment& moment() const { return moment_; }
  const std::vector<std::string>& filters_matched() const { return filter().matched(); }
  /// The same as the inside of a JSON array.
  std::string_view filters_json() const {
    return filters_json_[static_cast<std::size_t>(moment_.session)];
  }
  const SymbolFacts& facts(std::uint32_t index) const { return facts_[index]; }
  /// The part of a row's JSON that metadata decides: "avg_volume_30d":…,"exchange":"…".
  std::string_view facts_json(std::uint32_t index) const { return facts_json_[index]; }
  const ScannerOptions& options() const { return options_; }
  const ScannerStats& stats() const { return stats_; }

 private:
  struct Candidate {
    const Quote* quote = nullptr;  ///< none: a newer duplicate did not pass
    const Figures* figures = nullptr;
    std::uint32_t index = 0;
  };
  struct Seen {
    std::uint64_t cycle = 0;
    Millis exchange_time{};
    std::uint32_t candidate = kNoCandidate;
  };
  struct Key {
    std::int64_t value;
    std::uint32_t number;
  };
  static constexpr std::uint32_t kNoCandidate = 0xffff'ffff;
  static constexpr auto kEveryScore = std::numeric_limits<std::int64_t>::min();

  bool usable(const Quote& quote);
  void consider(const Quote& quote, const Figures& figures);
  void collect_keys(std::int64_t least_score);
  void fill_rows();
  void fill_lists();
  const CompiledFilter& filter() const {
    return filters_[static_cast<std::size_t>(moment_.session)];
  }

  ScannerOptions options_;
  SymbolTable symbols_;
  Names names_;
  std::vector<SymbolFacts> facts_;
  std::vector<std::string> facts_json_;
  std::array<CompiledFilter, 4> filters_;  ///< by session
  std::array<std::string, 4> filters_json_;
  ScanMoment moment_;
  std::uint64_t cycle_number_ = 0;
  std::vector<Seen> seen_;
  std::vector<Candidate> candidates_;
  std::vector<std::int64_t> scores_;  ///< of candidates_, apart: selecting reads nothing else
  std::vector<Key> keys_;
  std::int64_t likely_cut_ = kEveryScore;
  std::array<std::vector<Key>, kCategories> list_keys_;
  std::vector<ScannerRow> rows_;
  std::array<std::vector<std::uint16_t>, kCategories> lists_;
  ScannerStats stats_;
};

}  // namespace plimsoll::market
