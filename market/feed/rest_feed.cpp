#include "feed/rest_feed.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace plimsoll::market {
namespace {

constexpr std::size_t kMostSymbols = 65'536;
constexpr std::string_view kSnapshotPath = "/v2/snapshot/locale/us/markets/stocks/tickers";
constexpr std::chrono::minutes kLongestRetryAfter{15};

/// What a status other than 200 means.
Error refused(const http::Answer& answer, const Secret& key) {
  const auto body = printable(redact(std::string_view{answer.body}.substr(0, 200), key));
  const auto what = say("the feed answered {}: {}", "la fuente respondió {}: {}",
                        {std::to_string(answer.status), body});
  if (answer.status == 401 || answer.status == 403) {
    return {ErrorCode::denied, what,
            say("is POLYGON_API_KEY right, and does its plan include snapshots?",
                "¿es correcta POLYGON_API_KEY, y su plan incluye instantáneas?")};
  }
  return {ErrorCode::unreachable, what, {}};
}

}  // namespace

Secret key_from_environment() {
  const char* key = std::getenv("POLYGON_API_KEY");
  return Secret{key == nullptr ? "" : key};
}

RestFeed::RestFeed(RestFeedOptions options)
    : options_{std::move(options)}, client_{{.largest_body = options_.largest_body}} {}

Result<Next> RestFeed::next(Cycle& into) {
  into.quotes.clear();
  into.unreadable = 0;
  if (auto asked = ask(); !asked) {
    wait_after_failure();
    return failure(asked.error());
  }
  failures_ = 0;
  due_ = deadline_in(options_.interval);
  return take(into);
}

Result<void> RestFeed::ask() {
  const auto got = client_.get(options_.origin + std::string{kSnapshotPath}, options_.key,
                               deadline_in(options_.deadline), answer_);
  if (!got) return got;
  if (answer_.status != 200) return failure(refused(answer_, options_.key));
  return json_.snapshot(answer_.body, snapshot_);
}

void RestFeed::wait_after_failure() {
  auto wait = options_.least_backoff;
  for (int i = 0; i < failures_ && wait < options_.most_backoff; ++i) wait *= 2;
  wait = std::min(wait, options_.most_backoff);
  ++failures_;
  if (answer_.retry_after) {
    // A server may not silence us for a day.
    wait = std::min<std::chrono::milliseconds>(*answer_.retry_after, kLongestRetryAfter);
  }
  due_ = deadline_in(wait);
}

Result<Next> RestFeed::take(Cycle& into) {
  into.taken_at = std::chrono::floor<std::chrono::milliseconds>(options_.wall_clock());
  into.unreadable = snapshot_.unreadable;
  bool news = false;
  for (std::size_t i = 0; i < snapshot_.quotes.size(); ++i) {
    const auto& quote = snapshot_.quotes[i];
    const auto updated = snapshot_.updated[i];
    if (newest_.size() >= kMostSymbols && !newest_.contains(quote.symbol)) {
      ++into.unreadable;
      continue;
    }
    const auto [known, first] = newest_.try_emplace(quote.symbol, updated);
    if (!first && updated < known->second) {
      ++outdated_;
      continue;
    }
    news = news || first || updated > known->second;
    known->second = updated;
    into.quotes.push_back(quote);
  }
  if (news) return Next::cycle;
  into.quotes.clear();
  return Next::unchanged;
}

}  // namespace plimsoll::market
