#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "analytics/decimal.h"
#include "scanner/metrics.h"
#include "scanner/names.h"
#include "session/session.h"

namespace plimsoll::market {

/// A row of scanner_filters. A parameter that is empty asks for nothing.
struct ScannerFilter {
  std::string name;
  bool enabled = true;
  std::vector<Session> sessions = {};    ///< in force in these only; none: in all of them
  std::optional<Decimal> min_rvol = {};  ///< an unknown rvol passes
  std::optional<Decimal> max_rvol = {};
  std::optional<Price> min_price = {};
  std::optional<Price> max_price = {};
  std::optional<std::int64_t> min_volume = {};     ///< of today
  std::optional<Decimal> min_change_percent = {};  ///< an unknown change fails
  std::optional<Decimal> max_change_percent = {};
  std::optional<std::int64_t> min_market_cap = {};  ///< an unknown one fails
  std::optional<std::int64_t> max_market_cap = {};
  std::optional<std::int64_t> min_float = {};  ///< an unknown one fails
  std::optional<std::int64_t> max_float = {};
  std::optional<Decimal> min_price_from_high = {};  ///< an unknown one fails
  std::optional<Decimal> max_price_from_high = {};
  std::vector<std::string> sectors = {};  ///< one of them; an unknown sector fails
  std::vector<std::string> industries = {};
  std::vector<std::string> exchanges = {};
  std::optional<std::int64_t> min_minute_volume = {};
  std::optional<std::chrono::seconds> max_data_age = {};  ///< of the exchange's time
};

/// Every filter in force in one session, as one: what passes all of them passes this.
class CompiledFilter {
 public:
  CompiledFilter() = default;
  CompiledFilter(const std::vector<ScannerFilter>& filters, Session session, Names& names);

  /// Needs what score_of() gives of the metrics.
  bool passes(const Quote& quote, const Metrics& metrics, const SymbolFacts& facts,
              Millis now) const;
  /// Names of the filters in force, in their order: what a row that is shown has matched.
  const std::vector<std::string>& matched() const { return matched_; }

 private:
  struct Range {
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    bool asked = false;
    void narrow(std::optional<std::int64_t> low, std::optional<std::int64_t> high);
    bool holds(std::int64_t value) const { return value >= least && value <= most; }
  };
  /// Which ids of Names are allowed; empty: any.
  using Allowed = std::vector<std::uint8_t>;

  void add(const ScannerFilter& filter, Names& names);
  static void narrow(Allowed& allowed, const std::vector<std::string>& texts, Names& names);
  static bool allows(const Allowed& allowed, std::uint16_t id) {
    return allowed.empty() || allowed[id] != 0;
  }

  Range rvol_, price_, volume_, change_, market_cap_, float_, from_high_, minute_volume_;
  std::optional<std::chrono::milliseconds> max_age_;
  Allowed sectors_, industries_, exchanges_;
  std::vector<std::string> matched_;
};

}  // namespace plimsoll::market
