#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analytics/decimal.h"
#include "analytics/second_aggregates.h"
#include "analytics/symbol_table.h"
#include "analytics/volume_history.h"
#include "session/session.h"
#include "ticker/quote.h"

namespace plimsoll::market {

/// What analytics adds to a quote.
struct Figures {
  Decimal rvol = {};
  Decimal atr = {};
  Decimal atr_percent = {};
  Price intraday_high = {};  ///< 0: unknown
  Price intraday_low = {};
  friend bool operator==(const Figures&, const Figures&) = default;
};

/// A row of volume_slots; its slot_time is slot_time_of(slot).
struct SlotRow {
  Date date{};
  Symbol symbol;
  int slot = 0;
  std::int64_t volume_accumulated = 0;  ///< of the day, at the last quote of the slot
  std::int32_t trades_count = 0;        ///< of the minutes that were seen in it
  Price avg_price = {};                 ///< weighted by what was traded between quotes
  friend bool operator==(const SlotRow&, const SlotRow&) = default;
};

/// slot_time of volume_slots, since midnight in New York: 04:00 for slot 0, 19:55 for slot 191.
constexpr std::chrono::minutes slot_time_of(int slot) {
  return std::chrono::hours{4} + slot * kSlotLength;
}

struct AnalyticsStats {
  std::uint64_t quotes = 0;
  std::uint64_t late = 0;         ///< older than what is known of the symbol: ignored
  std::uint64_t out_of_day = 0;   ///< traded on another day, or a volume that cannot be: ignored
  std::uint64_t corrections = 0;  ///< a newer quote with less volume: believed
  std::uint64_t over_capacity = 0;
  std::uint64_t slot_rows_dropped = 0;
  std::uint64_t aggregates_dropped = 0;
};

/// Slots, relative volume, intraday extremes and one-second aggregates of up to `capacity` symbols.
/// All memory is taken by the constructor; nothing here allocates, locks or throws afterwards.
/// One thread at a time.
///
///     analytics.begin_day(market_day_at(now), trading_days_before(today, VolumeHistory::kDays));
///     for (row : stored rows of those six days, in the order of the primary key)
///     analytics.load(row); each cycle: begin_cycle(now); take(quotes, figures);
///     take_aggregates(now); take_slot_rows();
///
/// A quote's own time decides: one older than what is known of its symbol is late and changes
/// nothing, whatever order the parts of a cycle arrive in. Equal times count only with no less
/// volume. A newer quote with less volume is the feed's correction: it is believed, adds nothing to
/// any aggregate, and the slots that are over keep what they had (history reads them by their
/// running maximum). Volume 0 means the feed gave none, so what is known stays.
class Analytics {
 public:
  static constexpr std::size_t kCapacity = 16'384;

  explicit Analytics(std::size_t capacity = kCapacity);

  /// A new date rolls today into the history and clears it; the same date again only changes the
  /// history's days. False, and nothing done, for an earlier date: a clock that went back must not
  /// wipe the day.
  bool begin_day(const MarketDay& today, std::span<const Date> previous_days);
  /// A stored row of today or of one of the previous days; false for any other, for a slot that
  /// does not exist and for a symbol beyond the capacity.
  bool load(const SlotRow& row);
  /// atr14() of the daily bars; unknown takes it away.
  void set_atr(const Symbol& symbol, Decimal atr);

  void begin_cycle(Millis now);
  Figures take(const Quote& quote);
  /// figures[i] is what belongs to quotes[i]. Needs figures.size() >= quotes.size().
  void take(std::span<const Quote> quotes, std::span<Figures> figures);

  /// Of seconds that are over at `now`.
  std::span<const SecondAggregate> take_aggregates(Millis now) { return seconds_.take(now); }
  /// Changed since the last call: to be upserted, each symbol and slot once. Valid until the next
  /// call. Call it at least once a slot: a closed slot waits in a queue of two per symbol.
  std::span<const SlotRow> take_slot_rows();

  const SymbolTable& symbols() const { return symbols_; }
  AnalyticsStats stats() const;

  /// What an object of this capacity takes: 9,801 bytes a symbol and the table, 161 MB for 16,384.
  static std::size_t bytes_for(std::size_t capacity);

 private:
  /// Of one symbol, today.
  struct Today {
    Millis seen_at{};
    std::int64_t volume = 0;
    Price high;
    Price low;
    bool baseline = false;  ///< a quote was seen, so the next one's volume tells what was traded
    bool dirty = false;     ///< the row of `slot` changed since it was taken
    int slot = kNoSlot;
    std::int64_t minute = 0;
    std::int64_t minute_trades = 0;
    std::int64_t slot_trades = 0;
    std::int64_t slot_shares = 0;  ///< traded between quotes in this slot
    double slot_notional = 0;
    Price last_price;
    std::int64_t unsent = 0;  ///< traded in a second whose aggregate was out already
  };

  bool is_today(Millis instant) const;
  bool is_late(const Today& today, const Quote& quote) const;
  void note_price(Today& today, const Quote& quote) const;
  std::int64_t note_trades(Today& today, const Quote& quote) const;
  void note_slot(std::uint32_t index, Today& today, const Quote& quote, Traded traded);
  void change(std::uint32_t index, Today& today, const Quote& quote);
  void queue_row(std::uint32_t index, Today& today);
  SlotRow row_of(std::uint32_t index, const Today& today) const;
  Figures figures_of(std::uint32_t index, const Quote& quote) const;
  std::int64_t volume_at(int slot, std::uint32_t index) const;
  void set_volume(int slot, std::uint32_t index, std::int64_t volume);

  SymbolTable symbols_;
  MarketDay day_{};
  bool began_ = false;
  VolumeHistory history_;
  SecondAggregates seconds_;
  std::vector<Today> today_;
  std::vector<std::int64_t> volumes_;  ///< by slot, then by symbol, as in DayVolumes
  std::vector<Decimal> atr_;
  std::vector<std::uint32_t> changed_;  ///< indices whose row is dirty
  std::vector<SlotRow> rows_;           ///< closed rows not yet taken, then what was handed out
  bool rows_taken_ = false;
  AnalyticsStats stats_;
};

}  // namespace plimsoll::market
