#pragma once

#include <memory>

#include "link/redis/address.h"
#include "link/redis/channel.h"

namespace plimsoll::redis {

/// Bytes one reply may take on the wire. A census asks for nothing near it; a larger one is a bug
/// or a hostile server, and reading it would break our own memory bound.
constexpr std::size_t kLargestReply = std::size_t{16} << 20;

/// Connected, nothing said yet (no AUTH, no SELECT).
Result<std::unique_ptr<Channel>> open_channel(const Address& address, Deadline deadline);

}  // namespace plimsoll::redis
