#pragma once

#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "ticker/quote.h"

namespace plimsoll::market {

/// The market at one moment. Given to a feed again and again, so that its room is reused.
struct Cycle {
  Millis taken_at{};
  std::vector<Quote> quotes;
  std::uint32_t unreadable = 0;  ///< tickers that were skipped, because they made no sense
};

enum class Next {
  cycle,      ///< there is a new one
  unchanged,  ///< the source said nothing new; the cycle is empty
  over,       ///< a recording has ended; a live feed never does
};

/// Where quotes come from: the simulator, a recording, the vendor. It never sleeps and starts no
/// thread: whoever drives it waits until due(), or for SIGTERM. One thread at a time.
class Feed {
 public:
  Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  virtual ~Feed() = default;

  /// When next() is worth calling. Deadline::min(): at once.
  virtual Deadline due() const = 0;
  /// The next cycle, which replaces what `into` holds. On an error it is empty, and due() says when
  /// to try again.
  virtual Result<Next> next(Cycle& into) = 0;
};

constexpr Price kLeastPrice{Price::kPerDollar / 2};

/// What data_ingest lets through (STACK 3.2): a price, of half a dollar or more.
constexpr bool is_acceptable(const Quote& quote) { return quote.price() >= kLeastPrice; }

}  // namespace plimsoll::market
