#include "collect/redis/dangling_counter.h"

#include <algorithm>
#include <limits>

#include "collect/redis/parse.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

constexpr int kPage = 500;  // 0.2 ms of the server's time
constexpr std::size_t kChecked = 64;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::milliseconds& spent) : spent_{spent} {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    spent_ +=
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - from_);
  }

 private:
  std::chrono::milliseconds& spent_;
  std::chrono::steady_clock::time_point from_ = std::chrono::steady_clock::now();
};

std::size_t checked_at_most(const Stream& stream, const RedisOptions& options) {
  if (options.exhaustive) return kAll;
  // Each check brings the whole entry: a megabyte in all.
  const std::int64_t size = stream.entry_bytes.value_or(Bytes{1024}).count();
  const auto fitting =
      static_cast<std::size_t>((std::int64_t{1} << 20) / std::max<std::int64_t>(size, 1));
  return std::clamp<std::size_t>(fitting, 1, kChecked);
}

}  // namespace

bool DanglingCounter::out_of_time() const {
  return !options_.exhaustive && spent_ >= options_.pending_budget;
}

Result<DanglingCounter::Ids> DanglingCounter::page_ids(const Stream& stream,
                                                       const ConsumerGroup& group,
                                                       const std::string& first,
                                                       const std::string& last, std::size_t most) {
  Ids found;
  std::string from = first;
  while (found.ids.size() < most && !out_of_time()) {
    const Stopwatch watch{spent_};
    const auto replies = link_.xpending({{{stream.key, group.name}, from, last, kPage}});
    if (!replies) return failure(replies.error());
    if (replies->front().is_error()) {
      found.gone = true;
      return found;
    }
    const auto page = parse_pending(replies->front());
    if (!page) return failure(page.error());
    for (const auto& entry : *page) found.ids.push_back(entry.id);
    if (page->size() < static_cast<std::size_t>(kPage)) {
      found.complete = true;
      return found;
    }
    from = "(" + format_stream_id(found.ids.back());
  }
  return found;
}

Result<std::size_t> DanglingCounter::missing_of(const Stream& stream,
                                                const std::vector<StreamId>& ids) {
  const Stopwatch watch{spent_};
  std::size_t missing = 0;
  for (std::size_t done = 0; done < ids.size(); done += kChecked) {
    std::vector<redis::EntryRange> ranges;
    for (std::size_t i = done; i < std::min(ids.size(), done + kChecked); ++i) {
      const std::string id = format_stream_id(ids[i]);
      ranges.push_back({stream.key, id, id, 1, false});
    }
    const auto replies = link_.xrange(ranges);
    if (!replies) return failure(replies.error());
    for (const auto& reply : *replies) {
      if (reply.is_array() && reply.elements.empty()) ++missing;
    }
  }
  return missing;
}

Result<void> DanglingCounter::count(const Stream& stream, ConsumerGroup& group) {
  if (stream.length == 0 || !stream.first_id) {
    group.dangling_pending = group.pending_entries;
    group.dangling_exact = true;
    return {};
  }
  const StreamId first = *stream.first_id;
  const std::string first_text = format_stream_id(first);
  const bool count_present = options_.exhaustive || stream.length <= group.pending_entries;
  const auto within = page_ids(stream, group, first_text, "+", count_present ? kAll : kChecked);
  if (!within) return failure(within.error());
  if (within->gone) return {};
  const auto present = static_cast<std::int64_t>(within->ids.size());
  std::int64_t below = 0;
  bool exact = within->complete;
  if (within->complete) {
    below = group.pending_entries - present;
  } else if (count_present) {
    below = group.pending_entries - stream.length;
  } else {
    const auto under = page_ids(stream, group, "-", "(" + first_text, kAll);
    if (!under) return failure(under.error());
    if (under->gone) return {};
    below = static_cast<std::int64_t>(under->ids.size());
    exact = under->complete;
  }
  below = std::max<std::int64_t>(below, 0);  // acknowledged between our two questions

  const bool may_have_holes = !stream.max_deleted || *stream.max_deleted >= first;
  std::size_t missing = 0;
  if (may_have_holes && !within->ids.empty()) {
    auto checked = within->ids;
    checked.resize(std::min(checked.size(), checked_at_most(stream, options_)));
    const auto gone = missing_of(stream, checked);
    if (!gone) return failure(gone.error());
    missing = *gone;
    exact = exact && within->complete && checked.size() == within->ids.size();
  }
  group.dangling_pending = below + static_cast<std::int64_t>(missing);
  group.dangling_exact = exact;
  return {};
}

}  // namespace plimsoll
