#include "writer/bounded_stream.h"

#include <algorithm>
#include <thread>

#include "link/redis/byte_pipe.h"

namespace plimsoll {
namespace {

constexpr std::size_t kWriteAt = 16'384;
constexpr std::size_t kLargestFlight = std::size_t{1} << 20;
constexpr std::size_t kShortestCommand = 32;
constexpr std::size_t kReplyBuffer = 65'536;

std::uint64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

std::size_t flight_bytes(const StreamOptions& options) {
  return std::min(kLargestFlight, options.outbox_bytes / 4);
}

/// As many commands as its bytes could hold, within what the outbox may hold.
std::size_t flight_commands(const StreamOptions& options) {
  return std::max<std::size_t>(
      4, std::min(options.outbox_entries, flight_bytes(options) / kShortestCommand));
}

}  // namespace

Result<std::unique_ptr<BoundedStream>> BoundedStream::open(const Policy& policy,
                                                           const std::string& key,
                                                           StreamOptions options) {
  auto bound = stream_bound(policy, key);
  if (!bound) return failure(std::move(bound.error()));
  std::unique_ptr<BoundedStream> stream{
      new BoundedStream{key, std::move(*bound), std::move(options)}};
  stream->poll();
  const auto& trouble = stream->trouble();
  if (trouble && trouble->code != ErrorCode::unreachable && trouble->code != ErrorCode::timed_out)
    return failure(*trouble);
  return stream;
}

BoundedStream::BoundedStream(std::string key, StreamBound bound, StreamOptions options)
    : key_{std::move(key)},
      bound_{bound},
      options_{std::move(options)},
      encoder_{key_, !options_.single_writer},
      flight_{flight_bytes(options_), flight_commands(options_)},
      waiting_{options_.outbox_bytes - flight_bytes(options_), options_.outbox_entries},
      in_(kReplyBuffer) {
  refresh_bound();
}

BoundedStream::~BoundedStream() = default;

bool BoundedStream::add(std::span<const Field> fields) {
  refresh_bound();
  const std::size_t size = encoder_.size_of(fields);
  bool in_flight = false;
  char* const at = size <= flight_.capacity() ? make_room(size, in_flight) : nullptr;
  if (at == nullptr) {
    ++stats_.dropped_newest;
    return false;
  }
  last_id_ = id_after(last_id_, wall_ms());
  const auto id_at = encoder_.encode(fields, last_id_, at);
  if (in_flight) {
    flight_id_ = last_id_;
    flight_.push(size, id_at, Sending::Kind::entry);
  } else {
    waiting_.push(size, id_at);
  }
  ++stats_.added;
  encoded_bytes_ += static_cast<double>(size);
  if (flight_.unwritten().size() >= kWriteAt) poll();
  return true;
}

char* BoundedStream::room_now(std::size_t size, bool& in_flight) {
  if (flight_.entries() + waiting_.entries() >= options_.outbox_entries) return nullptr;
  in_flight = waiting_.empty() && !stalled_;
  char* at = in_flight ? flight_.room_for(size) : nullptr;
  if (at == nullptr) {
    in_flight = false;
    at = waiting_.room_for(size);
  }
  return at;
}

char* BoundedStream::make_room(std::size_t size, bool& in_flight) {
  if (char* at = room_now(size, in_flight)) return at;
  poll();
  const auto deadline = deadline_in(options_.block_for);
  for (;;) {
    if (char* at = room_now(size, in_flight)) return at;
    switch (options_.when_full) {
      case WhenFull::drop_newest:
        return nullptr;
      case WhenFull::drop_oldest:
        if (waiting_.empty()) return nullptr;  // all of it may be in the stream already
        waiting_.pop();
        ++stats_.dropped_oldest;
        break;
      case WhenFull::block:
        if (Steady::now() >= deadline) return nullptr;
        wait(deadline);
        poll();
    }
  }
}

/// Moves the trim that is written into each entry: by length when the mean changed, by age every
/// tenth of a second.
void BoundedStream::refresh_bound() {
  if (maxlen_ > 0 && !bound_.max_bytes) return;
  const double so_far =
      stats_.added > 0 ? encoded_bytes_ / static_cast<double>(stats_.added) : 1024.0;
  const auto allowed = entries_allowed(bound_, mean_entry_bytes_ > 0 ? mean_entry_bytes_ : so_far);
  if (allowed) {
    // A mean that wavers by a few entries is not worth another text.
    const auto change = *allowed > maxlen_ ? *allowed - maxlen_ : maxlen_ - *allowed;
    if (change == 0 || (maxlen_ > 0 && change * 64 < maxlen_)) return;
    maxlen_ = *allowed;
    encoder_.trim_to_length(maxlen_, bound_.exact);
    return;
  }
  const auto oldest = wall_ms() - static_cast<std::uint64_t>(bound_.keep->count()) * 1000;
  if (oldest < oldest_ms_ + 100) return;
  oldest_ms_ = oldest;
  encoder_.trim_to_age(oldest, bound_.exact);
}

void BoundedStream::poll() {
  const auto now = Steady::now();
  if (!pipe_) {
    if (now < retry_at_) return;
    if (auto connected = connect(); !connected) {
      lose(std::move(connected.error()));
      return;
    }
  }
  pump();
}

bool BoundedStream::flush(Deadline deadline) {
  for (;;) {
    poll();
    if (flight_.entries() == 0 && waiting_.empty()) return true;
    if (Steady::now() >= deadline) return false;
    wait(deadline);
  }
}

/// For a reply, for room in the socket, or for the time of the next attempt.
void BoundedStream::wait(Deadline deadline) {
  const auto now = Steady::now();
  const auto resumes = pipe_ ? paused_until_ : retry_at_;
  if (resumes > now) {
    std::this_thread::sleep_until(std::min(deadline, resumes));
    return;
  }
  if (!pipe_) return;
  const auto a_while = now + std::chrono::milliseconds{100};
  pipe_->wait(!flight_.unwritten().empty(), std::min(deadline, a_while));
}

StreamStats BoundedStream::stats() const {
  StreamStats stats = stats_;
  stats.outbox_bytes = flight_.bytes() + waiting_.bytes();
  stats.outbox_entries = flight_.entries() + waiting_.entries();
  stats.maxlen = maxlen_;
  stats.connected = pipe_ != nullptr;
  return stats;
}

int BoundedStream::socket() const { return pipe_ ? pipe_->socket() : -1; }

}  // namespace plimsoll
