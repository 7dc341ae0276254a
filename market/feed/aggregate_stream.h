#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "feed/vendor_json.h"
#include "link/http/web_socket.h"

namespace plimsoll::market {

struct AggregateStreamOptions {
  std::string url = "wss://socket.polygon.io/stocks";
  Secret key;
  std::string subscription = "A.*";
  std::chrono::milliseconds deadline{10'000};  ///< of connecting and entering together
  std::chrono::milliseconds least_backoff{500};
  std::chrono::milliseconds most_backoff{30'000};
  std::size_t most_bars = 65'536;  ///< what one receive() hands over at most
  http::WebSocketOptions socket;
};

/// The vendor's one-second aggregates: connects, authenticates and subscribes by itself, and again
/// after every loss, with a backoff that doubles. What is not asked for waits in the kernel's
/// buffers. Memory: one message of at most socket.largest_message, its JSON, and most_bars bars.
class AggregateStream {
 public:
  explicit AggregateStream(AggregateStreamOptions options) : options_{std::move(options)} {}

  /// Replaces what `into` holds by what has arrived; returns with the first message, or empty at
  /// the deadline. Errors: those of http::WebSocket, denied (the key); the next call connects
  /// again, once the backoff is over.
  Result<void> receive(std::vector<VendorAggregate>& into, Deadline deadline);

  std::uint64_t dropped() const { return dropped_; }        ///< bars beyond most_bars
  std::uint64_t unreadable() const { return unreadable_; }  ///< bars that made no sense
  std::uint64_t connections() const { return connections_; }

 private:
  Result<void> enter();
  Result<VendorNotice> notice(http::WebSocket& socket, Deadline deadline);
  void lose();

  AggregateStreamOptions options_;
  std::optional<http::WebSocket> socket_;
  VendorJson json_;
  std::string message_;
  std::vector<VendorAggregate> early_;  ///< bars that came with the answer to the subscription
  Deadline next_try_ = Deadline::min();
  int failures_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t connections_ = 0;
};

}  // namespace plimsoll::market
