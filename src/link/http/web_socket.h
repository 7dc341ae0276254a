#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace plimsoll::http {

struct WebSocketOptions {
  std::size_t largest_message = std::size_t{4} << 20U;
  /// Without a word from the server for this long the connection counts as lost; a ping goes out
  /// after half of it.
  std::chrono::seconds silence{30};
};

/// One WebSocket, from opening to its first error; then make another. No thread of its own: it
/// reads, and answers pings, only inside its calls, so what is not read yet waits in the kernel's
/// buffers and holds the server back. One thread at a time.
class WebSocket {
 public:
  /// wss://… with the certificate verified, or ws://. Errors: unreachable, timed_out, denied (the
  /// certificate, or a status of 401 or 403), malformed (a URL that is none, an answer that is no
  /// upgrade).
  static Result<WebSocket> connect(const std::string& url, Deadline deadline,
                                   WebSocketOptions options = {});
  ~WebSocket();
  WebSocket(WebSocket&&) noexcept;
  WebSocket& operator=(WebSocket&&) noexcept;

  /// Errors: unreachable (closed), timed_out.
  Result<void> send(std::string_view text, Deadline deadline);

  /// The next whole message, which replaces what `into` holds. False: none by the deadline; one
  /// that has begun to arrive is given by a later call.
  /// Errors: unreachable (closed, silent for too long), malformed (too large, a broken frame).
  Result<bool> receive(std::string& into, Deadline deadline);

  struct Stream;  ///< Beast's, plain or encrypted

 private:
  explicit WebSocket(std::unique_ptr<Stream> stream);
  std::unique_ptr<Stream> stream_;
};

}  // namespace plimsoll::http
