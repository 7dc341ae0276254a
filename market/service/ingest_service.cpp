#include "service/ingest_service.h"

#include <algorithm>

#include "base/text.h"
#include "feed/simulator.h"
#include "service/feed_choice.h"
#include "service/tables.h"

namespace plimsoll::market {
namespace {

constexpr std::chrono::milliseconds kTurn{200};
constexpr std::chrono::seconds kClosedEvery{60};  ///< a live feed, while the market is closed
constexpr std::size_t kIngestOutbox = std::size_t{16} << 20;

/// The stream's last entry says how far an earlier run came.
struct Resume {
  std::uint64_t cycle = 0;
  std::optional<Millis> taken_at;
};

Result<Resume> read_resume(RedisClient& redis) {
  const auto replies =
      redis.ask({{"XREVRANGE", std::string{kSnapshotStream}, "+", "-", "COUNT", "1"}});
  if (!replies) return failure(replies.error());
  Resume resume;
  const auto& reply = replies->front();
  if (!reply.is_array() || reply.elements.empty() || reply.elements.front().elements.size() != 2)
    return resume;
  const auto& fields = reply.elements.front().elements[1].elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto number = parse_int(fields[i + 1].text);
    if (!number || *number < 0) continue;
    if (fields[i].text == "cycle") resume.cycle = static_cast<std::uint64_t>(*number);
    if (fields[i].text == "taken_at") resume.taken_at = Millis{std::chrono::milliseconds{*number}};
  }
  return resume;
}

/// maxlen must hold whole cycles; how many parts one has is known of the simulator and the vendor.
Result<void> check_bound(const Policy& policy, const Settings& settings) {
  const auto bound = stream_bound(policy, std::string{kSnapshotStream});
  if (!bound) return failure(bound.error());
  if (!bound->maxlen) return {};
  const auto parts = parts_of(settings.simulator.tickers, settings.tickers_per_part);
  const auto least = IngestService::kLeastCycles * parts;
  if (*bound->maxlen >= least) return {};
  return failure(
      ErrorCode::malformed,
      say("stream '{}': maxlen {} would cut cycles of {} entries",
          "stream «{}»: maxlen {} cortaría ciclos de {} entradas",
          {std::string{kSnapshotStream}, *bound->maxlen, std::int64_t{parts}}),
      say("write maxlen: {} or more", "escriba maxlen: {} o más", {std::int64_t{least}}));
}

}  // namespace

IngestService::IngestService(const Settings& settings, const Log& log,
                             std::unique_ptr<BoundedStream> stream)
    : settings_{settings}, log_{log}, redis_{settings.redis}, stream_{std::move(stream)} {}

Result<std::unique_ptr<Service>> IngestService::make(const Settings& settings, const Log& log) {
  const auto policy = policy_of(settings);
  if (!policy) return failure(policy.error());
  if (auto good = check_bound(*policy, settings); !good) return failure(good.error());
  StreamOptions options;
  options.address = settings.redis;
  options.outbox_bytes = kIngestOutbox;
  options.when_full = WhenFull::drop_oldest;
  auto stream = BoundedStream::open(*policy, std::string{kSnapshotStream}, options);
  if (!stream) return failure(stream.error());
  return std::unique_ptr<Service>{new IngestService{settings, log, std::move(*stream)}};
}

Result<bool> IngestService::begin() {
  const auto resume = read_resume(redis_);
  if (!resume) {
    trouble_ = resume.error();
    return false;
  }
  trouble_.reset();
  cycle_number_ = resume->cycle;
  auto feed = make_feed(settings_, resume->taken_at);
  if (!feed) return failure(feed.error());
  feed_ = std::move(*feed);
  log_.info("feed", {{"cycle", static_cast<std::int64_t>(cycle_number_ + 1)}});
  return true;
}

Deadline IngestService::due() const { return std::max(feed_->due(), not_before_); }

Result<bool> IngestService::turn(const StopSignal& stop) {
  if (!feed_) {
    const auto begun = begin();
    if (!begun) return failure(begun.error());
    if (!*begun) stop.wait(-1, deadline_in(kTurn));
    return true;
  }
  stream_->poll();
  // A cycle that does not fit yet would push out the one before it.
  const bool behind = stream_->stats().outbox_bytes > kIngestOutbox / 2;
  if (behind || std::chrono::steady_clock::now() < due()) {
    const auto until = behind ? deadline_in(std::chrono::milliseconds{5}) : due();
    const bool replies_due = stream_->stats().outbox_entries > 0;
    stop.wait(replies_due ? stream_->socket() : -1, std::min(until, deadline_in(kTurn)));
    return true;
  }
  const auto next = feed_->next(cycle_);
  if (!next) {
    ++failures_;
    trouble_ = next.error();
    log_.warn("feed", next.error());
    return true;
  }
  trouble_.reset();
  if (*next == Next::over) return false;
  if (*next == Next::cycle) publish();
  const bool live = settings_.feed == FeedChoice::polygon;
  if (live && session_at(cycle_.taken_at) == Session::closed)
    not_before_ = deadline_in(kClosedEvery);
  return true;
}

void IngestService::publish() {
  accepted_.clear();
  for (const auto& quote : cycle_.quotes)
    if (is_acceptable(quote) && fits_record(quote)) accepted_.push_back(quote);
  refused_ += cycle_.quotes.size() - accepted_.size();
  unreadable_ += cycle_.unreadable;
  const auto per_part = settings_.tickers_per_part;
  SnapshotPart part{.cycle = ++cycle_number_,
                    .part = 0,
                    .parts = parts_of(accepted_.size(), per_part),
                    .taken_at = cycle_.taken_at};
  const std::span<const Quote> quotes{accepted_};
  for (; part.part < part.parts; ++part.part) {
    const auto begin = std::min(quotes.size(), part.part * per_part);
    const auto& texts =
        parts_.encode(part, quotes.subspan(begin, std::min(per_part, quotes.size() - begin)));
    std::array<Field, std::tuple_size_v<SnapshotPartWriter::Fields> / 2> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = {texts[2 * i], texts[2 * i + 1]};
    stream_->add(fields);
  }
  stream_->poll();
  ++cycles_;
  quotes_ += accepted_.size();
}

void IngestService::finish(Deadline deadline) { stream_->flush(deadline); }

Status IngestService::status() const {
  Status status;
  if (!stream_->stats().connected) status.reasons.emplace_back("Redis is away");
  if (trouble_) status.reasons.push_back(trouble_->what.en);
  status.counter("cycles_total", cycles_);
  status.counter("quotes_total", quotes_);
  status.counter("quotes_refused_total", refused_);
  status.counter("quotes_unreadable_total", unreadable_);
  status.counter("feed_failures_total", failures_);
  if (const auto* simulator = dynamic_cast<const Simulator*>(feed_.get()))
    status.counter("cycles_missed_total", simulator->missed());
  status.gauge("cycle", static_cast<double>(cycle_number_));
  status.gauge("market_time_seconds",
               static_cast<double>(cycle_.taken_at.time_since_epoch().count()) / 1000);
  status.add(kSnapshotStream, stream_->stats());
  return status;
}

std::int64_t IngestService::memory_bound() const {
  constexpr std::int64_t kQuote = sizeof(Quote) * 2;  // the feed's copies and ours
  const auto tickers = static_cast<std::int64_t>(settings_.simulator.tickers);
  const std::int64_t feed =
      settings_.feed == FeedChoice::polygon ? std::int64_t{160} << 20 : tickers * (kQuote + 1024);
  return kOwnMemory + static_cast<std::int64_t>(kIngestOutbox) + feed + tickers * kQuote;
}

}  // namespace plimsoll::market
