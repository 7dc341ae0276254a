// Replies of Redis to XINFO, XRANGE and XPENDING, as they stand on the wire.
#include "collect/redis/parse.h"
#include "fuzz.h"
#include "resp.h"

using namespace plimsoll;

namespace {

void check_id(std::string_view text) {
  const auto id = parse_stream_id(text);
  if (id) fuzz::require(parse_stream_id(format_stream_id(*id)) == id, "an id reads the same again");
}

void check_stream(const redis::Reply& reply) {
  const auto description = parse_stream(reply);
  if (!description) return;
  fuzz::require(description->stream.length >= 0, "a length is not negative");
  fuzz::require(description->edges.size() <= 2, "a stream has a first and a last entry");
}

void check_groups(const redis::Reply& reply) {
  const auto groups = parse_groups(reply);
  if (!groups) return;
  fuzz::require(groups->size() == reply.elements.size(), "no group is lost");
  for (const auto& group : *groups)
    fuzz::require(group.pending_entries >= 0, "pending entries are not negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = fuzz::text_of(data, size);
  check_id(bytes);
  const auto reply = fuzz::take_reply(bytes);
  if (!reply) return 0;
  check_stream(*reply);
  check_groups(*reply);
  parse_consumers(*reply);
  parse_entries(*reply);
  parse_pending(*reply);
  return 0;
}
