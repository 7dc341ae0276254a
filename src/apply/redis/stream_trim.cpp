#include "apply/redis/stream_trim.h"

#include <algorithm>

#include "base/text.h"
#include "collect/redis/parse.h"
#include "collect/redis/stream_memory.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kFirst = 10'000;  // entries: 100 nodes of 100 take 0.08 ms
constexpr std::int64_t kLargest = 100'000;
constexpr std::int64_t kFirstNodes = 500;  // freeing one takes about 0.8 µs
constexpr std::int64_t kFirstBytes = 4 << 20;
constexpr std::int64_t kExact = 200;  // entries of one exact step; a script reads them
constexpr int kLooksPerSample = 16;
constexpr int kSampled = 16;

using Clock = std::chrono::steady_clock;

}  // namespace

StreamTrim::StreamTrim(RedisWork& work, const TrimStream& change)
    : work_{work},
      change_{change},
      readers_{work.acting.link(), change.stream.key, change.abandoned},
      pace_{kFirst, 2 * node_max_, kLargest},
      cap_{change.maxlen.value_or(0)} {}

/// Of the node at the front; entries present where it is the only one.
std::int64_t StreamTrim::node_entries() const {
  if (now_.radix_tree_keys <= 0) return node_max_;
  return (now_.length + now_.radix_tree_keys - 1) / now_.radix_tree_keys;
}

Result<void> StreamTrim::read_node_size() {
  const auto answers = work_.acting.link().config_get({"stream-node-max-entries"});
  if (!answers) return failure(answers.error());
  const auto& answer = answers->front();  // an error where CONFIG is hidden: the default then
  if (answer.is_array() && answer.elements.size() == 2) {
    const auto size = parse_int(answer.elements[1].text);
    if (size && *size > 0) node_max_ = std::min(*size, kLargest / 2);
  }
  return {};
}

/// The first steps must be short on streams of large entries too, where nodes hold few of them.
void StreamTrim::set_pace() {
  std::int64_t first = std::min(kFirst, kFirstNodes * std::max<std::int64_t>(1, node_entries()));
  if (now_.entry_bytes && now_.entry_bytes->count() > 0)
    first = std::min(first, kFirstBytes / now_.entry_bytes->count());
  pace_ = TrimPace{first, 2 * node_max_, kLargest};
}

/// From the newest entries and some between them and the first: what is kept.
Result<void> StreamTrim::measure_entries() {
  const auto& key = change_.stream.key;
  const std::int64_t usual = now_.entry_bytes.value_or(Bytes{1024}).count();
  const int count = static_cast<int>(
      std::clamp<std::int64_t>((256 << 10) / std::max<std::int64_t>(usual, 1), 1, kSampled));
  std::vector<redis::EntryRange> ranges{{key, "-", "+", count, true},
                                        {key, "-", "+", count, false}};
  const std::uint64_t span = now_.last_id->ms - std::min(now_.last_id->ms, now_.first_id->ms);
  for (std::uint64_t quarter = 1; quarter <= 3 && span >= 4; ++quarter)
    ranges.push_back(
        {key, std::to_string(now_.first_id->ms + span / 4 * quarter), "+", count, false});
  const auto replies = work_.acting.link().xrange(ranges);
  if (!replies) return failure(replies.error());
  std::vector<StreamEntry> sample;
  for (const auto& reply : *replies) {
    auto entries = reply.is_error() ? failure(redis::server_error(reply.text, "XRANGE"))
                                    : parse_entries(reply);
    if (!entries) return failure(entries.error());
    std::move(entries->begin(), entries->end(), std::back_inserter(sample));
  }
  const auto mean = mean_entry_bytes(now_, sample, static_cast<int>(node_max_));
  if (!mean)
    return failure(ErrorCode::malformed, say("{}: no entry to measure",
                                             "{}: ninguna entrada que medir", {stream_words(key)}));
  cap_ = std::max<std::int64_t>(
      1, change_.max_bytes->count() / std::max<std::int64_t>(1, mean->count()));
  return {};
}

/// The stream as it is, and how far its readers let it be trimmed: read right before each step.
Result<StreamTrim::Seen> StreamTrim::look() {
  redis::Link& link = work_.acting.link();
  const auto replies = link.xinfo_stream({change_.stream.key});
  if (!replies) return failure(replies.error());
  const redis::Reply& reply = replies->front();
  if (reply.is_error() && reply.text.starts_with("ERR no such key")) return Seen::gone;
  if (reply.is_error()) return failure(redis::server_error(reply.text, "XINFO STREAM"));
  auto description = parse_stream(reply);
  if (!description) return failure(description.error());
  now_ = std::move(description->stream);
  now_.entry_bytes = mean_entry_bytes(now_, description->edges, static_cast<int>(node_max_));
  if (looks_ == 0) {
    if (auto known = read_node_size(); !known) return failure(known.error());
    at_first_ = now_.length;
    set_pace();
  }
  if (now_.length == 0 || !now_.first_id || !now_.last_id) return Seen::within;
  measured_now_ = change_.max_bytes && (measure_next_ || looks_ % kLooksPerSample == 0);
  measure_next_ = false;
  if (measured_now_) {
    if (auto measured = measure_entries(); !measured) return failure(measured.error());
  }
  ++looks_;
  const bool above = by_id() ? *now_.first_id < *change_.minid : excess() > 0;
  floor_ = {};
  if (!above) return Seen::within;
  if (!change_.past_groups) {
    auto floor = readers_.read(now_);
    if (!floor) return failure(floor.error());
    floor_ = std::move(*floor);
  }
  return Seen::above;
}

Result<std::int64_t> StreamTrim::one_trim() {
  const std::string& key = change_.stream.key;
  if (by_id()) {
    const StreamId cut = floor_.id ? std::min(*floor_.id, *change_.minid) : *change_.minid;
    return work_.acting.xtrim(
        redis::Trim{key, std::nullopt, format_stream_id(cut), exact_, exact_ ? 0 : pace_.most()});
  }
  if (floor_.id) {
    return work_.acting.xtrim(redis::TrimBelowFloor{key, cap_, format_stream_id(*floor_.id), exact_,
                                                    exact_ ? kExact : pace_.most()});
  }
  const std::int64_t kept = exact_ ? std::max(cap_, now_.length - kExact) : cap_;
  return work_.acting.xtrim(redis::Trim{key, kept, {}, exact_, exact_ ? 0 : pace_.most()});
}

/// The shortest of a few: a slow one would hide slow steps for as long as the trim lasts.
Result<void> StreamTrim::read_round_trip() {
  round_trip_ = std::chrono::seconds{1};
  for (int i = 0; i < 5; ++i) {
    const auto asked = Clock::now();
    if (auto time = work_.acting.link().time(); !time) return failure(time.error());
    round_trip_ = std::min<std::chrono::nanoseconds>(round_trip_, Clock::now() - asked);
  }
  return {};
}

Result<std::int64_t> StreamTrim::step() {
  if (!begun_) {
    const auto begun =
        work_.watch.begin_phase("trim", "XTRIM " + printable(change_.stream.key) + ", " +
                                            std::to_string(now_.length) + " entries");
    if (!begun) return failure(begun.error());
    begun_ = true;
    if (auto known = read_round_trip(); !known) return failure(known.error());
  }
  const auto begin = Clock::now();
  const auto removed = one_trim();
  if (!removed) return removed;
  const std::chrono::nanoseconds took = Clock::now() - begin - round_trip_;
  if (*removed > 0 && !exact_) pace_.after(std::max(took, std::chrono::nanoseconds::zero()));
  removed_ += *removed;
  tell_progress();
  return removed;
}

void StreamTrim::tell_progress() {
  const std::int64_t wanted = by_id() ? 0 : at_first_ - cap_;
  std::optional<double> share;
  if (wanted > 0)
    share = std::min(1.0, static_cast<double>(removed_) / static_cast<double>(wanted));
  work_.watch.progress(removed_words(), share);
}

/// Nothing went with this form: a LIMIT below one node trims nothing, and `~` never cuts a node.
bool StreamTrim::another_form() {
  if (exact_) return false;
  if (!widened_) {
    widened_ = true;
    pace_.widen();
    return true;
  }
  const bool below_a_node = one_node() || (!by_id() && cap_ < 2 * node_entries());
  exact_ = change_.exact || below_a_node;
  return exact_;
}

/// The cap in entries is as old as the last sample: before it ends, it is measured again.
bool StreamTrim::measures_again() {
  measure_next_ = change_.max_bytes && !measured_now_ && now_.length > 0;
  return measure_next_;
}

Outcome StreamTrim::cannot_look(const Error& error) const {
  const Error of_stream{error.code,
                        say("{}: {}", "{}: {}", {stream_words(change_.stream.key), error.what}),
                        error.hint};
  return broken_off(of_stream, removed_ > 0 ? removed_words() : Text{});
}

Outcome StreamTrim::cannot_step(const Error& error) const {
  const bool no_script = begun_ && floor_.id && !by_id() && removed_ == 0 &&
                         (error.code == ErrorCode::denied || error.code == ErrorCode::unsupported);
  if (no_script) return needs_script(error);
  return broken_off(error, removed_ > 0 ? removed_words() : Text{});
}

Outcome StreamTrim::run() {
  for (;;) {
    if (auto primary = still_primary(work_.acting); !primary) return cannot_look(primary.error());
    const auto seen = look();
    if (!seen) return cannot_look(seen.error());
    gone_ = *seen == Seen::gone;
    if (*seen != Seen::above) {
      if (measures_again()) continue;
      return ended();
    }
    if (work_.watch.stop_wanted()) return end(StepState::stopped);
    const auto removed = step();
    if (!removed) return cannot_step(removed.error());
    if (*removed == 0 && !measures_again() && !another_form()) return ended();
  }
}

}  // namespace plimsoll
