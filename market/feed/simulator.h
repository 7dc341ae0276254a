#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "feed/feed.h"
#include "feed/simulated_day.h"

namespace plimsoll::market {

struct SimulatorOptions {
  std::uint64_t seed = 1;
  std::size_t tickers = kUsTickers;
  Instant start{};                           ///< the market's own time of the first cycle
  std::chrono::milliseconds interval{5000};  ///< between two cycles, in the market's time
  double speed = 1;                          ///< market seconds a second; 0: as fast as possible
  std::function<Deadline()> clock = [] { return std::chrono::steady_clock::now(); };
};

/// The whole US equity market, invented. The same seed and time give the same bytes, whatever the
/// speed, the interval and the moment it was started at: each cycle is what the market shows at its
/// time, and days and minutes are pure functions (simulated_day.h).
///
/// The market's clock stands still where the market is closed: after the last cycle of a day comes
/// the first of the next trading day. Whoever is too slow for `speed` gets the newest cycle, and
/// those it missed are counted; as fast as possible, none is ever missed.
///
/// `day` bars hold the pre-market too and end with the regular session, volume_today goes on; a
/// halted ticker freezes for 5 to 60 minutes. Memory: 4 MB for 11,900 tickers.
class Simulator final : public Feed {
 public:
  explicit Simulator(SimulatorOptions options);
  ~Simulator() override;

  Deadline due() const override;
  /// Never fails.
  Result<Next> next(Cycle& into) override;

  /// What the market shows at this instant of its time; all but moving forward within one day costs
  /// a new day (0.2 s). Closed: the day's end until midnight, then how the next one begins.
  void show(Instant now, Cycle& into);

  const std::vector<Company>& companies() const { return companies_; }
  /// As of the day that is shown.
  const SimulatedDay& day() const { return *day_; }
  std::vector<TickerMetadata> metadata() const { return metadata_of(companies_, *day_); }
  std::uint64_t missed() const { return missed_; }

 private:
  /// The minute a ticker is in; its past is in quotes_.
  struct Minute {
    std::int64_t volume = 0;  ///< of the whole minute
    std::int64_t volume_before = 0;
    double paid_before = 0;  ///< units times shares of the day's bar
    Price from, to;          ///< the price moves between them
    Price high_before, low_before;
    std::int32_t trades = 0;
  };
  void catch_up();
  void begin_day(Date date);
  void begin_minute(int minute);
  void show_part(std::int64_t ms);
  void finish_minute();
  void quote_around(Quote& quote) const;
  Instant next_open(Instant after) const;

  SimulatorOptions options_;
  std::vector<Company> companies_;
  std::unique_ptr<SimulatedDay> day_;
  std::vector<Quote> quotes_;
  std::vector<Minute> minutes_;
  std::vector<std::uint32_t> trading_;  ///< tickers with trades in this minute
  int minute_ = -1;
  Instant now_{};           ///< of the next cycle
  Deadline base_due_;       ///< of the first
  std::int64_t steps_ = 0;  ///< cycles since then, missed ones too
  std::uint64_t missed_ = 0;
};

}  // namespace plimsoll::market
