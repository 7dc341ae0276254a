#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/secret.h"
#include "feed/feed.h"
#include "feed/vendor_json.h"
#include "link/http/client.h"

namespace plimsoll::market {

struct RestFeedOptions {
  std::string origin = "https://api.polygon.io";
  Secret key;
  std::chrono::milliseconds interval{5000};  ///< from one answer to the next question
  std::chrono::milliseconds deadline{20'000};
  std::chrono::milliseconds least_backoff{1000};  ///< doubles with each failure in a row
  std::chrono::milliseconds most_backoff{60'000};
  std::size_t largest_body = std::size_t{64} << 20U;
  std::function<Instant()> wall_clock = [] {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  };
};

/// POLYGON_API_KEY. Empty: there is none, and the simulator is the feed.
Secret key_from_environment();

/// The vendor's full snapshot of US stocks, asked for again and again:
/// GET /v2/snapshot/locale/us/markets/stocks/tickers. What is late, cut short, refused or no JSON
/// is an error and an empty cycle, and due() moves away: by Retry-After where the vendor gave one,
/// else by a backoff.
///
/// A ticker whose `updated` is older than what was given last is left out: answers come from
/// several of the vendor's servers, and some lag. Memory: the answer (8 MB for 11,900 tickers, at
/// most largest_body), as much again for its JSON, and 64 bytes a symbol, of at most 65,536.
class RestFeed final : public Feed {
 public:
  explicit RestFeed(RestFeedOptions options);

  Deadline due() const override { return due_; }
  /// Errors: those of http::Client, denied (401, 403), unreachable (429 and 5xx), malformed.
  Result<Next> next(Cycle& into) override;

  std::uint64_t outdated() const { return outdated_; }  ///< tickers left out for their age

 private:
  Result<void> ask();
  Result<Next> take(Cycle& into);
  void wait_after_failure();

  RestFeedOptions options_;
  http::Client client_;
  http::Answer answer_;
  VendorJson json_;
  VendorSnapshot snapshot_;
  struct SymbolHash {
    std::size_t operator()(const Symbol& symbol) const {
      return std::hash<std::string_view>{}(symbol.text());
    }
  };
  std::unordered_map<Symbol, std::int64_t, SymbolHash> newest_;  ///< `updated` that was given
  Deadline due_ = Deadline::min();
  int failures_ = 0;
  std::uint64_t outdated_ = 0;
};

}  // namespace plimsoll::market
