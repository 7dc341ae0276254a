#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "scanner/message_text.h"
#include "scanner/ranking_feed.h"
#include "scanner/scanner.h"
#include "scanner/store_policy.h"
#include "service/cycle_parts.h"
#include "service/effects.h"
#include "service/group_reader.h"
#include "service/redis_client.h"
#include "service/service.h"
#include "writer/bounded_stream.h"
#include "writer/bounded_table.h"

namespace plimsoll::market {

constexpr std::string_view kDeltaStream = "stream:ranking:deltas";
constexpr std::string_view kFilteredStream = "tickers:filtered";

/// scanner: ranks each whole cycle and says what changed.
///
/// Between the last part of a cycle and its deltas there is a decode, a ranking and one write;
/// everything else (figures of analytics, keys of categories, rows, acknowledgements) comes after.
/// One instance: a ranking is of the whole market.
class ScannerService final : public Service {
 public:
  static Result<std::unique_ptr<Service>> make(const Settings& settings, const Log& log);

  Result<bool> turn(const StopSignal& stop) override;
  void finish(Deadline deadline) override;
  Status status() const override;
  std::int64_t memory_bound() const override;

 private:
  ScannerService(const Settings& settings, const Log& log);
  Result<void> open_writers();
  Result<void> begin();
  Result<void> load_facts();
  Result<void> restore_sequences();

  void take_entry(const ReadEntry& entry);
  void end_cycle();
  void publish();
  void publish_filtered();
  void store(std::span<const StoredRow> rows);
  void after_cycle();
  void write_keys();
  void read_figures();
  void acknowledge();
  Written given() const;
  Written settled() const;

  Settings settings_;
  Log log_;
  RedisClient redis_;
  GroupReader reader_;
  std::unique_ptr<BoundedStream> deltas_;
  std::unique_ptr<BoundedStream> filtered_;
  std::array<std::unique_ptr<BoundedTable>, 2> tables_;  ///< by StoredIn; none: not written
  ScannerOptions options_;
  Scanner scanner_;
  RankingFeed rankings_;
  StorePolicy store_policy_;
  MessageText text_;
  CycleParts parts_;
  std::vector<Quote> quotes_;

  SymbolTable figure_symbols_;
  std::vector<Figures> figures_;  ///< by index in figure_symbols_
  std::optional<MarketDay> day_;
  Millis market_now_{};
  Millis dropped_at_{};
  std::vector<Symbol> filtered_before_;  ///< sorted
  bool filtered_spoken_ = false;
  std::array<bool, kCategories> key_due_{};
  std::vector<redis::Command> key_commands_;

  bool begun_ = false;
  Deadline facts_at_ = Deadline::min();
  Deadline figures_at_ = Deadline::min();
  Deadline keys_at_ = Deadline::min();
  std::vector<std::string> ids_;
  std::vector<std::string> to_acknowledge_;
  Effects effects_;
  std::optional<Error> trouble_;
  std::optional<Error> key_trouble_;
  std::uint64_t cycles_ = 0, incomplete_ = 0, repeated_ = 0, malformed_ = 0, messages_ = 0;
  std::uint64_t metadata_ = 0;
  std::uint64_t lost_before_ = 0;  ///< messages the delta stream had dropped when last looked at
  double last_scan_seconds_ = 0;
};

}  // namespace plimsoll::market
