#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "link/redis/reply.h"

namespace plimsoll::redis {

enum class Scan { whole, partial, malformed };

/// One reply that is no array, as it lies in a buffer: nothing is copied.
struct ReplyView {
  Reply::Kind kind = Reply::Kind::nil;
  std::string_view text;  ///< of a string, status or error
  std::int64_t integer = 0;
};

/// The reply at the beginning of `bytes`, and how many bytes it took. RESP2; an array is malformed
/// here: whoever pipelines writes gets none. Pure, no allocation.
Scan scan_reply(std::string_view bytes, ReplyView& reply, std::size_t& taken);

/// The same for any reply, copied; nesting deeper than 8 is malformed.
Scan parse_reply(std::string_view bytes, Reply& reply, std::size_t& taken);

}  // namespace plimsoll::redis
