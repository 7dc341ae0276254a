// What BoundedStream does about connections: making one, settling what was on its way when the
// last one was lost, and waiting before the next.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "link/redis/byte_pipe.h"
#include "link/redis/server_error.h"
#include "writer/bounded_stream.h"

namespace plimsoll {
namespace {

constexpr std::chrono::milliseconds kFirstBackoff{20};
constexpr std::uint64_t kLastMs = 9'999'999'999'999;  ///< 13 digits
constexpr std::size_t kPage = 2000;

/// The value behind a name in XINFO's flat list; null where there is none.
const redis::Reply* value_of(const redis::Reply& reply, std::string_view name) {
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    if (reply.elements[i].text == name) return &reply.elements[i + 1];
  }
  return nullptr;
}

std::string text_of_id(const EntryId& id) {
  return std::to_string(id.ms) + "-" + std::to_string(id.sequence);
}

}  // namespace

/// What the stream holds of what is in the flight.
struct BoundedStream::Stored {
  EntryId last;                  ///< the largest id it ever had
  std::optional<EntryId> first;  ///< of its oldest entry; what lies before it was trimmed
  std::set<EntryId> ids;
};

Result<void> BoundedStream::connect() {
  const auto deadline = deadline_in(options_.connect_for);
  auto pipe = redis::BytePipe::open(options_.address, deadline);
  if (!pipe) return failure(std::move(pipe.error()));
  pipe_ = std::move(*pipe);
  const auto stored = read_stored(deadline);
  if (!stored) return failure(stored.error());
  settle_doubts(*stored);
  if (was_connected_) ++stats_.reconnects;
  was_connected_ = true;
  trouble_.reset();
  acknowledge_first_ = 0;
  heard_at_ = Steady::now();
  paused_until_ = {};
  return {};
}

Result<BoundedStream::Stored> BoundedStream::read_stored(Deadline deadline) {
  Stored stored;
  const auto about = pipe_->ask({{"XINFO", "STREAM", key_}}, deadline);
  if (!about) return failure(about.error());
  const auto& info = about->front();
  if (info.is_error()) {
    if (info.text.starts_with("ERR no such key")) return stored;
    return failure(redis::server_error(info.text, "XINFO STREAM", options_.address.password));
  }
  if (const auto* last = value_of(info, "last-generated-id"))
    stored.last = parse_id(last->text).value_or(EntryId{});
  if (stored.last.ms >= kLastMs) {
    return failure(ErrorCode::conflict,
                   say("stream '{}': its last id {} is no time, none of ours can follow it",
                       "stream «{}»: su último id {} no es una hora y ninguno nuestro puede ir "
                       "detrás",
                       {printable(key_), text_of_id(stored.last)}),
                   say("single_writer = false leaves the ids to the server",
                       "single_writer = false deja los ids al servidor"));
  }
  if (const auto* first = value_of(info, "first-entry"); first && !first->elements.empty())
    stored.first = parse_id(first->elements.front().text);
  if (!options_.single_writer) return stored;

  std::optional<EntryId> from;
  EntryId to;
  flight_.for_each([&](const Sending& item, const char* bytes) {
    const auto id = parse_id({bytes + item.id_at, kIdLength}).value_or(EntryId{});
    if (!from) from = id;
    to = std::max(to, id);
  });
  while (from && *from <= to) {
    const auto page = pipe_->ask(
        {{"XRANGE", key_, text_of_id(*from), text_of_id(to), "COUNT", std::to_string(kPage)}},
        deadline);
    if (!page) return failure(page.error());
    const auto& entries = page->front();
    if (entries.is_error())
      return failure(redis::server_error(entries.text, "XRANGE", options_.address.password));
    for (const auto& entry : entries.elements) {
      if (entry.elements.empty()) continue;
      if (const auto id = parse_id(entry.elements.front().text)) stored.ids.insert(*id);
    }
    if (entries.elements.size() < kPage || stored.ids.empty()) break;
    from = *stored.ids.rbegin();
    ++from->sequence;
  }
  return stored;
}

/// What the stream has is acknowledged; the rest will be sent (again), in its order, with the ids
/// it has, as long as they come after all that is there. An id is kept where it can be, because a
/// server that was only hung may still read the old connection's bytes: it then refuses ours.
void BoundedStream::settle_doubts(const Stored& stored) {
  flight_id_ = stored.last;
  last_id_ = std::max(last_id_, stored.last);
  flight_.keep_only([&](const Sending& item, char* bytes, bool sent) {
    const bool in_doubt = sent && item.state == Sending::State::unanswered;
    if (options_.single_writer) {
      const auto id = parse_id({bytes + item.id_at, kIdLength}).value_or(EntryId{});
      const bool trimmed = in_doubt && stored.first && id < *stored.first && id <= stored.last;
      if (trimmed || stored.ids.contains(id)) {
        ++stats_.acknowledged;
        ++stats_.found_stored;
        return false;
      }
      if (id > flight_id_) {
        flight_id_ = id;
      } else {
        number_after(flight_id_, bytes + item.id_at);
      }
    }
    if (in_doubt) ++stats_.resent;
    return true;
  });
  stalled_ = false;
}

void BoundedStream::lose(Error error) {
  pipe_.reset();
  in_size_ = 0;
  stalled_ = false;
  trouble_ = std::move(error);
  back_off();
}

void BoundedStream::back_off() {
  backoff_ =
      backoff_.count() == 0 ? kFirstBackoff : std::min(backoff_ * 2, options_.longest_backoff);
  (pipe_ ? paused_until_ : retry_at_) = Steady::now() + backoff_;
}

}  // namespace plimsoll
