#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace plimsoll::bench {

/// A client beside the census: PING on a connection of its own, once a millisecond at the most,
/// and how long each took. What others wait for when a step is long, the machine's own
/// scheduling included; so it is read beside the same figure of an idle server.
class Pinger {
 public:
  explicit Pinger(int port);
  ~Pinger();
  Pinger(const Pinger&) = delete;
  Pinger& operator=(const Pinger&) = delete;

  struct Latency {
    double p99_ms = 0;
    double longest_ms = 0;
    std::size_t pings = 0;
  };
  /// Ends it. Throws where the connection broke.
  Latency stop();

 private:
  void run();

  int connection_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> broken_ = false;
  std::vector<float> milliseconds_;  ///< of the thread until it is joined
  std::thread thread_;
};

}  // namespace plimsoll::bench
