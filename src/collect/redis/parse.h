#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "census/redis.h"
#include "link/redis/reply.h"

namespace plimsoll {

/// The "name:value" lines of INFO; of a name that comes twice the first one.
using InfoFields = std::map<std::string, std::string, std::less<>>;
InfoFields parse_info(std::string_view text);

/// "1700000000000-5"; "1700000000000" is sequence 0. Both halves are 64 bits without a sign.
std::optional<StreamId> parse_stream_id(std::string_view text);
std::string format_stream_id(StreamId id);

/// One entry as XRANGE or XINFO STREAM shows it.
struct StreamEntry {
  StreamId id;
  std::vector<std::string> fields;
  std::vector<std::string> values;
};

/// Of XINFO STREAM: the stream, and its first and last entry where there are any.
struct StreamDescription {
  Stream stream;
  std::int64_t group_count = 0;
  std::vector<StreamEntry> edges;
};

/// All of them: malformed when the reply is not of the documented shape; names they do not know are
/// passed over, so a newer server is no error. An error reply is malformed too: who asks looks for
/// it first.
Result<StreamDescription> parse_stream(const redis::Reply& reply);
Result<std::vector<ConsumerGroup>> parse_groups(const redis::Reply& reply);
Result<std::vector<Consumer>> parse_consumers(const redis::Reply& reply);
Result<std::vector<StreamEntry>> parse_entries(const redis::Reply& reply);

/// One line of XPENDING key group first last count.
struct PendingEntry {
  StreamId id;
  std::string consumer;  ///< may be empty: an entry given back by XNACK (8.8) belongs to nobody
  std::optional<std::chrono::milliseconds> idle;  ///< empty where the server says -1
  std::int64_t delivery_count = 0;
};
Result<std::vector<PendingEntry>> parse_pending(const redis::Reply& reply);

}  // namespace plimsoll
