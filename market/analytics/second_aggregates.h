#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ticker/quote.h"

namespace plimsoll::market {

/// One second of one symbol in which it traded.
struct SecondAggregate {
  Symbol symbol;
  bool otc = false;
  Price open = {};
  Price high = {};
  Price low = {};
  Price close = {};
  Price vwap = {};  ///< of this second
  std::int64_t volume = 0;
  std::int64_t volume_accumulated = 0;  ///< of the day, at its end
  std::int64_t avg_trade_size = 0;
  Millis start{};
  Millis end{};  ///< start + 1 s

  friend bool operator==(const SecondAggregate&, const SecondAggregate&) = default;
};

/// What one quote says beyond the one before it.
struct Traded {
  std::int64_t volume = 0;
  std::int64_t trades = 0;  ///< 0: not known
};

/// Makes one-second aggregates of consecutive quotes. A second is the one of the exchange's clock;
/// it closes when a later one of the same symbol begins or when the caller says that time is past
/// it. Memory is taken by the constructor.
class SecondAggregates {
 public:
  explicit SecondAggregates(std::size_t capacity);

  /// False: this second of the symbol is out already, and the caller keeps the volume for the next
  /// one.
  bool add(std::uint32_t index, const Quote& quote, Traded traded);

  /// Those of seconds before this instant, in order of closing. Valid until the next call of add
  /// or take.
  std::span<const SecondAggregate> take(Millis before);

  /// Forgets what is open: a new day.
  void clear();

  /// Closed ones that nobody took in time: the queue holds two of each symbol.
  std::uint64_t dropped() const { return dropped_; }

  static std::size_t bytes_for(std::size_t capacity);

 private:
  struct Open {
    SecondAggregate so_far;
    double notional = 0;  ///< price units times shares
    std::int64_t trades = 0;
    Millis last_out{};  ///< start of the last second handed out
    bool open = false;
  };

  void close(Open& open);

  std::size_t capacity_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> touched_;  ///< indices with an open second
  std::vector<SecondAggregate> closed_;
  bool taken_ = false;  ///< closed_ was handed out and goes with the next call
  std::uint64_t dropped_ = 0;
};

}  // namespace plimsoll::market
