#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/instant.h"
#include "base/result.h"
#include "base/secret.h"

namespace plimsoll::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{3000};
  std::size_t largest_body = std::size_t{64} << 20U;  ///< after decompression
};

struct Answer {
  long status = 0;
  std::string body;                                 ///< its room is kept from call to call
  std::optional<std::chrono::seconds> retry_after;  ///< Retry-After, as seconds or as a date
};

/// GETs over a connection that is kept open. Certificates are verified; no redirects, no proxy, no
/// signal handlers. One thread at a time.
class Client {
 public:
  explicit Client(ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Over at `deadline`, connecting included. A status of 4xx or 5xx is an answer, not an error.
  /// `bearer` goes out in the Authorization header, where no log of URLs sees it, and only over
  /// https or to loopback. What an error quotes has the secret taken out.
  /// Errors: unreachable, timed_out, denied (a certificate that does not verify, a secret over
  /// plain http), malformed (cut short, too large, not HTTP). `into` is empty then.
  Result<void> get(const std::string& url, const Secret& bearer, Deadline deadline, Answer& into);

 private:
  struct Transfer;
  ClientOptions options_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace plimsoll::http
