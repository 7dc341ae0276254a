#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ticker/quote.h"

// The JSON of Polygon (since 2025: Massive), by simdjson.
namespace plimsoll::market {

/// What a full snapshot said. `updated` goes with `quotes`: nanoseconds since 1970, 0 where the
/// vendor gave none.
struct VendorSnapshot {
  std::vector<Quote> quotes;
  std::vector<std::int64_t> updated;
  std::uint32_t unreadable = 0;  ///< tickers left out: no symbol, a number that is none or below 0
};

/// One message of the aggregate stream ("A": of a second, "AM": of a minute).
struct VendorAggregate {
  Symbol symbol;
  bool otc = false;
  Price open, high, low, close;   ///< o, h, l, c
  Price vwap;                     ///< vw: of the bar
  Price day_open;                 ///< op: the official one
  Price day_vwap;                 ///< a: of the day so far
  std::int64_t volume = 0;        ///< v
  std::int64_t volume_today = 0;  ///< av
  std::int64_t average_size = 0;  ///< z
  Millis begin{};                 ///< s
  Millis end{};                   ///< e

  friend bool operator==(const VendorAggregate&, const VendorAggregate&) = default;
};

/// What one WebSocket message held besides aggregates.
struct VendorNotice {
  enum class Kind { none, connected, authenticated, denied, subscribed, error };
  Kind kind = Kind::none;
  std::string message;  ///< in the vendor's words, safe on a terminal
};

/// Keeps its buffers: no allocation once warm, apart from errors. One thread at a time.
class VendorJson {
 public:
  VendorJson();
  ~VendorJson();

  /// {"status":"OK","tickers":[…]}, which replaces what `into` holds. A member that is absent or
  /// null is a 0; a ticker that makes no sense is left out and counted, alone.
  /// Errors: malformed (cut short, no JSON, no list of tickers); `into` is empty then.
  Result<void> snapshot(std::string& body, VendorSnapshot& into);

  /// [{"ev":"A",…},…]: appends at most `room` aggregates; those beyond it are counted in `dropped`,
  /// those that make no sense in `unreadable`. Other events are ignored.
  /// Errors: malformed.
  struct Events {
    std::uint32_t dropped = 0;
    std::uint32_t unreadable = 0;
    VendorNotice notice;  ///< the last one
  };
  Result<Events> events(std::string& message, std::vector<VendorAggregate>& into, std::size_t room);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace plimsoll::market
