#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/docker/address.h"

namespace plimsoll::docker {

struct HttpReply {
  long status = 0;
  std::string body;
  std::string server;  ///< the Server header: "Docker/20.10.24 (linux)", "Libpod/4.3.1 (linux)"
};

/// Requests to one engine over connections that are kept open between calls. Bodies above
/// `largest_body` are refused while they arrive, so that they are never held. No redirects, no
/// proxy, no signal handlers. One thread at a time.
class Http {
 public:
  Http(Address address, std::chrono::milliseconds connect_timeout, std::size_t largest_body);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  const Address& address() const { return address_; }

  /// One reply per path ("/v1.41/info"), in their order; up to `most_at_once` run side by side. All
  /// are over at `deadline`: what has not answered by then is timed_out. A status of 4xx or 5xx is
  /// a reply, not an error. Errors: unreachable, denied (permission on the socket), timed_out,
  /// malformed (cut short, too large, not HTTP).
  std::vector<Result<HttpReply>> get(const std::vector<std::string>& paths, Deadline deadline,
                                     int most_at_once);

  /// One POST with a JSON body; else as get(). Timed out, it may have been carried out all the
  /// same.
  Result<HttpReply> post(const std::string& path, const std::string& body, Deadline deadline);

 private:
  struct Curl;
  struct Transfer;
  void begin(Transfer& transfer, Deadline deadline);
  std::vector<Result<HttpReply>> replies_of(std::vector<std::unique_ptr<Transfer>> transfers,
                                            Deadline deadline, int most_at_once);
  void run(std::vector<std::unique_ptr<Transfer>>& transfers, Deadline deadline, int most_at_once);

  Address address_;
  std::chrono::milliseconds connect_timeout_;
  std::size_t largest_body_;
  std::unique_ptr<Curl> curl_;
};

}  // namespace plimsoll::docker
