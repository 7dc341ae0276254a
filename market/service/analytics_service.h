#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analytics/aggregate_text.h"
#include "analytics/analytics.h"
#include "feed/simulated_day.h"
#include "link/postgres/link.h"
#include "service/effects.h"
#include "service/group_reader.h"
#include "service/redis_client.h"
#include "service/service.h"
#include "writer/bounded_stream.h"
#include "writer/bounded_table.h"

namespace plimsoll::market {

constexpr std::string_view kAggregateStream = "stream:realtime:aggregates";

/// analytics: slots, relative volume, ATR and one-second aggregates of the symbols that are its
/// own.
///
/// Each instance has a group of its own, "analytics:<partition>", reads every entry and keeps the
/// symbols for which partition_of() says its number. One group whose consumers divide the entries
/// would not do: a part of a cycle holds arbitrary symbols, so two consecutive quotes of one symbol
/// would meet two instances, and neither would know what was traded between them.
class AnalyticsService final : public Service {
 public:
  static Result<std::unique_ptr<Service>> make(const Settings& settings, const Log& log);

  Result<bool> turn(const StopSignal& stop) override;
  void finish(Deadline deadline) override;
  Status status() const override;
  std::int64_t memory_bound() const override;

 private:
  AnalyticsService(const Settings& settings, const Log& log);
  Result<void> open_writers();
  Result<void> enter_day(Date date);
  Result<void> recover(const MarketDay& day, std::span<const Date> days);
  void seed_past(std::span<const Date> days);
  void store_past();
  Result<void> load_atr(postgres::Link& link, Date date);
  /// False: a day must begin first, and its past is not to be had yet.
  bool take_entry(const ReadEntry& entry);
  void take_quotes();
  void end_cycle();
  void write_slots();
  void write_hashes();
  void acknowledge();
  bool is_mine(const Symbol& symbol) const;

  /// What the hashes hold of a symbol, so that only changes are written.
  struct Shown {
    Decimal rvol;
    Decimal atr;
    Decimal atr_percent;
  };

  Settings settings_;
  Log log_;
  RedisClient redis_;
  GroupReader reader_;
  std::unique_ptr<BoundedStream> aggregates_;
  std::unique_ptr<BoundedTable> slots_;
  Analytics analytics_;
  AggregateText text_;
  std::vector<Quote> quotes_;
  std::vector<Shown> shown_;
  std::vector<Shown> now_;
  std::vector<std::uint32_t> changed_;
  std::vector<bool> is_changed_;

  std::optional<MarketDay> day_;
  Millis market_now_{};
  Millis slots_written_{};
  Millis dropped_at_{};
  std::uint64_t cycle_ = 0;
  bool in_cycle_ = false;
  std::vector<ReadEntry> read_;
  std::size_t next_ = 0;          ///< of read_
  std::vector<std::string> ids_;  ///< taken, and their slots not yet given to the table
  std::vector<std::string> to_acknowledge_;
  Effects effects_;
  /// The simulator's past that is still to be stored: beside the work, since it is six million
  /// rows.
  struct Past {
    std::vector<Company> companies;
    std::vector<Date> days;  ///< the oldest first; stored from the end
    std::unique_ptr<SimulatedDay> day;
    std::size_t ticker = 0;
    std::vector<SlotVolume> slots;
  };
  std::optional<Past> past_;
  std::optional<Error> trouble_;
  std::optional<Error> hash_trouble_;
  const StopSignal* stop_ = nullptr;  ///< of the turn that runs
  Deadline idle_since_ = Deadline::min();
  std::uint64_t cycles_ = 0, malformed_ = 0, recovered_rows_ = 0, seeded_rows_ = 0,
                hash_fields_ = 0;
};

}  // namespace plimsoll::market
