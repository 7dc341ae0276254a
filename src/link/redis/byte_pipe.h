#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/redis/address.h"
#include "link/redis/reply.h"

namespace plimsoll::redis {

/// A connection for whoever encodes commands and reads replies by itself, without a copy: a writer
/// of streams. It has authenticated, selected its database and is called "plimsoll-writer". One
/// thread at a time; after an error it is of no more use.
class BytePipe {
 public:
  /// Errors: unreachable (LOADING too), timed_out, denied, unsupported (no TLS in this build).
  static Result<std::unique_ptr<BytePipe>> open(const Address& address, Deadline deadline);
  ~BytePipe();
  BytePipe(const BytePipe&) = delete;
  BytePipe& operator=(const BytePipe&) = delete;

  /// What the socket takes without waiting; 0: nothing now.
  Result<std::size_t> write_some(std::string_view bytes);
  /// What there is, without waiting; 0: nothing now. Errors: unreachable (closed, reset).
  Result<std::size_t> read_some(char* into, std::size_t size);
  /// Until there is something to read or, where `writable`, room to write. False: the deadline.
  bool wait(bool writable, Deadline deadline) const;

  /// Whole commands and their replies: only while nothing else is on the way. An error reply is a
  /// value. Errors: the connection's.
  Result<std::vector<Reply>> ask(const std::vector<Command>& commands, Deadline deadline);

  int socket() const;  ///< to poll() on, beside others

 private:
  class Wire;
  BytePipe(std::unique_ptr<Wire> wire, Address address);
  Result<void> enter(Deadline deadline);
  Result<void> send_all(std::string_view bytes, Deadline deadline);
  tl::unexpected<Error> lost(const std::string& why) const;
  tl::unexpected<Error> too_slow() const;

  std::unique_ptr<Wire> wire_;
  Address address_;
};

}  // namespace plimsoll::redis
