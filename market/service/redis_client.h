#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "link/redis/address.h"
#include "link/redis/byte_pipe.h"
#include "link/redis/reply.h"

namespace plimsoll::market {

/// A connection that is made again when it was lost, for commands that may be said twice. One
/// thread at a time.
class RedisClient {
 public:
  explicit RedisClient(redis::Address address) : address_{std::move(address)} {}

  /// All replies; an error reply is a value. `longer`: a blocking read may take that much more than
  /// the usual five seconds. After an error, what was asked may have been done, and the next call
  /// connects anew, or fails at once for as long as a back-off lasts (2 s at most).
  Result<std::vector<redis::Reply>> ask(const std::vector<redis::Command>& commands,
                                        std::chrono::milliseconds longer = {});
  bool connected() const { return pipe_ != nullptr; }
  std::uint64_t connections() const { return connections_; }

 private:
  redis::Address address_;
  std::unique_ptr<redis::BytePipe> pipe_;
  std::chrono::steady_clock::time_point retry_at_;
  std::chrono::milliseconds backoff_{0};
  std::optional<Error> trouble_;
  std::uint64_t connections_ = 0;
};

}  // namespace plimsoll::market
