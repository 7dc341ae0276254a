#include <algorithm>

#include "apply/redis/kinds.h"
#include "apply/redis/reader_floor.h"
#include "base/text.h"
#include "collect/redis/parse.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

constexpr int kPage = 500;             // 0.2 ms of the server's time
constexpr std::size_t kAtOnce = 1000;  // ids of one XACK: 0.3 ms

class Acknowledgement {
 public:
  Acknowledgement(RedisWork& work, const AcknowledgeDangling& change)
      : work_{work}, name_{change.stream.key, change.group} {}
  Outcome run();

 private:
  Result<bool> look();
  Result<bool> take_page();
  Result<void> flush(std::size_t at_least);
  Text words() const;
  Outcome end(StepState state);

  RedisWork& work_;
  redis::GroupName name_;
  std::int64_t pending_before_ = 0;
  std::int64_t pending_ = 0;
  std::int64_t seen_ = 0;
  std::int64_t acknowledged_ = 0;
  std::string from_ = "-";
  std::string last_ = "+";
  std::vector<std::string> gone_;
  bool begun_ = false;
};

Text Acknowledgement::words() const {
  return say("{}, group '{}': {} pending ids whose entry is gone were acknowledged.",
             "{}, grupo '{}': se confirmaron {} ids pendientes cuya entrada ya no existe.",
             {stream_words(name_.key), printable(name_.group), acknowledged_});
}

/// False: the stream or the group is not there.
Result<bool> Acknowledgement::look() {
  redis::Link& link = work_.acting.link();
  const auto groups = link.xinfo_groups({name_.key});
  if (!groups) return failure(groups.error());
  if (groups->front().text.starts_with("ERR no such key")) return false;
  if (groups->front().is_error())
    return failure(redis::server_error(groups->front().text, "XINFO GROUPS"));
  const auto parsed = parse_groups(groups->front());
  if (!parsed) return failure(parsed.error());
  const auto group = std::find_if(parsed->begin(), parsed->end(), [&](const ConsumerGroup& one) {
    return one.name == name_.group;
  });
  if (group == parsed->end()) return false;
  pending_ = group->pending_entries;
  return true;
}

/// One page of pending ids; those whose entry is looked for and not found are noted. False: there
/// are no more.
Result<bool> Acknowledgement::take_page() {
  redis::Link& link = work_.acting.link();
  const auto replies = link.xpending({{name_, from_, last_, kPage}});
  if (!replies) return failure(replies.error());
  if (replies->front().is_error())
    return failure(redis::server_error(replies->front().text, "XPENDING"));
  const auto page = parse_pending(replies->front());
  if (!page) return failure(page.error());
  if (page->empty()) return false;
  std::vector<StreamId> ids;
  ids.reserve(page->size());
  for (const auto& entry : *page) ids.push_back(entry.id);
  const auto gone = ids_gone(link, name_.key, ids);
  if (!gone) return failure(gone.error());
  for (const StreamId id : *gone) gone_.push_back(format_stream_id(id));
  seen_ += static_cast<std::int64_t>(ids.size());
  from_ = "(" + format_stream_id(ids.back());
  return page->size() == static_cast<std::size_t>(kPage);
}

Result<void> Acknowledgement::flush(std::size_t at_least) {
  while (!gone_.empty() && gone_.size() >= at_least) {
    if (auto primary = still_primary(work_.acting); !primary) return primary;
    if (!begun_) {
      const auto begun = work_.watch.begin_phase(
          "acknowledge", printable(name_.key) + " " + printable(name_.group));
      if (!begun) return begun;
      begun_ = true;
    }
    const auto end = gone_.begin() + static_cast<std::ptrdiff_t>(std::min(kAtOnce, gone_.size()));
    const auto count = work_.acting.xack(name_, {gone_.begin(), end});
    if (!count) return failure(count.error());
    acknowledged_ += *count;
    gone_.erase(gone_.begin(), end);
    work_.watch.progress(
        words(), pending_before_ > 0
                     ? std::optional{std::min(
                           1.0, static_cast<double>(seen_) / static_cast<double>(pending_before_))}
                     : std::nullopt);
  }
  return {};
}

Outcome Acknowledgement::end(StepState state) {
  if (auto there = look(); !there) return broken_off(there.error(), words());
  const Freed freed = acknowledged_ > 0 ? measure_freed(work_) : Freed{};
  Outcome outcome = outcome_of(
      state, acknowledged_ > 0
                 ? say("{} {} {} are left, all of entries that exist or came meanwhile.",
                       "{} {} Quedan {}, todos de entradas que existen o que llegaron mientras "
                       "tanto.",
                       {words(), freed.words, pending_})
                 : say("{}, group '{}': of {} pending ids none is dangling.",
                       "{}, grupo '{}': de {} ids pendientes ninguno está huérfano.",
                       {stream_words(name_.key), printable(name_.group), pending_}));
  if (state == StepState::stopped)
    outcome.what = say("{} It was stopped; applying it again goes on.",
                       "{} Se detuvo; al aplicarlo otra vez sigue.", {words()});
  outcome.freed = freed.bytes;
  outcome.after = {{"pending_entries", std::to_string(pending_)},
                   {"acknowledged", std::to_string(acknowledged_)}};
  return outcome;
}

Outcome Acknowledgement::run() {
  const auto so_far = [&] { return acknowledged_ > 0 ? words() : Text{}; };
  const auto there = look();
  if (!there) return broken_off(there.error());
  if (!*there) {
    return outcome_of(
        StepState::nothing_to_do,
        say("{}: group '{}' does not exist any more", "{}: el grupo '{}' ya no existe",
            {stream_words(name_.key), printable(name_.group)}));
  }
  pending_before_ = pending_;
  for (bool more = pending_ > 0; more;) {
    if (work_.watch.stop_wanted()) return end(StepState::stopped);
    const auto page = take_page();
    if (!page) return broken_off(page.error(), so_far());
    more = *page;
    if (auto done = flush(more ? kAtOnce : 1); !done) return broken_off(done.error(), so_far());
  }
  if (auto done = flush(1); !done) return broken_off(done.error(), so_far());
  return end(acknowledged_ > 0 ? StepState::done : StepState::nothing_to_do);
}

}  // namespace

Outcome acknowledge_dangling(RedisWork& work, const AcknowledgeDangling& change) {
  return Acknowledgement{work, change}.run();
}

}  // namespace plimsoll
