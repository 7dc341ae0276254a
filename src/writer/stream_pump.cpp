// What BoundedStream writes and reads while it is connected.
#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "link/redis/byte_pipe.h"
#include "link/redis/resp.h"
#include "link/redis/server_error.h"
#include "writer/bounded_stream.h"

namespace plimsoll {
namespace {

constexpr std::chrono::seconds kMeasureEvery{1};
constexpr std::int64_t kFewToMeasure = 100;  ///< a node: below it the stream's own frame counts

enum class Refusal { later, elsewhere, passed, never };

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

Refusal meaning_of_refusal(std::string_view message) {
  if (begins_with_any(message, {"OOM", "LOADING", "BUSY", "MISCONF", "NOREPLICAS", "TRYAGAIN",
                                "MASTERDOWN", "CLUSTERDOWN", "WRONGTYPE", "NOPERM"}))
    return Refusal::later;
  if (begins_with_any(message, {"READONLY", "MOVED", "ASK", "NOAUTH", "UNBLOCKED"}))
    return Refusal::elsewhere;
  if (message.find("equal or smaller") != std::string_view::npos) return Refusal::passed;
  return Refusal::never;
}

std::string resp_of(const redis::Command& command) {
  std::string text = "*" + std::to_string(command.size()) + "\r\n";
  for (const auto& word : command)
    text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return text;
}

}  // namespace

void BoundedStream::pump() {
  if (Steady::now() < paused_until_) return;
  for (int turn = 0; pipe_ && turn < 64; ++turn) {
    bool moved = fill_flight();
    moved = write_some() || moved;
    moved = pipe_ && (read_some() || moved);
    if (!moved) break;
  }
  if (!pipe_) return;
  send_measures();
  if (flight_.awaits_reply() && flight_.unwritten().empty() &&
      Steady::now() > heard_at_ + options_.answer_within) {
    lose({ErrorCode::timed_out,
          say("stream '{}': the server has not answered for {}",
              "stream «{}»: el servidor no responde desde hace {}",
              {printable(key_), std::chrono::duration_cast<Seconds>(options_.answer_within)}),
          {}});
  }
}

bool BoundedStream::fill_flight() {
  bool moved = false;
  while (!stalled_ && !waiting_.empty()) {
    const auto bytes = waiting_.front_bytes();
    char* const at = flight_.room_for(bytes.size());
    if (at == nullptr) break;
    std::memcpy(at, bytes.data(), bytes.size());
    if (options_.single_writer) {
      // Something before it may have got a later id since it was encoded.
      const auto id = parse_id({at + waiting_.front().id_at, kIdLength});
      if (id && *id > flight_id_) {
        flight_id_ = *id;
      } else {
        number_after(flight_id_, at + waiting_.front().id_at);
      }
    }
    flight_.push(bytes.size(), waiting_.front().id_at, Sending::Kind::entry);
    waiting_.pop();
    moved = true;
  }
  return moved;
}

bool BoundedStream::write_some() {
  const auto bytes = flight_.unwritten();
  if (bytes.empty()) return false;
  const auto wrote = pipe_->write_some(bytes);
  if (!wrote) {
    lose(wrote.error());
    return false;
  }
  if (flight_.bytes() == bytes.size()) heard_at_ = Steady::now();  // the first of a new row
  flight_.wrote(*wrote);
  stats_.bytes_written += *wrote;
  return *wrote > 0;
}

bool BoundedStream::read_some() {
  if (!flight_.awaits_reply()) return false;
  const auto got = pipe_->read_some(in_.data() + in_size_, in_.size() - in_size_);
  if (!got) {
    lose(got.error());
    return false;
  }
  if (*got == 0) return false;
  heard_at_ = Steady::now();
  in_size_ += *got;
  return take_replies();
}

bool BoundedStream::take_replies() {
  std::size_t parsed = 0;
  while (parsed < in_size_) {
    redis::ReplyView reply;
    std::size_t taken = 0;
    const auto scanned = redis::scan_reply({in_.data() + parsed, in_size_ - parsed}, reply, taken);
    if (scanned == redis::Scan::partial && in_size_ - parsed < in_.size()) break;
    if (scanned != redis::Scan::whole || !flight_.awaits_reply()) {
      lose({ErrorCode::malformed,
            say("stream '{}': not the Redis protocol", "stream «{}»: no es el protocolo de Redis",
                {printable(key_)}),
            {}});
      return false;
    }
    parsed += taken;
    take(reply);
    if (!pipe_) return false;
  }
  in_size_ -= parsed;
  std::memmove(in_.data(), in_.data() + parsed, in_size_);
  if (stalled_ && !flight_.awaits_reply()) end_of_stall();
  return true;
}

void BoundedStream::take(const redis::ReplyView& reply) {
  const auto kind = flight_.awaited();
  if (kind != Sending::Kind::entry) {
    if (kind == Sending::Kind::usage && reply.kind == redis::Reply::Kind::error)
      can_measure_ = false;  // MEMORY is renamed or not allowed: what was encoded stands in
    flight_.answer(Sending::State::done);
    take_measure(kind, reply.integer);
    return;
  }
  if (reply.kind == redis::Reply::Kind::error) {
    take_refusal(reply.text);
    return;
  }
  flight_.answer(Sending::State::done);
  ++stats_.acknowledged;
  if (trouble_ && !stalled_ && acknowledge_first_-- == 0) {
    acknowledge_first_ = 0;
    trouble_.reset();
    backoff_ = {};
  }
}

void BoundedStream::take_refusal(std::string_view message) {
  const auto meaning = meaning_of_refusal(message);
  if (!stalled_) trouble_ = redis::server_error(message, "XADD", options_.address.password);
  switch (meaning) {
    case Refusal::later:
      ++stats_.refused;
      flight_.answer(Sending::State::refused);
      stalled_ = true;
      return;
    case Refusal::elsewhere:
      ++stats_.refused;
      flight_.answer(Sending::State::refused);
      lose(*trouble_);
      return;
    case Refusal::passed:
      // Whether it is stored already, or somebody else's id is larger, the stream itself says.
      ++stats_.conflicts;
      lose(*trouble_);
      return;
    case Refusal::never:
      ++stats_.rejected;
      flight_.answer(Sending::State::done);
  }
}

/// Everything sent has been answered, and some of it refused: that stands at the front again, with
/// ids after those of what went through meanwhile.
void BoundedStream::end_of_stall() {
  flight_.keep_only([&](const Sending& item, char* bytes, bool) {
    number_after(flight_id_, bytes + item.id_at);
    return true;
  });
  stalled_ = false;
  acknowledge_first_ = flight_.entries();
  back_off();
}

/// Gives the entry whose id stands at `at` the next one after `last`.
void BoundedStream::number_after(const EntryId& last, char* at) {
  if (!options_.single_writer) return;
  flight_id_ = id_after(last, 0);
  last_id_ = std::max(last_id_, flight_id_);
  write_id(flight_id_, at);
}

void BoundedStream::send_measures() {
  const auto now = Steady::now();
  if (stalled_ || now < measure_at_) return;
  measure_at_ = now + kMeasureEvery;
  if (bound_.max_bytes && can_measure_) {
    // All of it: the usual sample is of the oldest entries, and where sizes differ it says a fifth.
    send_command({"MEMORY", "USAGE", key_, "SAMPLES", "0"}, Sending::Kind::usage);
    send_command({"XLEN", key_}, Sending::Kind::length);
  }
  if (bound_.keep) {
    const auto oldest = std::chrono::system_clock::now() - *bound_.keep;
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(oldest.time_since_epoch()).count();
    send_command({"XTRIM", key_, "MINID", bound_.exact ? "=" : "~", std::to_string(ms)},
                 Sending::Kind::trim);
  }
}

/// One that finds no room is not sent: its turn comes again.
void BoundedStream::send_command(const redis::Command& command, Sending::Kind kind) {
  const auto bytes = resp_of(command);
  char* const at = flight_.room_for(bytes.size());
  if (at == nullptr) return;
  std::memcpy(at, bytes.data(), bytes.size());
  flight_.push(bytes.size(), 0, kind);
  write_some();
}

void BoundedStream::take_measure(Sending::Kind kind, std::int64_t value) {
  if (kind == Sending::Kind::usage) usage_bytes_ = value;
  if (kind == Sending::Kind::length && value >= kFewToMeasure && usage_bytes_ > 0)
    mean_entry_bytes_ = static_cast<double>(usage_bytes_) / static_cast<double>(value);
}

}  // namespace plimsoll
