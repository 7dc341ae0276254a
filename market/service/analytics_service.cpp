#include "service/analytics_service.h"

#include <algorithm>

#include "analytics/partition.h"
#include "feed/universe.h"
#include "service/past.h"
#include "service/snapshot_input.h"
#include "service/tables.h"

namespace plimsoll::market {
namespace {

constexpr std::chrono::milliseconds kBlock{200};
constexpr std::chrono::milliseconds kBlockWhileWriting{5};
constexpr std::chrono::seconds kIdle{2};
constexpr std::size_t kAggregateOutbox = std::size_t{16} << 20;
constexpr std::chrono::hours kDropEvery{1};

/// A share of all symbols, and a quarter more: hashing shares them out unevenly.
std::size_t capacity_of(std::uint32_t partitions) {
  const auto share = Analytics::kCapacity / partitions;
  return std::min(Analytics::kCapacity, share + share / 4 + 64);
}

std::string instance_of(const Settings& settings) {
  return "analytics-" + std::to_string(settings.partition);
}

GroupReader::Options reading(const Settings& settings) {
  return {settings.redis, "snapshots:raw", "analytics:" + std::to_string(settings.partition),
          instance_of(settings), kEntriesPerRead};
}

}  // namespace

AnalyticsService::AnalyticsService(const Settings& settings, const Log& log)
    : settings_{settings},
      log_{log},
      redis_{settings.redis},
      reader_{reading(settings)},
      analytics_{capacity_of(settings.partitions)},
      shown_(capacity_of(settings.partitions)),
      now_(capacity_of(settings.partitions)),
      is_changed_(capacity_of(settings.partitions)) {}

Result<std::unique_ptr<Service>> AnalyticsService::make(const Settings& settings, const Log& log) {
  std::unique_ptr<AnalyticsService> service{new AnalyticsService{settings, log}};
  if (auto opened = service->open_writers(); !opened) return failure(opened.error());
  return std::unique_ptr<Service>{std::move(service)};
}

Result<void> AnalyticsService::open_writers() {
  const auto policy = policy_of(settings_);
  if (!policy) return failure(policy.error());
  StreamOptions options;
  options.address = settings_.redis;
  options.outbox_bytes = kAggregateOutbox;
  options.when_full = WhenFull::drop_oldest;
  options.single_writer = settings_.partitions == 1;
  auto stream = BoundedStream::open(*policy, std::string{kAggregateStream}, options);
  if (!stream) return failure(stream.error());
  aggregates_ = std::move(*stream);
  auto into = table_options(settings_, instance_of(settings_));
  into.now = [this] { return table_time(market_now_); };
  auto table = BoundedTable::open(*policy, volume_slots_shape(), into);
  if (!table) return failure(table.error());
  slots_ = std::move(*table);
  return {};
}

Result<bool> AnalyticsService::turn(const StopSignal& stop) {
  stop_ = &stop;
  aggregates_->poll();
  slots_->poll();
  acknowledge();
  store_past();
  if (next_ == read_.size()) {
    read_.clear();
    next_ = 0;
    const bool writing = aggregates_->stats().outbox_entries > 0 || past_;
    auto entries = reader_.read(writing ? kBlockWhileWriting : kBlock);
    if (!entries) {
      trouble_ = entries.error();
      stop.wait(-1, deadline_in(kBlock));
      return true;
    }
    read_ = std::move(*entries);
  }
  while (next_ < read_.size()) {
    if (!take_entry(read_[next_])) {
      stop.wait(-1, deadline_in(kBlock));
      return true;
    }
    ++next_;
    idle_since_ = std::chrono::steady_clock::now();
  }
  if (!ids_.empty() && std::chrono::steady_clock::now() > idle_since_ + kIdle) {
    if (in_cycle_) end_cycle();
    write_slots();
  }
  return true;
}

bool AnalyticsService::take_entry(const ReadEntry& entry) {
  const auto part = decode_entry(entry, quotes_);
  if (!part) {
    ++malformed_;
    log_.warn("entry", part.error());
    ids_.push_back(entry.id);
    return true;
  }
  if (in_cycle_ && part->cycle != cycle_) end_cycle();
  const Instant at{part->taken_at};
  if (!day_ || at >= day_->next_midnight || trading_date(at) < day_->date) {
    market_now_ = part->taken_at;
    if (auto entered = enter_day(trading_date(at)); !entered) {
      if (!trouble_) log_.warn("day", entered.error());
      trouble_ = entered.error();
      return false;
    }
  }
  trouble_.reset();
  if (!in_cycle_) {
    in_cycle_ = true;
    cycle_ = part->cycle;
    market_now_ = std::max(market_now_, part->taken_at);
    analytics_.begin_cycle(part->taken_at);
  }
  take_quotes();
  ids_.push_back(entry.id);
  if (part->part + 1 == part->parts) end_cycle();
  return true;
}

bool AnalyticsService::is_mine(const Symbol& symbol) const {
  return settings_.partitions == 1 ||
         partition_of(symbol, settings_.partitions) == settings_.partition;
}

void AnalyticsService::take_quotes() {
  for (const auto& quote : quotes_) {
    if (!is_mine(quote.symbol)) continue;
    const auto figures = analytics_.take(quote);
    const auto index = analytics_.symbols().find(quote.symbol);
    if (index == SymbolTable::kNone) continue;
    now_[index] = {figures.rvol, figures.atr, figures.atr_percent};
    if (is_changed_[index]) continue;
    is_changed_[index] = true;
    changed_.push_back(index);
  }
}

void AnalyticsService::end_cycle() {
  in_cycle_ = false;
  ++cycles_;
  for (const auto& aggregate : analytics_.take_aggregates(market_now_)) {
    const auto texts = text_.of(aggregate);
    std::array<Field, AggregateText::kFields> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = {texts[i].first, texts[i].second};
    aggregates_->add(fields);
  }
  aggregates_->poll();
  write_hashes();
  if (market_now_ - slots_written_ >= settings_.write_slots_every) write_slots();
  if (market_now_ - dropped_at_ >= kDropEvery) {
    dropped_at_ = market_now_;
    if (const auto dropped = slots_->drop_overdue(table_time(market_now_)); !dropped)
      log_.warn("retention", dropped.error());
  }
}

void AnalyticsService::write_slots() {
  slots_written_ = market_now_;
  for (const auto& row : analytics_.take_slot_rows())
    slots_->add([&row](Row& to) { fill(to, row); });
  slots_->poll();
  effects_.add(std::exchange(ids_, {}),
               {given_to(aggregates_->stats()), given_to(slots_->stats())});
}

void AnalyticsService::acknowledge() {
  const auto ids = effects_.take({settled_in(aggregates_->stats()), settled_in(slots_->stats())});
  to_acknowledge_.insert(to_acknowledge_.end(), ids.begin(), ids.end());
  if (!to_acknowledge_.empty() && reader_.acknowledge(to_acknowledge_)) to_acknowledge_.clear();
}

void AnalyticsService::finish(Deadline deadline) {
  if (in_cycle_) end_cycle();
  if (day_) write_slots();
  aggregates_->flush(deadline);
  slots_->put_away(deadline);
  acknowledge();
}

Status AnalyticsService::status() const {
  Status status;
  if (trouble_) status.reasons.push_back(trouble_->what.en);
  if (hash_trouble_) status.reasons.push_back(hash_trouble_->what.en);
  if (slots_->trouble()) status.reasons.push_back(slots_->trouble()->what.en);
  if (aggregates_->trouble()) status.reasons.push_back(aggregates_->trouble()->what.en);
  const auto stats = analytics_.stats();
  status.counter("cycles_total", cycles_);
  status.counter("quotes_total", stats.quotes);
  status.counter("quotes_late_total", stats.late);
  status.counter("quotes_out_of_day_total", stats.out_of_day);
  status.counter("corrections_total", stats.corrections);
  status.counter("over_capacity_total", stats.over_capacity);
  status.counter("entries_read_total", reader_.stats().read);
  status.counter("entries_claimed_total", reader_.stats().claimed);
  status.counter("entries_dangling_total", reader_.stats().dangling);
  status.counter("entries_acknowledged_total", reader_.stats().acknowledged);
  status.counter("entries_unsettled_total", effects_.unsettled());
  status.counter("entries_malformed_total", malformed_);
  status.counter("groups_repaired_total", reader_.stats().repaired);
  status.counter("slots_recovered_total", recovered_rows_);
  status.counter("slots_seeded_total", seeded_rows_);
  status.gauge("past_days_to_store", past_ ? static_cast<double>(past_->days.size()) : 0);
  status.counter("hash_fields_written_total", hash_fields_);
  status.gauge("entries_unacknowledged", static_cast<double>(effects_.waiting() + ids_.size()));
  status.gauge("symbols", static_cast<double>(analytics_.symbols().size()));
  status.gauge("market_time_seconds",
               static_cast<double>(market_now_.time_since_epoch().count()) / 1000);
  status.add(kAggregateStream, aggregates_->stats());
  status.add("volume_slots", slots_->stats());
  return status;
}

std::int64_t AnalyticsService::memory_bound() const {
  const auto capacity = capacity_of(settings_.partitions);
  auto bytes = Analytics::bytes_for(capacity) + capacity * (2 * sizeof(Shown) + 8) +
               kAggregateOutbox + slots_->stats().memory_bytes + Effects::kMost * 64;
  if (settings_.seed_history) bytes += settings_.simulator.tickers * (sizeof(Company) + 512);
  return kOwnMemory + static_cast<std::int64_t>(bytes) +
         reading_bytes(kEntriesPerRead, kMostTickersPerPart);
}

}  // namespace plimsoll::market
