#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace plimsoll::bench {

/// A service that goes on writing while its table is worked on: 200 rows a second, one INSERT each,
/// on a connection of its own, and how long each took. It waits as long as the server makes it.
class LiveWriter {
 public:
  LiveWriter(const std::string& url, std::string insert);
  ~LiveWriter();
  LiveWriter(const LiveWriter&) = delete;
  LiveWriter& operator=(const LiveWriter&) = delete;

  struct Experience {
    double p99_ms = 0;
    double longest_ms = 0;
    std::size_t rows = 0;
    std::size_t failures = 0;
  };
  /// Ends it.
  Experience stop();

 private:
  void run(const std::string& url);

  std::string insert_;
  std::atomic<bool> stopping_ = false;
  std::size_t failures_ = 0;  ///< of the thread until it is joined, as is the next
  std::vector<float> milliseconds_;
  std::thread thread_;
};

}  // namespace plimsoll::bench
