#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "link/redis/link.h"
#include "link/redis/script.h"

namespace plimsoll {

/// Collects commands and sends them a thousand at a time. The first error, of the connection or of
/// a command, is kept; what comes after it is not sent.
class RedisLoad {
 public:
  explicit RedisLoad(redis::Link& link) : link_{link} {}

  void add(redis::Command command);
  /// Sends what is collected, and this one, and returns its reply.
  Result<redis::Reply> ask(redis::Command command);
  Result<void> finish();

 private:
  std::vector<redis::Reply> send();

  redis::Link& link_;
  std::vector<redis::Command> waiting_;
  Result<void> outcome_;
};

/// JSON of about that many bytes, different for every `number`: rows as the scanner wrote them.
std::string rows_as_json(std::size_t number, std::size_t bytes);

/// What a payload of `full` bytes at scale 1 weighs at this one. Payloads shrink slower than rows:
/// a stream keeps its length at every scale.
std::size_t payload_bytes(std::size_t full, double scale, std::size_t least);

/// The n-th of 17,576 ticker symbols; the tables use the same ones.
std::string ticker(std::size_t n);

}  // namespace plimsoll
