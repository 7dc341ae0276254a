#include "service/scanner_service.h"

#include <algorithm>

#include "analytics/atr.h"
#include "service/snapshot_input.h"
#include "service/tables.h"

namespace plimsoll::market {
namespace {

constexpr std::chrono::milliseconds kScanBlock{200};
constexpr std::chrono::milliseconds kScanBlockWhileWriting{2};
constexpr std::chrono::hours kScanDropEvery{1};
constexpr std::size_t kDeltaOutbox = std::size_t{16} << 20;
constexpr std::size_t kFilteredOutbox = std::size_t{1} << 20;

ScannerOptions scanner_options(const Settings& settings) {
  ScannerOptions options;
  options.category_limit = settings.category_limit;
  return options;
}

std::uint64_t lost_of(const StreamStats& stats) {
  return stats.dropped_oldest + stats.dropped_newest + stats.rejected;
}

}  // namespace

ScannerService::ScannerService(const Settings& settings, const Log& log)
    : settings_{settings},
      log_{log},
      redis_{settings.redis},
      reader_{{settings.redis, "snapshots:raw", "scanner", "scanner-0", kEntriesPerRead}},
      options_{scanner_options(settings)},
      scanner_{options_},
      rankings_{options_},
      store_policy_{settings.store, options_},
      figure_symbols_{options_.capacity},
      figures_(options_.capacity) {
  filtered_before_.reserve(options_.keep);
}

Result<std::unique_ptr<Service>> ScannerService::make(const Settings& settings, const Log& log) {
  std::unique_ptr<ScannerService> service{new ScannerService{settings, log}};
  if (auto opened = service->open_writers(); !opened) return failure(opened.error());
  return std::unique_ptr<Service>{std::move(service)};
}

Result<void> ScannerService::open_writers() {
  const auto policy = policy_of(settings_);
  if (!policy) return failure(policy.error());
  const auto open = [&](std::string_view key, std::size_t outbox) {
    StreamOptions options;
    options.address = settings_.redis;
    options.outbox_bytes = outbox;
    options.when_full = WhenFull::drop_oldest;
    return BoundedStream::open(*policy, std::string{key}, options);
  };
  auto deltas = open(kDeltaStream, kDeltaOutbox);
  if (!deltas) return failure(deltas.error());
  deltas_ = std::move(*deltas);
  auto filtered = open(kFilteredStream, kFilteredOutbox);
  if (!filtered) return failure(filtered.error());
  filtered_ = std::move(*filtered);
  for (const auto stored : {StoredIn::live, StoredIn::history}) {
    if (settings_.store.scans != stored && settings_.store.minutes != stored) continue;
    auto into = table_options(settings_, stored == StoredIn::live ? "scanner" : "scanner-history");
    into.now = [this] { return table_time(market_now_); };
    into.on_conflict = OnConflict::keep_first;
    auto table =
        BoundedTable::open(*policy, scan_results_shape(stored, !settings_.unbounded), into);
    if (!table) return failure(table.error());
    tables_[static_cast<std::size_t>(stored)] = std::move(*table);
  }
  return {};
}

Result<bool> ScannerService::turn(const StopSignal& stop) {
  if (!begun_) {
    if (auto started = begin(); !started) {
      if (!trouble_) log_.warn("begin", started.error());
      trouble_ = started.error();
      stop.wait(-1, deadline_in(kScanBlock));
      return true;
    }
    begun_ = true;
  }
  deltas_->poll();
  filtered_->poll();
  bool writing = deltas_->stats().outbox_entries + filtered_->stats().outbox_entries > 0;
  for (const auto& table : tables_) {
    if (!table) continue;
    table->poll();
    writing = writing || table->socket() >= 0;
  }
  acknowledge();
  const auto entries = reader_.read(writing ? kScanBlockWhileWriting : kScanBlock);
  if (!entries) {
    trouble_ = entries.error();
    stop.wait(-1, deadline_in(kScanBlock));
    return true;
  }
  trouble_.reset();
  for (const auto& entry : *entries) take_entry(entry);
  if (entries->empty() && !parts_.open()) after_cycle();
  return true;
}

void ScannerService::take_entry(const ReadEntry& entry) {
  const auto part = decode_entry(entry, quotes_);
  if (!part) {
    ++malformed_;
    log_.warn("entry", part.error());
    ids_.push_back(entry.id);
    return;
  }
  if (parts_.begins_another(*part)) {
    if (parts_.open()) {
      ++incomplete_;
      effects_.add(std::exchange(ids_, {}), given());
    }
    const Instant at{part->taken_at};
    if (!day_ || at >= day_->next_midnight || trading_date(at) != day_->date)
      day_ = market_day_at(at);
    parts_.begin(*part);
    scanner_.begin({part->taken_at, day_->session_at(at)});
  }
  ids_.push_back(entry.id);
  auto* placed = parts_.put(*part, quotes_);
  if (placed == nullptr) {
    ++repeated_;
    return;
  }
  placed->figures.resize(placed->quotes.size());
  for (std::size_t i = 0; i < placed->quotes.size(); ++i) {
    const auto& quote = placed->quotes[i];
    const auto index = figure_symbols_.find(quote.symbol);
    if (index == SymbolTable::kNone) {
      placed->figures[i] = {};
      continue;
    }
    placed->figures[i] = figures_[index];
    placed->figures[i].atr_percent = atr_percent_of(figures_[index].atr, quote.price());
  }
  scanner_.consider(placed->quotes, placed->figures);
  if (parts_.whole()) end_cycle();
}

void ScannerService::end_cycle() {
  const auto begin = std::chrono::steady_clock::now();
  market_now_ = parts_.taken_at();
  scanner_.rank();
  publish();
  last_scan_seconds_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ++cycles_;
  publish_filtered();
  store(store_policy_.take(scanner_));
  write_keys();
  parts_.end();
  effects_.add(std::exchange(ids_, {}), given());
}

void ScannerService::publish() {
  // A message that did not reach the stream breaks the chain of its list, and which list it was is
  // not told: all start over.
  const auto lost = lost_of(deltas_->stats());
  if (lost != lost_before_) {
    lost_before_ = lost;
    for (const auto list : all_categories()) rankings_.start_over(list);
  }
  for (const auto& message : rankings_.announce(scanner_)) {
    const auto texts = text_.of(message);
    std::array<Field, MessageText::kFields> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = {texts[i].first, texts[i].second};
    deltas_->add(fields);
    key_due_[static_cast<std::size_t>(message.list)] = true;
    ++messages_;
  }
  deltas_->poll();
}

void ScannerService::store(std::span<const StoredRow> rows) {
  for (const auto& row : rows) {
    auto& table = tables_[static_cast<std::size_t>(row.table)];
    if (table) table->add([&row](Row& to) { fill(to, row); });
  }
  for (const auto& table : tables_)
    if (table) table->poll();
}

/// What a quiet moment is for.
void ScannerService::after_cycle() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= figures_at_) read_figures();
  if (now >= keys_at_ && !key_commands_.empty()) {
    const auto done = redis_.ask(key_commands_);
    if (done) {
      key_trouble_.reset();
      key_commands_.clear();
    } else {
      key_trouble_ = done.error();
    }
    keys_at_ = now + settings_.categories_every;
  }
  if (now >= facts_at_) {
    if (auto loaded = load_facts(); !loaded) log_.warn("metadata", loaded.error());
  }
  if (market_now_ - dropped_at_ < kScanDropEvery) return;
  dropped_at_ = market_now_;
  for (const auto& table : tables_) {
    if (!table) continue;
    if (const auto dropped = table->drop_overdue(table_time(market_now_)); !dropped)
      log_.warn("retention", dropped.error());
  }
}

Written ScannerService::given() const {
  Written written{given_to(deltas_->stats()), given_to(filtered_->stats())};
  for (std::size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i]) written[2 + i] = given_to(tables_[i]->stats());
  return written;
}

Written ScannerService::settled() const {
  Written written{settled_in(deltas_->stats()), settled_in(filtered_->stats())};
  for (std::size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i]) written[2 + i] = settled_in(tables_[i]->stats());
  return written;
}

void ScannerService::acknowledge() {
  const auto ids = effects_.take(settled());
  to_acknowledge_.insert(to_acknowledge_.end(), ids.begin(), ids.end());
  if (!to_acknowledge_.empty() && reader_.acknowledge(to_acknowledge_)) to_acknowledge_.clear();
}

void ScannerService::finish(Deadline deadline) {
  if (!begun_) return;
  store(store_policy_.flush(scanner_));
  deltas_->flush(deadline);
  filtered_->flush(deadline);
  for (const auto& table : tables_)
    if (table) table->put_away(deadline);
  if (!key_commands_.empty()) redis_.ask(key_commands_);
  acknowledge();
}

Status ScannerService::status() const {
  Status status;
  for (const auto* trouble : {&trouble_, &key_trouble_, &deltas_->trouble(), &filtered_->trouble()})
    if (*trouble) status.reasons.push_back((*trouble)->what.en);
  for (const auto& table : tables_)
    if (table && table->trouble()) status.reasons.push_back(table->trouble()->what.en);
  const auto& stats = scanner_.stats();
  status.counter("cycles_total", cycles_);
  status.counter("cycles_incomplete_total", incomplete_);
  status.counter("parts_repeated_total", repeated_);
  status.counter("messages_total", messages_);
  status.counter("quotes_total", stats.quotes);
  status.counter("quotes_without_metadata_total", stats.no_metadata);
  status.counter("quotes_filtered_total", stats.filtered);
  status.counter("duplicates_total", stats.duplicates);
  status.counter("numbers_clamped_total", store_policy_.clamped());
  status.counter("entries_read_total", reader_.stats().read);
  status.counter("entries_claimed_total", reader_.stats().claimed);
  status.counter("entries_dangling_total", reader_.stats().dangling);
  status.counter("entries_acknowledged_total", reader_.stats().acknowledged);
  status.counter("entries_unsettled_total", effects_.unsettled());
  status.counter("entries_malformed_total", malformed_);
  status.counter("groups_repaired_total", reader_.stats().repaired);
  status.gauge("entries_unacknowledged", static_cast<double>(effects_.waiting() + ids_.size()));
  status.gauge("symbols_with_metadata", static_cast<double>(metadata_));
  status.gauge("symbols_with_figures", static_cast<double>(figure_symbols_.size()));
  status.gauge("rows_ranked", static_cast<double>(scanner_.rows().size()));
  status.gauge("scan_seconds", last_scan_seconds_);
  status.gauge("market_time_seconds",
               static_cast<double>(market_now_.time_since_epoch().count()) / 1000);
  for (const auto list : all_categories())
    status.gauge("sequence", static_cast<double>(rankings_.sequence(list)),
                 "list=\"" + std::string{name_of(list)} + "\"");
  status.add(kDeltaStream, deltas_->stats());
  status.add(kFilteredStream, filtered_->stats());
  for (std::size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i])
      status.add(i == 0 ? "scan_results" : "scan_results_history", tables_[i]->stats());
  return status;
}

std::int64_t ScannerService::memory_bound() const {
  constexpr std::int64_t kPerSymbol =
      2 * sizeof(Quote) + 2 * sizeof(Figures) + 1024;  // and facts, rows, hashing
  std::int64_t bytes = kOwnMemory + static_cast<std::int64_t>(kDeltaOutbox + kFilteredOutbox);
  bytes +=
      static_cast<std::int64_t>(options_.capacity) * kPerSymbol + std::int64_t{Effects::kMost} * 64;
  for (const auto& used : tables_)
    if (used) bytes += static_cast<std::int64_t>(used->stats().memory_bytes);
  bytes += std::int64_t{48}
           << 20;  // hashes, metadata and rankings as text, while they are read or written
  return bytes + reading_bytes(kEntriesPerRead, kMostTickersPerPart);
}

}  // namespace plimsoll::market
