#include "service/group_reader.h"

#include "base/text.h"

namespace plimsoll::market {
namespace {

tl::unexpected<Error> refused_by_server(const std::string& key, const std::string& message) {
  return failure(message.starts_with("WRONGTYPE") ? ErrorCode::conflict : ErrorCode::unreachable,
                 say("stream '{}': {}", "stream «{}»: {}", {printable(key), printable(message)}));
}

}  // namespace

GroupReader::GroupReader(Options options)
    : options_{std::move(options)}, client_{options_.address} {}

Result<void> GroupReader::make_group() {
  const auto made =
      client_.ask({{"XGROUP", "CREATE", options_.key, options_.group, "$", "MKSTREAM"}});
  if (!made) return failure(made.error());
  const auto& reply = made->front();
  if (reply.is_error() && !reply.text.starts_with("BUSYGROUP"))
    return refused_by_server(options_.key, reply.text);
  group_known_ = true;
  return {};
}

Result<std::vector<ReadEntry>> GroupReader::read(std::chrono::milliseconds block) {
  if (!group_known_) {
    if (auto made = make_group(); !made) return failure(made.error());
  }
  redis::Command command{"XREADGROUP",      "GROUP", options_.group,
                         options_.consumer, "COUNT", std::to_string(options_.most)};
  if (!own_pending_) {
    command.insert(command.end(), {"BLOCK", std::to_string(block.count())});
  }
  command.insert(command.end(), {"STREAMS", options_.key, own_pending_ ? after_ : ">"});
  auto replies = client_.ask({command}, block);
  if (!replies) {
    ++stats_.errors;
    own_pending_ = true;  // what was on its way when the connection was lost is pending now
    after_ = "0";
    return failure(replies.error());
  }
  auto& reply = replies->front();
  if (reply.is_error()) {
    ++stats_.errors;
    if (reply.text.starts_with("NOGROUP")) {
      ++stats_.repaired;
      group_known_ = false;
      return std::vector<ReadEntry>{};
    }
    return refused_by_server(options_.key, reply.text);
  }
  return take(reply);
}

/// [[key, [[id, [name, value, …]], …]]], or nil. A pending entry that was trimmed has nil fields.
Result<std::vector<ReadEntry>> GroupReader::take(redis::Reply& reply) {
  std::vector<ReadEntry> entries;
  std::vector<std::string> gone;
  bool any = false;
  if (reply.is_array() && !reply.elements.empty() && reply.elements.front().elements.size() == 2) {
    for (auto& entry : reply.elements.front().elements[1].elements) {
      if (entry.elements.size() != 2) continue;
      any = true;
      auto& id = entry.elements[0].text;
      if (own_pending_) after_ = id;
      if (!entry.elements[1].is_array()) {
        gone.push_back(id);
        continue;
      }
      const auto parsed = parse_id(id);
      if (!parsed || *parsed <= newest_) continue;
      newest_ = *parsed;
      entries.push_back({std::move(id), std::move(entry.elements[1].elements)});
    }
  }
  stats_.read += entries.size();
  if (own_pending_) stats_.claimed += entries.size();
  if (own_pending_ && !any) own_pending_ = false;
  if (!gone.empty()) {
    stats_.dangling += gone.size();
    if (auto done = acknowledge(gone); !done) return failure(done.error());
  }
  return entries;
}

Result<void> GroupReader::acknowledge(std::span<const std::string> ids) {
  if (ids.empty()) return {};
  redis::Command command{"XACK", options_.key, options_.group};
  command.insert(command.end(), ids.begin(), ids.end());
  const auto done = client_.ask({command});
  if (!done) {
    own_pending_ = true;
    after_ = "0";
    return failure(done.error());
  }
  stats_.acknowledged += ids.size();
  return {};
}

}  // namespace plimsoll::market
