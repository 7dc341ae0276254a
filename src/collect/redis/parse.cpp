#include "collect/redis/parse.h"

#include <charconv>

#include "base/text.h"

namespace plimsoll {
namespace {

using redis::Reply;

tl::unexpected<Error> not_a(std::string_view command, std::string_view en, std::string_view es) {
  return failure(ErrorCode::malformed,
                 say("{}: {}", "{}: {}", {std::string{command}, say(en, es)}));
}

std::optional<std::uint64_t> whole_unsigned(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Name and value in turn, as XINFO answers in RESP2.
class Named {
 public:
  static std::optional<Named> of(const Reply& reply) {
    if (!reply.is_array() || reply.elements.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < reply.elements.size(); i += 2) {
      if (!reply.elements[i].is_string()) return std::nullopt;
    }
    return Named{reply};
  }
  const Reply* find(std::string_view name) const {
    for (std::size_t i = 0; i + 1 < reply_->elements.size(); i += 2) {
      if (reply_->elements[i].text == name) return &reply_->elements[i + 1];
    }
    return nullptr;
  }
  /// Empty where the name is not there or nil.
  std::optional<std::int64_t> integer(std::string_view name) const {
    const Reply* value = find(name);
    if (value == nullptr || !value->is_integer()) return std::nullopt;
    return value->integer;
  }
  std::optional<StreamId> id(std::string_view name) const {
    const Reply* value = find(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return parse_stream_id(value->text);
  }

 private:
  explicit Named(const Reply& reply) : reply_{&reply} {}
  const Reply* reply_;
};

std::optional<StreamEntry> entry_of(const Reply& reply) {
  if (!reply.is_array() || reply.elements.size() != 2) return std::nullopt;
  const auto id = parse_stream_id(reply.elements[0].text);
  const Reply& content = reply.elements[1];
  if (!id || !content.is_array() || content.elements.size() % 2 != 0) return std::nullopt;
  StreamEntry entry{*id, {}, {}};
  for (std::size_t i = 0; i < content.elements.size(); i += 2) {
    entry.fields.push_back(content.elements[i].text);
    entry.values.push_back(content.elements[i + 1].text);
  }
  return entry;
}

/// A span in milliseconds; -1 is the server's "never".
std::optional<Seconds> span_of(std::optional<std::int64_t> milliseconds) {
  if (!milliseconds || *milliseconds < 0) return std::nullopt;
  return Seconds{*milliseconds / 1000};
}

}  // namespace

InfoFields parse_info(std::string_view text) {
  InfoFields fields;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (line.empty() || line.front() == '#' || colon == std::string_view::npos) continue;
    fields.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return fields;
}

std::optional<StreamId> parse_stream_id(std::string_view text) {
  const auto dash = text.find('-');
  const auto ms = whole_unsigned(text.substr(0, dash));
  const auto sequence = dash == std::string_view::npos ? std::optional<std::uint64_t>{0}
                                                       : whole_unsigned(text.substr(dash + 1));
  if (!ms || !sequence) return std::nullopt;
  return StreamId{*ms, *sequence};
}

std::string format_stream_id(StreamId id) {
  return std::to_string(id.ms) + "-" + std::to_string(id.sequence);
}

Result<StreamDescription> parse_stream(const Reply& reply) {
  const auto named = Named::of(reply);
  if (!named) return not_a("XINFO STREAM", "not names and values", "no son nombres y valores");
  const auto length = named->integer("length");
  const auto last = named->id("last-generated-id");
  if (!length || *length < 0 || !last)
    return not_a("XINFO STREAM", "no length or last id", "sin longitud o último id");
  StreamDescription description;
  Stream& stream = description.stream;
  stream.length = *length;
  stream.last_generated = *last;
  stream.entries_added = named->integer("entries-added");
  stream.max_deleted = named->id("max-deleted-entry-id");
  stream.radix_tree_keys = named->integer("radix-tree-keys").value_or(0);
  stream.radix_tree_nodes = named->integer("radix-tree-nodes").value_or(0);
  description.group_count = named->integer("groups").value_or(0);
  for (const auto* edge : {"first-entry", "last-entry"}) {
    const Reply* value = named->find(edge);
    if (value == nullptr || value->is_nil()) continue;
    auto entry = entry_of(*value);
    if (!entry) return not_a("XINFO STREAM", "an entry is broken", "una entrada está rota");
    (std::string_view{edge} == "first-entry" ? stream.first_id : stream.last_id) = entry->id;
    description.edges.push_back(std::move(*entry));
  }
  return description;
}

Result<std::vector<ConsumerGroup>> parse_groups(const Reply& reply) {
  if (!reply.is_array()) return not_a("XINFO GROUPS", "not a list", "no es una lista");
  std::vector<ConsumerGroup> groups;
  groups.reserve(reply.elements.size());
  for (const auto& item : reply.elements) {
    const auto named = Named::of(item);
    const Reply* name = named ? named->find("name") : nullptr;
    const auto pending = named ? named->integer("pending") : std::nullopt;
    const auto delivered = named ? named->id("last-delivered-id") : std::nullopt;
    if (name == nullptr || !pending || *pending < 0 || !delivered)
      return not_a("XINFO GROUPS", "a group is broken", "un grupo está roto");
    ConsumerGroup group;
    group.name = name->text;
    group.pending_entries = *pending;
    group.last_delivered = *delivered;
    group.consumer_count = named->integer("consumers").value_or(0);
    group.entries_read = named->integer("entries-read");
    group.lag = named->integer("lag");
    groups.push_back(std::move(group));
  }
  return groups;
}

Result<std::vector<Consumer>> parse_consumers(const Reply& reply) {
  if (!reply.is_array()) return not_a("XINFO CONSUMERS", "not a list", "no es una lista");
  std::vector<Consumer> consumers;
  consumers.reserve(reply.elements.size());
  for (const auto& item : reply.elements) {
    const auto named = Named::of(item);
    const Reply* name = named ? named->find("name") : nullptr;
    const auto pending = named ? named->integer("pending") : std::nullopt;
    if (name == nullptr || !pending || *pending < 0)
      return not_a("XINFO CONSUMERS", "a consumer is broken", "un consumidor está roto");
    consumers.push_back(Consumer{name->text, *pending, span_of(named->integer("idle")),
                                 span_of(named->integer("inactive"))});
  }
  return consumers;
}

Result<std::vector<StreamEntry>> parse_entries(const Reply& reply) {
  if (!reply.is_array()) return not_a("XRANGE", "not a list", "no es una lista");
  std::vector<StreamEntry> entries;
  for (const auto& item : reply.elements) {
    auto entry = entry_of(item);
    if (!entry) return not_a("XRANGE", "an entry is broken", "una entrada está rota");
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::vector<PendingEntry>> parse_pending(const Reply& reply) {
  if (!reply.is_array()) return not_a("XPENDING", "not a list", "no es una lista");
  std::vector<PendingEntry> entries;
  entries.reserve(reply.elements.size());
  for (const auto& item : reply.elements) {
    const bool shaped = item.is_array() && item.elements.size() == 4 &&
                        item.elements[2].is_integer() && item.elements[3].is_integer();
    const auto id = shaped ? parse_stream_id(item.elements[0].text) : std::nullopt;
    if (!id) return not_a("XPENDING", "an entry is broken", "una entrada está rota");
    PendingEntry entry{*id, item.elements[1].text, std::nullopt, item.elements[3].integer};
    if (item.elements[2].integer >= 0)
      entry.idle = std::chrono::milliseconds{item.elements[2].integer};
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace plimsoll
