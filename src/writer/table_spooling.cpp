// What BoundedTable does with batches that cannot be sent, and with those the server refuses.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "writer/table_sql.h"
#include "writer/table_writer.h"

namespace plimsoll {

/// Only behind what is there already: batches are committed in the order of their numbers.
bool BoundedTable::Writer::may_stow(const BatchFacts& facts) const {
  return spool_ && (spool_->empty() || facts.id > spool_->last_id());
}

/// The oldest batch in memory that is not being sent goes to the spool.
bool BoundedTable::Writer::stow_front() {
  const std::size_t first = source_ == Source::memory ? 1 : 0;
  for (std::size_t i = first; spool_ && i < sealed_.size(); ++i) {
    const auto at = sealed_.begin() + static_cast<std::ptrdiff_t>(i);
    if (!may_stow((*at)->facts)) continue;
    const auto stowed = spool_->append((*at)->facts, (*at)->rows());
    if (!stowed) {
      if (!trouble_) trouble_ = stowed.error();
      return false;
    }
    stats_.spooled += (*at)->facts.rows;
    free_.push_back(std::move(*at));
    sealed_.erase(at);
    return true;
  }
  return false;
}

void BoundedTable::Writer::stow_all() {
  while (stow_front()) {
  }
}

/// Sends a batch in parts, halving what the server refuses, until single rows are left over: those
/// are counted and left out. Each part is a transaction that writes down how far it came, so that
/// no part counts twice either. Rare, so it waits.
void BoundedTable::Writer::settle_in_parts() {
  const auto is_this = [&] {
    return settled_.epoch == sending_.epoch && settled_.id == sending_.id;
  };
  const bool begun = settled_.rows > 0 && is_this();
  std::size_t at = begun ? settled_.rows : 0;
  std::size_t size = std::max<std::size_t>(1, (sending_.rows - at + 1) / 2);
  std::uint64_t refused = 0;  // since the last part that went through
  while (at < sending_.rows) {
    size = std::min(size, sending_.rows - at);
    const auto end = at + size;
    const Settled after{sending_.epoch, sending_.id, end < sending_.rows ? end : 0};
    const auto sent = send_part(rows_between(sending_rows_, at, size), after);
    if (!sent) return;  // the connection is lost; the rest later
    if (*sent) {
      settled_ = after;
      refused_rows_ += std::exchange(refused, 0);
      at = end;
      size *= 2;
    } else if (size > 1) {
      size /= 2;
    } else {
      ++refused;
      ++at;
    }
  }
  if (!is_this() || settled_.rows > 0) {  // its last row was refused
    const Settled after{sending_.epoch, sending_.id, 0};
    if (const auto sent = send_part({}, after); !sent || !*sent) return;
    settled_ = after;
  }
  refused_rows_ += refused;
  end_batch();
}

/// False: the server refuses these rows.
Result<bool> BoundedTable::Writer::send_part(std::string_view rows, const Settled& after) {
  auto started = copy_->start(job_for(after), rows);
  Error error{ErrorCode::unreachable, {}, {}};
  if (started) {
    for (;;) {
      const auto progress = copy_->step();
      if (progress && *progress == postgres::BatchCopy::Progress::committed) return true;
      if (!progress) {
        error = progress.error();
        break;
      }
      copy_->wait(deadline_in(std::chrono::milliseconds{100}));
    }
  } else {
    error = started.error();
  }
  const auto& state = copy_->sqlstate();
  if (state.starts_with("22") || state.starts_with("23") || state.starts_with("21")) {
    trouble_ = error;
    return false;
  }
  lose(error);
  return failure(std::move(error));
}

}  // namespace plimsoll
