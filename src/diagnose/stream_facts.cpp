#include "diagnose/stream_facts.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kShort = 1000;

}  // namespace

std::string label(const Stream& stream) {
  const std::string name = printable(stream.key);
  return stream.database == 0 ? name : name + " (db " + std::to_string(stream.database) + ")";
}

std::optional<Instant> last_written(const RedisCensus& server, const Stream& stream) {
  const StreamId newest = std::max(stream.last_generated, stream.last_id.value_or(StreamId{}));
  return instant_of_stream_id(newest, server.taken_at);
}

std::optional<bool> is_orphan(const RuleContext& context, const RedisCensus& server,
                              const Stream& stream) {
  const auto last = last_written(server, stream);
  if (!last) return std::nullopt;
  if (stream.added_between_samples.value_or(0) > 0) return false;
  const Seconds patience = context.options().orphan_after;
  const bool somebody_writes =
      std::any_of(server.streams.begin(), server.streams.end(), [&](const Stream& other) {
        const auto written = last_written(server, other);
        return written && server.taken_at - *written < patience;
      });
  return server.taken_at - *last >= (somebody_writes ? patience : 2 * patience);
}

std::optional<bool> never_trimmed(const Stream& stream) {
  if (!stream.entries_added) return std::nullopt;
  return *stream.entries_added == stream.length;
}

std::optional<Bytes> bytes_of(const Stream& stream) {
  if (!stream.memory) return std::nullopt;
  return stream.memory->total();
}

bool is_tiny(const RuleContext& context, const Stream& stream) {
  return stream.length < kShort && !context.worth_reporting(bytes_of(stream), stream.growth);
}

Evidence stream_evidence(const RedisCensus& server, const Stream& stream) {
  Evidence evidence{server.taken_at};
  evidence.add("length", stream.length, "entries", "XINFO STREAM length");
  if (stream.entries_added) {
    evidence.add("entries_added", *stream.entries_added, "entries", "XINFO STREAM entries-added");
  } else {
    evidence.unknown("entries_added", "entries",
                     "XINFO STREAM entries-added (Redis 7.0 and newer)");
  }
  evidence.add_known("bytes", bytes_of(stream), "bytes",
                     "entries, pending entries and consumers, modelled");
  if (stream.first_id) {
    evidence.add_known("first_entry", instant_of_stream_id(*stream.first_id, server.taken_at), "",
                       "XINFO STREAM first-entry");
  }
  evidence.add_known("last_entry", last_written(server, stream), "",
                     "XINFO STREAM last-generated-id");
  return evidence.add_growth(stream.growth, "entries");
}

}  // namespace plimsoll
