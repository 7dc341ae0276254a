#include "writer/table_writer.h"

#include <algorithm>
#include <random>
#include <thread>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr std::size_t kFewestBatches = 3;  ///< one filled, one sent, one between them
constexpr std::uint32_t kRowsBetweenPolls = 256;

std::uint64_t random_epoch() {
  std::random_device source;
  // Positive: the database keeps it as a bigint.
  return ((std::uint64_t{source()} << 32U) | source()) >> 1U;
}

}  // namespace

BoundedTable::Writer::Writer(TableShape shape, TableBound bound, TableOptions options)
    : shape_{std::move(shape)},
      bound_{bound},
      options_{std::move(options)},
      partitions_{shape_, bound_},
      epoch_{random_epoch()} {
  if (!options_.now) {
    options_.now = [] {
      return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    };
  }
  const auto batches = std::max(kFewestBatches, options_.buffer_bytes / options_.batch_bytes);
  for (std::size_t i = 0; i < batches; ++i)
    free_.push_back(std::make_unique<RowBatch>(shape_, options_.batch_bytes));
  stats_.memory_bytes = batches * options_.batch_bytes;
  refresh_window();
}

Result<void> BoundedTable::Writer::open_spool() {
  if (options_.spool.empty()) return {};
  auto spool = Spool::open(options_.spool, options_.spool_bytes, fingerprint_of(shape_));
  if (!spool) return failure(std::move(spool.error()));
  spool_ = std::move(*spool);
  stats_.torn_bytes = spool_->torn_bytes();
  return {};
}

/// A row of a partition that is overdue would bring that partition back; one beside the cut has its
/// partition still.
void BoundedTable::Writer::refresh_window() {
  const Instant now = options_.now();
  oldest_ = bound_.keep ? floor_to(now - *bound_.keep, bound_.width) : Instant::min();
  newest_ = now + options_.furthest_ahead;
}

Row* BoundedTable::Writer::begin_row() {
  if (!find_batch()) {
    ++stats_.dropped_newest;
    return nullptr;
  }
  return &filling_->begin();
}

BoundedTable::RowEnd BoundedTable::Writer::end_row() {
  switch (filling_->end(oldest_, newest_)) {
    case RowBatch::End::full:
      seal();
      return RowEnd::again;
    case RowBatch::End::wrong:
      ++stats_.rejected;
      trouble_ = Error{ErrorCode::malformed,
                       say("a row of table '{}': {}", "una fila de la tabla «{}»: {}",
                           {printable(shape_.name), std::string{filling_->why_wrong()}}),
                       {}};
      return RowEnd::refused;
    case RowBatch::End::outside:
      ++stats_.outside;
      return RowEnd::refused;
    case RowBatch::End::taken:
      break;
  }
  ++stats_.accepted;
  if (filling_->facts.rows == 1) filling_since_ = Steady::now();
  if (filling_->facts.rows >= options_.batch_rows) seal();
  if (stats_.accepted % kRowsBetweenPolls == 0) poll();
  return RowEnd::taken;
}

bool BoundedTable::Writer::find_batch() {
  if (filling_) return true;
  if (free_.empty() && !make_room()) return false;
  filling_ = std::move(free_.back());
  free_.pop_back();
  filling_->clear();
  refresh_window();
  return true;
}

/// All batches are full. Those that are not on their way go to the spool if they may; else somebody
/// waits or something is dropped.
bool BoundedTable::Writer::make_room() {
  poll();
  const auto deadline = deadline_in(options_.block_for);
  while (free_.empty()) {
    if (stow_front()) continue;
    switch (options_.when_full) {
      case WhenFull::drop_newest:
        return false;
      case WhenFull::drop_oldest:
        if (!drop_oldest()) return false;
        break;
      case WhenFull::block:
        if (Steady::now() >= deadline) return false;
        wait(deadline);
        poll();
    }
  }
  return true;
}

/// Of the spool where there is one, else of memory; never what is being sent.
bool BoundedTable::Writer::drop_oldest() {
  if (spool_ && !spool_->empty() && source_ != Source::spool) {
    stats_.dropped_oldest += spool_->drop_oldest();
    return true;
  }
  const std::size_t first = source_ == Source::memory ? 1 : 0;
  if (sealed_.size() <= first) return false;
  const auto victim = sealed_.begin() + static_cast<std::ptrdiff_t>(first);
  stats_.dropped_oldest += (*victim)->facts.rows;
  free_.push_back(std::move(*victim));
  sealed_.erase(victim);
  return true;
}

void BoundedTable::Writer::seal() {
  if (!filling_ || filling_->empty()) return;
  filling_->facts.epoch = epoch_;
  filling_->facts.id = next_id_++;
  sealed_.push_back(std::move(filling_));
  if (options_.spool_first) stow_all();
}

void BoundedTable::Writer::poll() {
  if (filling_ && !filling_->empty() && Steady::now() >= filling_since_ + options_.batch_age)
    seal();
  connect_if_due();
  if (link_) {
    advance();
  } else {
    stow_all();
  }
}

bool BoundedTable::Writer::idle() const {
  return sealed_.empty() && (!filling_ || filling_->empty()) && source_ == Source::none &&
         (!spool_ || spool_->empty());
}

bool BoundedTable::Writer::flush(Deadline deadline) {
  for (;;) {
    seal();
    poll();
    if (idle()) return true;
    if (Steady::now() >= deadline) return false;
    wait(deadline);
  }
}

bool BoundedTable::Writer::put_away(Deadline deadline) {
  for (;;) {
    seal();
    if (spool_) stow_all();
    if (sealed_.empty() && (!filling_ || filling_->empty())) return true;
    poll();
    if (sealed_.empty() && (!filling_ || filling_->empty())) return true;
    if (Steady::now() >= deadline) return false;
    wait(deadline);
  }
}

void BoundedTable::Writer::wait(Deadline deadline) {
  const auto now = Steady::now();
  if (retry_at_ > now) {
    std::this_thread::sleep_until(std::min(deadline, retry_at_));
  } else if (copy_ && copy_->running()) {
    copy_->wait(std::min(deadline, now + std::chrono::milliseconds{100}));
  }
}

TableStats BoundedTable::Writer::stats() const {
  TableStats stats = stats_;
  if (filling_) stats.rows_in_memory += filling_->facts.rows;
  for (const auto& batch : sealed_) stats.rows_in_memory += batch->facts.rows;
  if (spool_) {
    stats.rows_in_spool = spool_->rows();
    stats.spool_bytes = spool_->bytes();
  }
  stats.connected = link_.has_value();
  return stats;
}

}  // namespace plimsoll
